"""VPC links of v2: PENDING at first, AVAILABLE after a while, DELETING before they are gone."""

from __future__ import annotations

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.ec2.state import Ec2Region
from tests.strict_aws.http.lists import listed
from tests.strict_aws.http.members import QUOTAS, edited
from tests.strict_aws.http.state import Document, HttpRegion, find_in
from tests.strict_aws.http.tag_rules import check_tags
from tests.strict_aws.refusals import Refusal, bad_request
from tests.strict_aws.rules import rule

TIMES = rule(
    "http.vpc-link-times",
    "A VPC link is available two minutes after CreateVpcLink, and gone one after DeleteVpcLink",
    "AWS notes, section 4.4, has 2 to 4 minutes for v1's; how long v2's take is recalled",
    recalled=True,
)
SUBNETS = rule(
    "http.vpc-link-subnets",
    "A VPC link has 1 to 10 subnets",
    "AWS notes, section 2.2; the text is recalled",
)
NETWORK = rule(
    "http.vpc-link-network",
    "The subnets and security groups of a VPC link are there",
    "recalled; whether AWS says so at once or by the status FAILED is not known",
    recalled=True,
)
IN_USE = rule(
    "http.delete-used-vpc-link",
    "A VPC link that a route leads to, in the draft or where it is deployed, can't be deleted",
    "quoted: github.com/hashicorp/terraform-provider-aws, issue 12195; AWS notes, appendix B",
)


def vpc_links(call: Call) -> dict[str, Document]:
    """The links as they are by now."""
    region, at_once = call.part(HttpRegion), not call.holds(TIMES)
    for link_id, times in list(region.vpc_link_times.items()):
        if "gone" in times and (call.now >= times["gone"] or at_once):
            del region.vpc_links[link_id], region.vpc_link_times[link_id]
        elif "gone" not in times and (call.now >= times["available"] or at_once):
            status = {"VpcLinkStatus": "AVAILABLE", "VpcLinkStatusMessage": "VPC link is ready to route traffic"}
            region.vpc_links[link_id] = region.vpc_links[link_id] | status
    return region.vpc_links


@answers("apigatewayv2", "CreateVpcLink")
def create_vpc_link(call: Call) -> Document:
    """CreateVpcLink: pending at first."""
    if not call.params["Name"]:
        raise bad_request("Name can not be empty")
    if not 1 <= len(call.params["SubnetIds"]) <= 10 and call.holds(SUBNETS):
        raise bad_request("A VPC link has to have between 1 and 10 subnets")
    _check_network(call)
    check_tags(call, call.params.get("Tags"))
    if len(vpc_links(call)) >= call.aws.limits.http_vpc_links and call.holds(QUOTAS):
        text = "Maximum number of VPC links for this account has been reached. Please contact AWS if you need more."
        raise Refusal("ConflictException", text, 429)
    region = call.part(HttpRegion)
    link_id = call.aws.ids.gateway(6)
    region.vpc_links[link_id] = {
        "CreatedDate": call.created(),
        "Name": call.params["Name"],
        "SecurityGroupIds": list(call.params.get("SecurityGroupIds") or []),
        "SubnetIds": list(call.params["SubnetIds"]),
        "Tags": dict(call.params.get("Tags") or {}),
        "VpcLinkId": link_id,
        "VpcLinkStatus": "PENDING",
        "VpcLinkStatusMessage": "VPC link is provisioning ENIs",
        "VpcLinkVersion": "V2",
    }
    region.vpc_link_times[link_id] = {"available": call.now + 120}
    return region.vpc_links[link_id]


def _check_network(call: Call) -> None:
    network = call.part(Ec2Region)
    if not call.holds(NETWORK):
        return
    for kind, ids, held in (
        ("subnet", call.params["SubnetIds"], network.subnets),
        ("security group", call.params.get("SecurityGroupIds") or [], network.groups),
    ):
        for each in ids:
            if each not in held:
                raise bad_request(f"Invalid {kind} specified: {each} does not exist")


@answers("apigatewayv2", "GetVpcLinks")
def get_vpc_links(call: Call) -> Document:
    """GetVpcLinks."""
    return listed(call, vpc_links(call).values())


@answers("apigatewayv2", "GetVpcLink")
def get_vpc_link(call: Call) -> Document:
    """GetVpcLink."""
    return find_in(call, vpc_links(call), "VpcLink")


@answers("apigatewayv2", "UpdateVpcLink")
def update_vpc_link(call: Call) -> Document:
    """UpdateVpcLink: its name; subnets and groups are given once."""
    link = find_in(call, vpc_links(call), "VpcLink")
    new = edited(call, link, ("Name",), required=("Name",))
    call.part(HttpRegion).vpc_links[new["VpcLinkId"]] = new
    return new


@answers("apigatewayv2", "DeleteVpcLink")
def delete_vpc_link(call: Call) -> None:
    """DeleteVpcLink: gone after a while."""
    link = find_in(call, vpc_links(call), "VpcLink")
    users = _users(call, link["VpcLinkId"])
    if users and call.holds(IN_USE):
        form = "[Method:Resource:Stage]" if any(each.count(":") == 2 for each in users) else "[Method:Resource]"
        named = f"Vpc link '{link['VpcLinkId']}', is referenced in [{', '.join(users)}] in format of {form}."
        raise bad_request(f"Cannot delete vpc link. {named}")
    region = call.part(HttpRegion)
    status = {"VpcLinkStatus": "DELETING", "VpcLinkStatusMessage": "VPC link is deleting ENIs"}
    region.vpc_links[link["VpcLinkId"]] = link | status
    region.vpc_link_times[link["VpcLinkId"]] = {"gone": call.now + 60}


def _users(call: Call, link_id: str) -> list[str]:
    found = []
    for api in call.part(HttpRegion).apis.values():
        contents = [("", api.draft)]
        deployed = [(f":{name}", api.deployed.get(stage.get("DeploymentId", ""))) for name, stage in api.stages.items()]
        contents += [(name, content) for name, content in deployed if content]
        for suffix, content in contents:
            for route in content.routes.values():
                integration = content.integrations.get((route.get("Target") or "").partition("/")[2], {})
                if integration.get("ConnectionId") == link_id:
                    found.append(f"{integration.get('IntegrationMethod', 'ANY')}:{route['RouteId']}{suffix}")
    return found
