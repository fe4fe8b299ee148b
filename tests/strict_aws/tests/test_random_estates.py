"""Random estates: AWS takes them, the judge finds two loads of one equal, and every member of every shape occurs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import Phase, given, settings

from tests import hypothesis_profile
from tests.strict_aws import StrictAws
from tests.strict_aws.estates import KINDS, run, shuffled
from tests.strict_aws.estates.clients import StrictClients
from tests.strict_aws.estates.drawn import EDGE_DOMAINS, drawn_estates
from tests.strict_aws.estates.steps import Step
from tests.strict_aws.judge import Reading, compare, report
from tests.strict_aws.judge.differences import differences
from tests.strict_aws.judge.left_out import left_out_with
from tests.strict_aws.judge.mutations import mutations
from tests.strict_aws.judge.raw import tree
from tests.strict_aws.models import operation_model
from tests.strict_aws.tests.conftest import AWAY, HOME

CREATING = {
    "apigateway": (
        *(
            "CreateRestApi",
            "CreateResource",
            "PutMethod",
            "PutMethodResponse",
            "PutIntegration",
            "PutIntegrationResponse",
        ),
        *("CreateModel", "CreateRequestValidator", "CreateAuthorizer", "PutGatewayResponse", "CreateDocumentationPart"),
        *("CreateDocumentationVersion", "CreateDeployment", "CreateStage", "CreateApiKey", "CreateUsagePlan"),
        *("CreateUsagePlanKey", "GenerateClientCertificate", "CreateVpcLink", "CreateDomainName"),
        *("CreateBasePathMapping", "CreateDomainNameAccessAssociation"),
    ),
    "apigatewayv2": (
        *("CreateApi", "CreateRoute", "CreateRouteResponse", "CreateIntegration", "CreateIntegrationResponse"),
        *("CreateAuthorizer", "CreateModel", "CreateDeployment", "CreateStage", "CreateVpcLink", "CreateDomainName"),
        *("CreateApiMapping", "CreateRoutingRule"),
    ),
    "ec2": (
        *("CreateSecurityGroup", "AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress"),
        *("AssociateSecurityGroupVpc", "CreateManagedPrefixList", "CreateVpcEndpoint"),
    ),
}
_ONCE = settings(hypothesis_profile.REGIONS, max_examples=1, phases=[Phase.generate])
"""A full estate is nearly all that hypothesis has room for: its simplest one is drawn, which has every member."""

_ANSWERED = "AWS answers it; nobody gives it"
_FLAT = "the old flat form of a rule, which is one permission of IpPermissions"
_OTHER_TYPE = "endpoints of another type, which this AWS has not"
NOT_DRAWN = {
    "CreateRestApi.cloneFrom": "makes the API's content of another's, and is not kept",
    "CreateDomainName.certificateBody": "deprecated, and a secret",
    "CreateDomainName.certificatePrivateKey": "deprecated, and a secret",
    "CreateDomainName.certificateChain": "deprecated, and a secret",
    "CreateDomainName.endpointConfiguration.vpcEndpointIds": "a private domain name has access associations instead",
    "CreateRoutingRule.DomainNameId": "routing rules of private domain names",
    "CreateDeployment.StageName": "moves a stage, which is drawn with its own deployment",
    **{
        f"CreateDomainName.DomainNameConfigurations.{name}": _ANSWERED
        for name in (
            *("ApiGatewayDomainName", "CertificateUploadDate", "DomainNameStatus", "DomainNameStatusMessage"),
            "HostedZoneId",
        )
    },
    **{
        f"AuthorizeSecurityGroup{way}.{name}": _FLAT
        for way in ("Ingress", "Egress")
        for name in (
            *("CidrIp", "FromPort", "ToPort", "IpProtocol", "SourceSecurityGroupName"),
            "SourceSecurityGroupOwnerId",
        )
    },
    "AuthorizeSecurityGroupIngress.GroupName": "names a group of a default VPC",
    **{
        f"AuthorizeSecurityGroup{way}.IpPermissions.UserIdGroupPairs.{name}": reason
        for way in ("Ingress", "Egress")
        for name, reason in {
            "GroupName": "names a group of a default VPC",
            "VpcId": "of a group behind a peering",
            "VpcPeeringConnectionId": "of a group behind a peering",
            "PeeringStatus": _ANSWERED,
        }.items()
    },
    "CreateVpcEndpoint.RouteTableIds": "route tables are ground that has no names",
    **{
        f"CreateVpcEndpoint.SubnetConfigurations{name}": "addresses inside a subnet, which no two regions share"
        for name in ("", ".SubnetId", ".Ipv4", ".Ipv6")
    },
    "CreateVpcEndpoint.ServiceRegion": "a service of another region",
    "CreateVpcEndpoint.ServiceNetworkArn": _OTHER_TYPE,
    "CreateVpcEndpoint.ResourceConfigurationArn": _OTHER_TYPE,
    **{
        f"CreateVpcEndpoint.DnsOptions.{name}": _OTHER_TYPE
        for name in ("PrivateDnsOnlyForInboundResolverEndpoint", "PrivateDnsPreference", "PrivateDnsSpecifiedDomains")
    },
}
"""Members of shapes that create something which no estate has, and why."""


def _members(shape: Any, place: str) -> Iterator[str]:
    """Every member of a shape, at every depth, by its path."""
    for name, member in shape.members.items():
        if name in ("DryRun", "ClientToken"):
            continue
        inner = {"list": "member", "map": "value"}.get(member.type_name)
        inside = getattr(member, inner) if inner else member
        yield f"{place}.{name}"
        if inside.type_name == "structure":
            yield from _members(inside, f"{place}.{name}")


def _given(shape: Any, value: dict[str, Any], place: str) -> Iterator[str]:
    for name, each in value.items():
        member = shape.members[name]
        yield f"{place}.{name}"
        rows = each if member.type_name == "list" else list(each.values()) if member.type_name == "map" else [each]
        inside = {"list": "member", "map": "value"}.get(member.type_name)
        inner = getattr(member, inside) if inside else member
        for row in rows if inner.type_name == "structure" else ():
            yield from _given(inner, row, f"{place}.{name}")


def _input(service: str, operation: str) -> Any:
    return operation_model(service, operation).input_shape


def _load(steps: list[Step], region: str, aws: StrictAws) -> None:
    with aws.weather.calm():
        run(steps, StrictClients(aws), region)


@settings(hypothesis_profile.REGIONS, phases=[Phase.generate])
@given(drawn_estates())
def test_two_loads_of_a_random_estate_are_equal(steps: list[Step]) -> None:
    aws = StrictAws()
    _load(steps, HOME, aws)
    _load(shuffled(steps, seed=3), AWAY, aws)
    assert report(compare(aws.region(HOME), aws.region(AWAY))) == ""


def test_every_member_of_every_shape_that_creates_something_occurs() -> None:
    wanted = {
        (service, place)
        for service, operations in CREATING.items()
        for operation in operations
        for place in _members(_input(service, operation), operation)
    }
    seen: set[tuple[str, str]] = set()

    @_ONCE
    @given(drawn_estates((*KINDS, EDGE_DOMAINS), full=True))
    def draw(steps: list[Step]) -> None:
        _load(steps, HOME, StrictAws())
        for step in steps:
            seen.update(
                (step.service, place)
                for place in _given(_input(step.service, step.operation), step.params, step.operation)
            )

    draw()
    assert {place for _, place in wanted - seen} == set(NOT_DRAWN)


def test_a_mutation_of_every_member_of_every_thing_is_found() -> None:
    """One for each kind of place; test_judge.py has every single leaf of a smaller estate."""
    missed: list[str] = []
    places: list[int] = []

    @_ONCE
    @given(drawn_estates((*KINDS, EDGE_DOMAINS), full=True))
    def draw(steps: list[Step]) -> None:
        aws = StrictAws()
        _load(steps, HOME, aws)
        region = aws.region(HOME)
        reading, state = Reading(region), tree(region)
        before = reading.whole()
        seen = set()
        for mutation in list(mutations(region)):
            path = mutation.path
            place = (path[:2], path[3:4], path[-1], mutation.after == f"{mutation.before}x")
            if place in seen or left_out_with(state, path):
                continue
            seen.add(place)
            mutation.make()
            if not any(differences(before, Reading(region, before=reading).whole())):
                missed.append(str(mutation))
            mutation.undo()

        places.append(len(seen))

    draw()
    assert missed == []
    assert places[0] > 300
