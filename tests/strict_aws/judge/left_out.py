"""The one list of what the judge does not compare, each with its reason. It judges everything else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.strict_aws.http.import_parts import IMPORTED
from tests.strict_aws.judge.raw import Path

Document = dict[str, Any]
Where = Callable[[Document, Path], bool]


def _always(_: Document, __: Path) -> bool:
    return True


@dataclass(frozen=True)
class LeftOut:
    """A place in the raw state and all below it: `*` stands for any one name. ``when`` is asked with the whole state
    and the place where it is not left out everywhere."""

    place: str
    reason: str
    when: Where = _always

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The place, name by name."""
        return tuple(self.place.split("/"))

    def covers(self, path: Path) -> bool:
        """Whether the pattern is this very place."""
        return len(path) == len(self.parts) and all(a in ("*", b) for a, b in zip(self.parts, path, strict=True))


def at(tree: Document, path: Path) -> Any:
    """What is at a place of the state."""
    for name in path:
        tree = tree[name]
    return tree


def _unused(tree: Document, path: Path) -> bool:
    """A deployment that no stage is on."""
    api = at(tree, path[:3])
    named = (stage.get("deploymentId") or stage.get("DeploymentId") for stage in api["stages"].values())
    canaries = ((stage.get("canarySettings") or {}).get("deploymentId") for stage in api["stages"].values())
    return path[4] not in {*named, *canaries}


def _old_version(tree: Document, path: Path) -> bool:
    return bool(path[4] != at(tree, path[:3])["fields"]["Version"])


def _going(tree: Document, path: Path) -> bool:
    return str(at(tree, path)["fields"].get("State", "")).startswith(("delet", "disassociat"))


def _link_going(tree: Document, path: Path) -> bool:
    link = at(tree, path)
    return "DELETING" in (link.get("status"), link.get("VpcLinkStatus"))


def _of_the_ground(tree: Document, path: Path) -> bool:
    return str(path[2]).partition("-")[0] not in ("sg", "sgr", "pl", "vpce")


def _by_import(tree: Document, path: Path) -> bool:
    return bool(at(tree, path) == IMPORTED)


def _aws_tag(tree: Document, path: Path) -> bool:
    return str(path[-1]).startswith("aws:")


_DATE = "the time of an event, which AWS sets"
_STATUS = "how far AWS has come with it, not what it is"
_HOST = "a host name or zone that AWS gives; what leads to it is DNS"
_GROUND = "a region's network is found, not restored: it is named here, and compared by nobody"
_HISTORY = "what is on no stage is history, which nobody can recreate (AWS notes, section 3.2)"
_NOT_LIVE = "a deployment does not serve it: it is the API's own at any time"
_STAGES = "a deployment is known by the stages that are on it"
_LATER = "what will happen by itself, by the clock"

LEFT_OUT: tuple[LeftOut, ...] = (
    # EC2
    *(
        LeftOut(f"Ec2Region/{name}", _GROUND)
        for name in ("vpcs", "vpc_attributes", "subnets", "route_tables", "interfaces", "peerings", "peered")
    ),
    LeftOut("Ec2Region/dhcp_options", _GROUND),
    LeftOut("Ec2Region/tags/*", _GROUND, _of_the_ground),
    LeftOut("Ec2Region/tags/*/*", "tags that begin with aws: are AWS's own", _aws_tag),
    LeftOut("Ec2Region/tokens", "what makes a repeated call harmless, not what is there"),
    LeftOut("Ec2Region/pace", "how this AWS is set, not what is in it"),
    LeftOut("Ec2Region/groups/*/known_from", "from when others see it"),
    LeftOut("Ec2Region/prefix_lists/*", "a list that is being deleted is not there any more", _going),
    LeftOut("Ec2Region/prefix_lists/*/turn", _LATER),
    LeftOut("Ec2Region/prefix_lists/*/wanted_size", _LATER),
    LeftOut("Ec2Region/prefix_lists/*/fields/State", _STATUS),
    LeftOut("Ec2Region/prefix_lists/*/fields/StateMessage", _STATUS),
    LeftOut("Ec2Region/prefix_lists/*/fields/Version", "a count of changes: a list that is made again begins at 1"),
    LeftOut("Ec2Region/prefix_lists/*/versions/*", "versions before the current one are history", _old_version),
    LeftOut("Ec2Region/endpoints/*", "an endpoint that is being deleted is not there any more", _going),
    LeftOut("Ec2Region/endpoints/*/turn", _LATER),
    *(
        LeftOut(f"Ec2Region/endpoints/*/fields/{name}", reason)
        for name, reason in {
            "State": _STATUS,
            "CreationTimestamp": _DATE,
            "DnsEntries": _HOST,
            "NetworkInterfaceIds": "AWS makes an endpoint's interfaces",
            "LastError": _STATUS,
        }.items()
    ),
    LeftOut("Ec2Region/associations/*", "an association that is being taken away is not there any more", _going),
    LeftOut("Ec2Region/associations/*/turn", _LATER),
    LeftOut("RestRegion/apis/*/updating_until", _LATER),
    LeftOut("Ec2Region/associations/*/fields/State", _STATUS),
    LeftOut("Ec2Region/associations/*/fields/StateReason", _STATUS),
    # API Gateway v1
    LeftOut("LinkTimes", _LATER),
    LeftOut("Changes", _LATER),
    LeftOut("CacheTimes", _LATER),
    LeftOut("Remaining", "what is left of a quota is how much was used, not configuration (AWS notes, section 3.2)"),
    *(
        LeftOut(f"RestRegion/apis/*/fields/{name}", reason)
        for name, reason in {
            "createdDate": _DATE,
            "apiStatus": _STATUS,
            "apiStatusMessage": _STATUS,
            "warnings": "what the last import had to say",
        }.items()
    ),
    LeftOut("RestRegion/apis/*/draft/models/*/id", "nothing refers to a model by its id: it is its name"),
    LeftOut("RestRegion/apis/*/deployed/*/models/*/id", "nothing refers to a model by its id: it is its name"),
    LeftOut("RestRegion/apis/*/deployments/*", _HISTORY, _unused),
    LeftOut("RestRegion/apis/*/deployed/*", _HISTORY, _unused),
    LeftOut("RestRegion/apis/*/deployments/*/createdDate", _DATE),
    LeftOut("RestRegion/apis/*/deployments/*/id", _STAGES),
    *(
        LeftOut(f"RestRegion/apis/*/deployed/*/settings/{name}", _NOT_LIVE)
        for name in (
            *(
                "id",
                "name",
                "description",
                "version",
                "tags",
                "endpointConfiguration",
                "securityPolicy",
                "rootResourceId",
            ),
            *("endpointAccessMode", "createdDate", "apiStatus", "apiStatusMessage", "warnings"),
        )
    ),
    LeftOut("RestRegion/apis/*/stages/*/createdDate", _DATE),
    LeftOut("RestRegion/apis/*/stages/*/lastUpdatedDate", _DATE),
    LeftOut("RestRegion/apis/*/stages/*/cacheClusterStatus", _STATUS),
    LeftOut("RestRegion/apis/*/stages/*/tags/*", "tags that begin with aws: are AWS's own", _aws_tag),
    LeftOut("RestRegion/apis/*/fields/tags/*", "tags that begin with aws: are AWS's own", _aws_tag),
    LeftOut("RestRegion/apis/*/documentation_versions/*/createdDate", _DATE),
    LeftOut("RestRegion/api_keys/*/createdDate", _DATE),
    LeftOut("RestRegion/api_keys/*/lastUpdatedDate", _DATE),
    LeftOut("RestRegion/client_certificates/*/createdDate", _DATE),
    LeftOut("RestRegion/client_certificates/*/expirationDate", _DATE),
    LeftOut("RestRegion/client_certificates/*/pemEncodedCertificate", "a new pair of keys is made every time"),
    LeftOut("RestRegion/vpc_links/*", "a link that is being deleted is not there any more", _link_going),
    LeftOut("RestRegion/vpc_links/*/status", _STATUS),
    LeftOut("RestRegion/vpc_links/*/statusMessage", _STATUS),
    LeftOut("RestRegion/account/throttleSettings", "a quota of the region"),
    LeftOut("RestRegion/account/apiKeyVersion", "AWS's own"),
    LeftOut("RestRegion/account/features", "AWS's own"),
    *(
        LeftOut(f"Domains/names/*/{name}", reason)
        for name, reason in {
            "certificateUploadDate": _DATE,
            "regionalDomainName": _HOST,
            "regionalHostedZoneId": _HOST,
            "distributionDomainName": _HOST,
            "distributionHostedZoneId": _HOST,
            "domainNameStatus": _STATUS,
            "domainNameStatusMessage": _STATUS,
        }.items()
    ),
    # API Gateway v2
    *(
        LeftOut(f"HttpRegion/apis/*/fields/{name}", reason)
        for name, reason in {
            "CreatedDate": _DATE,
            "ApiEndpoint": _HOST,
            "Warnings": "what the last import had to say",
            "ImportInfo": "what the last import had to say",
            "ApiGatewayManaged": "whose tooling made it: what is restored is made by other tooling",
        }.items()
    ),
    *(
        LeftOut(f"HttpRegion/apis/*/{where}/ApiGatewayManaged", "whether quick create made it, which can't be set")
        for where in (
            *("draft/routes/*", "draft/integrations/*", "deployed/*/routes/*", "deployed/*/integrations/*"),
            "stages/*",
        )
    ),
    *(
        LeftOut(f"HttpRegion/apis/*/{where}/integrations/*/Description", "AWS's own words for an import", _by_import)
        for where in ("draft", "deployed/*")
    ),
    LeftOut("HttpRegion/apis/*/deployments/*", _HISTORY, _unused),
    LeftOut("HttpRegion/apis/*/deployed/*", _HISTORY, _unused),
    LeftOut("HttpRegion/apis/*/deployments/*/CreatedDate", _DATE),
    LeftOut("HttpRegion/apis/*/deployments/*/DeploymentId", _STAGES),
    LeftOut("HttpRegion/apis/*/deployments/*/DeploymentStatus", _STATUS),
    LeftOut("HttpRegion/apis/*/deployments/*/DeploymentStatusMessage", _STATUS),
    *(
        LeftOut(f"HttpRegion/apis/*/deployed/*/settings/{name}", _NOT_LIVE)
        for name in (
            *("ApiId", "Name", "Description", "Version", "Tags", "CreatedDate", "ApiEndpoint", "ApiGatewayManaged"),
            *("ImportInfo", "Warnings", "IpAddressType", "DisableExecuteApiEndpoint"),
        )
    ),
    *(
        LeftOut(f"HttpRegion/apis/*/stages/*/{name}", reason)
        for name, reason in {
            "CreatedDate": _DATE,
            "LastUpdatedDate": _DATE,
            "LastDeploymentStatusMessage": _STATUS,
        }.items()
    ),
    LeftOut("HttpRegion/vpc_link_times", _LATER),
    LeftOut("HttpRegion/vpc_links/*", "a link that is being deleted is not there any more", _link_going),
    *(
        LeftOut(f"HttpRegion/vpc_links/*/{name}", reason)
        for name, reason in {
            "CreatedDate": _DATE,
            "VpcLinkStatus": _STATUS,
            "VpcLinkStatusMessage": _STATUS,
            "VpcLinkVersion": "AWS's own",
        }.items()
    ),
)

_BY_ENDS: dict[tuple[str, int, str], list[LeftOut]] = {}
for _each in LEFT_OUT:
    _BY_ENDS.setdefault((_each.parts[0], len(_each.parts), _each.parts[-1]), []).append(_each)


def left_out(tree: Document, path: Path) -> LeftOut | None:
    """The entry of the list that leaves out this very place, if one does."""
    for last in ("*", path[-1]):
        for each in _BY_ENDS.get((path[0], len(path), last), ()):
            if each.covers(path) and each.when(tree, path):
                return each
    return None


def left_out_with(tree: Document, path: Path) -> LeftOut | None:
    """The entry that leaves out this place or anything above it."""
    found: Iterator[LeftOut | None] = (left_out(tree, path[:end]) for end in range(1, len(path) + 1))
    return next((each for each in found if each), None)
