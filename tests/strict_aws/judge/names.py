"""What people call the things that AWS gives ids to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tests.strict_aws.call import Region
from tests.strict_aws.ec2.lists import lists_in
from tests.strict_aws.judge.raw import Path

Document = dict[str, Any]
Names = Mapping[str, str]
Row = tuple[str, Document]


def named(kind: str, rows: Iterable[Row], label: Callable[[str, Document], str], created: str = "") -> dict[str, str]:
    """Names by id. Of two that are called the same the later one is `name~2`: by the date in ``created``, or in the
    order in which the state has them."""
    return _numbered(kind, sorted(rows, key=lambda row: row[1].get(created) or 0.0), label)


def nameless(kind: str, rows: Iterable[Row], label: Callable[[str, Document], str]) -> dict[str, str]:
    """Names of what need not have a name, nor a date: those that are called the same are told apart by content, and
    twins not at all, since it means nothing which of them something refers to."""

    def content(row: Row) -> str:
        return repr(sorted((name, value) for name, value in row[1].items() if value != row[0]))

    ordered = sorted(rows, key=content)
    first: dict[tuple[str, str], str] = {}
    for row in ordered:
        first.setdefault((label(*row), content(row)), row[0])
    names = _numbered(kind, [row for row in ordered if row[0] in first.values()], label)
    return {row[0]: names[first[label(*row), content(row)]] for row in ordered}


def _numbered(kind: str, rows: Iterable[Row], label: Callable[[str, Document], str]) -> dict[str, str]:
    names: dict[str, str] = {}
    seen: dict[str, int] = {}
    for each, document in rows:
        text = label(each, document)
        seen[text] = seen.get(text, 0) + 1
        names[each] = f"<{kind} {text}>" if seen[text] == 1 else f"<{kind} {text}~{seen[text]}>"
    return names


def region_names(tree: Document, region: Region) -> dict[str, str]:
    """The names of all that can be referred to from anywhere in the region, by id or ARN."""
    return _gateway(tree, _ec2(tree.get("Ec2Region", {}), region))


def _gateway(tree: Document, names: dict[str, str]) -> dict[str, str]:
    """The names of EC2, and API Gateway's beside them."""
    rest, http, domains = (tree.get(name, {}) for name in ("RestRegion", "HttpRegion", "Domains"))

    def add(kind: str, rows: Iterable[Row], label: Callable[[str, Document], str], created: str = "") -> None:
        names.update(named(kind, rows, label, created))

    def member(name: str) -> Callable[[str, Document], str]:
        return lambda _, document: str(document.get(name, ""))

    def fields(of: Document, kind: str) -> list[Row]:
        return [(each, api["fields"]) for each, api in of.get(kind, {}).items()]

    add("REST API", fields(rest, "apis"), member("name"), "createdDate")
    add("API", fields(http, "apis"), member("Name"), "CreatedDate")
    add("API key", rest.get("api_keys", {}).items(), member("name"), "createdDate")
    add("usage plan", rest.get("usage_plans", {}).items(), member("name"))
    certificates = rest.get("client_certificates", {}).items()
    add("client certificate", certificates, member("description"), "createdDate")
    add("VPC link", rest.get("vpc_links", {}).items(), member("name"))
    add("VPC link v2", http.get("vpc_links", {}).items(), member("Name"), "CreatedDate")
    ids = [(d["domainNameId"], d) for d in domains.get("names", {}).values() if d.get("domainNameId")]
    add("id of domain", ids, member("domainName"))
    for key, mappings in domains.get("mappings", {}).items():
        add(
            "mapping",
            mappings.items(),
            lambda _, each, key=key: f"{names.get(key, key)} {each.get('apiMappingKey', '')}",
        )
    for rules in domains.get("routing_rules", {}).values():
        add("routing rule", rules.items(), lambda _, each: f"at {each.get('Priority')}")
    add("access", domains.get("associations", {}).items(), lambda _, each: _access(each, names))
    return names


def _access(association: Document, names: Names) -> str:
    """Whose access to which private domain name: an association has no name of its own."""
    _, _, domain = str(association.get("domainNameArn")).rpartition("+")
    source = str(association.get("accessAssociationSource"))
    return f"of {names.get(source, source)} to {names.get(domain, domain)}"


def _ec2(ec2: Document, region: Region) -> dict[str, str]:
    names = {
        each: f"<prefix list {own['PrefixListName']}>".replace(region.name, "<region>")
        for each, own in lists_in(region).items()
    }
    tags = ec2.get("tags", {})

    def called(each: str, document: Document, other: str) -> str:
        return str(tags.get(each, {}).get("Name") or document.get(other) or each)

    def add(kind: str, rows: Iterable[Row], label: Callable[[str, Document], str]) -> None:
        names.update(named(kind, rows, label))

    def inside(each: Any) -> str:
        return names.get(str(each), str(each)).removeprefix("<VPC ").removesuffix(">")

    def vpc(each: str, document: Document) -> str:
        return "default" if document.get("IsDefault") else called(each, document, "CidrBlock")

    add("VPC", ec2.get("vpcs", {}).items(), vpc)
    add(
        "subnet",
        ec2.get("subnets", {}).items(),
        lambda each, d: f"{inside(d.get('VpcId'))}/{called(each, d, 'CidrBlock')}",
    )

    def table(each: str, document: Document) -> str:
        is_main = any(used.get("Main") for used in document.get("Associations") or ())
        return f"{inside(document.get('VpcId'))}/{'main' if is_main else called(each, document, '')}"

    add("route table", ec2.get("route_tables", {}).items(), table)
    add("peering", ec2.get("peerings", {}).items(), lambda each, d: called(each, d, ""))
    groups = [(each, group["fields"]) for each, group in ec2.get("groups", {}).items()]
    add("group", groups, lambda _, d: f"{inside(d.get('VpcId'))}/{d.get('GroupName')}")
    lists = [(each, kept["fields"]) for each, kept in ec2.get("prefix_lists", {}).items()]
    add("prefix list", lists, lambda _, d: str(d.get("PrefixListName")))
    kept = [(each, endpoint["fields"]) for each, endpoint in ec2.get("endpoints", {}).items()]
    add(
        "endpoint",
        kept,
        lambda _, d: f"{inside(d.get('VpcId'))} {d.get('ServiceName')}".replace(region.name, "<region>"),
    )
    for each, group in ec2.get("groups", {}).items():
        add("rule", group["rules"].items(), lambda _, rule, each=each: f"{names[each]} {_rule(rule, names)}")
    return names


def _rule(rule: Document, names: Names) -> str:
    """A rule by what makes it the rule that it is (AWS notes, section 5)."""
    reference = rule.get("ReferencedGroupInfo") or {}
    source = rule.get("CidrIpv4") or rule.get("CidrIpv6") or rule.get("PrefixListId") or reference.get("GroupId")
    ports = f"{rule.get('FromPort')}-{rule.get('ToPort')}"
    way = "egress" if rule.get("IsEgress") else "ingress"
    return f"{way} {rule.get('IpProtocol')} {ports} {names.get(str(source), source)}"


# --- what is only known inside one API, or inside one draft or deployment of it -------------------------------------


def local_names(path: Path, value: Document) -> dict[str, str]:
    """The names of what is inside an API, for the API or one of its contents; empty for anything else."""
    if len(path) == 3 and path[1] == "apis":
        deployments = dict.fromkeys(value["deployments"], "<a deployment>")
        if path[0] == "HttpRegion":
            return deployments
        parts = named("documentation part", value["documentation_parts"].items(), _part)
        return {**_rest_content(value["draft"]), **deployments, **parts}
    inside = len(path) == 4 or (len(path) == 5 and path[3] == "deployed")
    if inside and path[0] == "RestRegion" and "resources" in value:
        return _rest_content(value)
    if inside and path[0] == "HttpRegion" and "routes" in value:
        return _http_content(value)
    return {}


def _part(_: str, part: Document) -> str:
    location = part.get("location") or {}
    return " ".join(
        str(location[name]) for name in ("type", "path", "method", "statusCode", "name") if location.get(name)
    )


def _rest_content(content: Document) -> dict[str, str]:
    resources = content["resources"]

    def path(each: str, document: Document, deep: int = 0) -> str:
        parent = document.get("parentId")
        if parent is None:
            return "/"
        above = path(parent, resources[parent], deep + 1) if parent in resources and deep < 50 else f"?{parent}"
        return f"{above.rstrip('/')}/{document.get('pathPart')}"

    names = named("resource", resources.items(), path)
    names |= named("authorizer", content["authorizers"].items(), lambda _, d: str(d.get("name")))
    names |= nameless("validator", content["validators"].items(), lambda _, d: str(d.get("name", "")))
    models = ((d["id"], d) for d in content["models"].values() if d.get("id"))
    return names | named("model", models, lambda _, d: str(d.get("name")))


def _http_content(content: Document) -> dict[str, str]:
    names = named("authorizer", content["authorizers"].items(), lambda _, d: str(d.get("Name")))
    names |= named("model", content["models"].items(), lambda _, d: str(d.get("Name")))
    names |= named("route", content["routes"].items(), lambda _, d: str(d.get("RouteKey")))
    users: dict[str, list[str]] = {}
    for route in content["routes"].values():
        users.setdefault(str(route.get("Target", "")).removeprefix("integrations/"), []).append(
            str(route.get("RouteKey"))
        )

    def integration(each: str, document: Document) -> str:
        """By the first route that leads to it; what no route leads to by where it leads itself."""
        if each in users:
            return f"of {min(users[each])}"
        return f"of no route, {document.get('IntegrationType')} {document.get('IntegrationUri', '')}"

    names |= nameless("integration", content["integrations"].items(), integration)
    for kind, owners in (("RouteResponse", "route_responses"), ("IntegrationResponse", "integration_responses")):
        for answers in content[owners].values():
            names |= named(kind, answers.items(), lambda _, d, kind=kind: str(d.get(f"{kind}Key")))
    return names
