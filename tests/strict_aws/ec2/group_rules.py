"""Rules of groups: authorized, revoked, described and changed, all of a request or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.ec2.births import add_rule
from tests.strict_aws.ec2.errors import check_id, combined, dry_run, invalid, missing, no_such
from tests.strict_aws.ec2.filters import filtered, value_of
from tests.strict_aws.ec2.listings import named, paged
from tests.strict_aws.ec2.lists import weights
from tests.strict_aws.ec2.lookups import find_group, known_groups, named_group
from tests.strict_aws.ec2.permissions import (
    as_permissions,
    asked,
    description_of,
    drafts,
    identity,
    in_words,
    kind_of,
    shown_rule,
)
from tests.strict_aws.ec2.state import Group, held
from tests.strict_aws.ec2.tags import drop_tags, put_tags, specified
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.rules import rule

Document = dict[str, Any]

DUPLICATE = rule("ec2.duplicate-rules", "A rule that is there already is refused", "AWS notes, section 5")
TWICE = rule(
    "ec2.same-permission-twice",
    "The same rule twice in one request is refused",
    "quoted: issues of terraform-aws-modules and others",
)
QUOTA = rule(
    "ec2.rules-per-group",
    "So many rules per group, direction and family",
    "AWS notes, section 2.4",
)
NOT_THERE = rule(
    "ec2.revoke-what-is-not-there",
    "To revoke a rule that is not there is refused",
    "botocore: RevokeSecurityGroupIngress",
)
FORGIVEN = rule(
    "ec2.revoke-in-default-vpc",
    "In a default VPC it is no error: the rest is revoked, and the answer names what was unknown",
    "botocore: RevokeSecurityGroupIngress",
)
SAME_KIND = rule(
    "ec2.rules-keep-their-kind", "A rule's kind of source can't be changed", "quoted: the text in public issues"
)
ALONE = rule(
    "ec2.rules-by-id-or-value",
    "Rules are named by id or by what they are, not both",
    "botocore: RevokeSecurityGroupIngress",
)

_SOURCES = {
    "CidrIpv4": ("IPv4 CIDR", "CidrIpv4", "IpRanges", "CidrIp"),
    "CidrIpv6": ("IPv6 CIDR", "CidrIpv6", "Ipv6Ranges", "CidrIpv6"),
    "PrefixListId": ("prefix list", "PrefixListId", "PrefixListIds", "PrefixListId"),
    "ReferencedGroupInfo": ("referenced group id", "ReferencedGroupId", "UserIdGroupPairs", "GroupId"),
}


def _check_quota(call: Call, rules: Iterable[Document]) -> None:
    if max(weights(call, rules)) > call.aws.limits.rules_per_group and call.holds(QUOTA):
        text = "The maximum number of rules per security group has been reached."
        raise Refusal("RulesPerSecurityGroupLimitExceeded", text)


def _authorize(call: Call, *, egress: bool) -> Document:
    group = named_group(call)
    wanted = drafts(call, group, asked(call, egress=egress), egress=egress)
    there = {identity(made) for made in group.of(egress=egress)}
    seen: set[Any] = set()
    for draft in wanted:
        key = identity(draft)
        if key in seen and call.holds(TWICE):
            raise invalid("The same permission must not appear multiple times")
        seen.add(key)
    for draft in wanted:
        if identity(draft) in there and call.holds(DUPLICATE):
            text = f'the specified rule "{in_words(draft)}" already exists'
            raise Refusal("InvalidPermission.Duplicate", text)
    _check_quota(call, [*group.of(egress=egress), *wanted])
    tags = specified(call, "security-group-rule")
    dry_run(call)
    made = [add_rule(call, group, draft) for draft in wanted]
    for each in made:
        put_tags(call, each["SecurityGroupRuleId"], tags)
    return {"Return": True, "SecurityGroupRules": [shown_rule(call, each) for each in made]}


@answers("ec2", "AuthorizeSecurityGroupIngress")
def authorize_ingress(call: Call) -> Document:
    """Add inbound rules, all or none."""
    return _authorize(call, egress=False)


@answers("ec2", "AuthorizeSecurityGroupEgress")
def authorize_egress(call: Call) -> Document:
    """Add outbound rules, all or none."""
    return _authorize(call, egress=True)


# --- revoke ---------------------------------------------------------------------------------------------


def _by_id(call: Call, group: Group, ids: Iterable[str], *, egress: bool) -> list[Document]:
    found = []
    for each in ids:
        check_id(call, "sgr", each)
        made = group.rules.get(each)
        if made is None or made["IsEgress"] is not egress:
            raise no_such("sgr", each)
        found.append(made)
    return found


def _no_such_rule() -> Refusal:
    return Refusal("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")


def _by_value(call: Call, group: Group, *, egress: bool) -> tuple[list[Document], list[Document]]:
    """The rules that the permissions of a request mean, and those that the group has not, as drafts."""
    given = asked(call, egress=egress)
    if not given:
        raise Refusal("MissingParameter", "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.")
    there = {identity(made): made for made in group.of(egress=egress)}
    wanted = drafts(call, group, given, egress=egress, resolve=False)
    found = {identity(draft): there[identity(draft)] for draft in wanted if identity(draft) in there}
    return list(found.values()), [draft for draft in wanted if identity(draft) not in there]


def _is_forgiven(call: Call, group: Group) -> bool:
    return bool(held(call).vpcs[group.vpc]["IsDefault"]) and call.holds(FORGIVEN)


def _revoke(call: Call, *, egress: bool) -> Document:
    group, ids = named_group(call), call.params.get("SecurityGroupRuleIds")
    if ids and call.params.get("IpPermissions") and call.holds(ALONE):
        raise combined("The parameter securityGroupRuleIds cannot be used with the parameter ipPermissions")
    gone, unknown = (_by_id(call, group, ids, egress=egress), []) if ids else _by_value(call, group, egress=egress)
    if unknown and not _is_forgiven(call, group) and call.holds(NOT_THERE):
        raise _no_such_rule()
    dry_run(call)
    for made in gone:
        group.rules.pop(made["SecurityGroupRuleId"], None)
        drop_tags(call, made["SecurityGroupRuleId"])
    answer: Document = {"Return": True, "RevokedSecurityGroupRules": [_revoked(made) for made in gone]}
    if unknown:
        rows = [draft | {"SecurityGroupRuleId": str(number)} for number, draft in enumerate(unknown)]
        answer["UnknownIpPermissions"] = as_permissions(call, rows)
    return answer


def _revoked(made: Document) -> Document:
    shown = {name: value for name, value in made.items() if name not in ("GroupOwnerId", "ReferencedGroupInfo")}
    if "ReferencedGroupInfo" in made:
        shown["ReferencedGroupId"] = made["ReferencedGroupInfo"]["GroupId"]
    return shown


@answers("ec2", "RevokeSecurityGroupIngress")
def revoke_ingress(call: Call) -> Document:
    """Take inbound rules away, all or none."""
    return _revoke(call, egress=False)


@answers("ec2", "RevokeSecurityGroupEgress")
def revoke_egress(call: Call) -> Document:
    """Take outbound rules away, all or none."""
    return _revoke(call, egress=True)


# --- changes --------------------------------------------------------------------------------------------


def _set_text(made: Document, text: str | None) -> None:
    if text:
        made["Description"] = text
    else:
        made.pop("Description", None)


def _redescribe(call: Call, *, egress: bool) -> Document:
    group, by_id = named_group(call), call.params.get("SecurityGroupRuleDescriptions")
    if by_id and call.params.get("IpPermissions") and call.holds(ALONE):
        raise combined("The parameter securityGroupRuleDescriptions cannot be used with the parameter ipPermissions")
    if by_id:
        ids = [each.get("SecurityGroupRuleId") or "" for each in by_id]
        found = _by_id(call, group, ids, egress=egress)
        texts = [description_of(call, each.get("Description")) for each in by_id]
    else:
        given = call.params.get("IpPermissions")
        if not given:
            raise missing("ipPermissions")
        there = {identity(made): made for made in group.of(egress=egress)}
        wanted = drafts(call, group, given, egress=egress, resolve=False)
        if any(identity(draft) not in there for draft in wanted):
            raise _no_such_rule()
        found = [there[identity(draft)] for draft in wanted]
        texts = [draft.get("Description") for draft in wanted]
    dry_run(call)
    for made, text in zip(found, texts, strict=True):
        _set_text(made, text)
    return {"Return": True}


@answers("ec2", "UpdateSecurityGroupRuleDescriptionsIngress")
def update_ingress_descriptions(call: Call) -> Document:
    """Change descriptions of inbound rules; one that is left out is taken away."""
    return _redescribe(call, egress=False)


@answers("ec2", "UpdateSecurityGroupRuleDescriptionsEgress")
def update_egress_descriptions(call: Call) -> Document:
    """Change descriptions of outbound rules; one that is left out is taken away."""
    return _redescribe(call, egress=True)


def _modified(call: Call, group: Group, made: Document, wanted: Mapping[str, Any]) -> Document:
    """A rule with what a request makes of it."""
    words, member, _, inner = _SOURCES[kind_of(made)]
    given = [source for source in _SOURCES.values() if wanted.get(source[1])]
    for other, *_ in given:
        if other != words and call.holds(SAME_KIND):
            raise invalid(f"You may not specify a {other} for an existing {words} rule.")
    if len(given) > 1:
        raise combined("You may specify one source of a rule only")
    if not given:
        raise missing(member)
    item = {inner: wanted[given[0][1]], "Description": wanted.get("Description")}
    permission = {name: wanted[name] for name in ("IpProtocol", "FromPort", "ToPort") if name in wanted}
    (draft,) = drafts(call, group, [permission | {given[0][2]: [item]}], egress=made["IsEgress"])
    own = {name: made[name] for name in ("SecurityGroupRuleId", "GroupId", "GroupOwnerId")}
    return own | draft


@answers("ec2", "ModifySecurityGroupRules")
def modify_rules(call: Call) -> Document:
    """Change rules in place, all or none; their kind of source stays."""
    group = find_group(call, call.params["GroupId"])
    changed: dict[str, Document] = {}
    for update in call.params["SecurityGroupRules"]:
        rule_id = update["SecurityGroupRuleId"]
        check_id(call, "sgr", rule_id)
        if rule_id not in group.rules:
            raise no_such("sgr", rule_id)
        if rule_id in changed:
            raise invalid(f"The security group rule ID '{rule_id}' must not appear multiple times")
        changed[rule_id] = _modified(call, group, group.rules[rule_id], update.get("SecurityGroupRule") or {})
    after = group.rules | changed
    for egress in (False, True):
        rows = [made for made in after.values() if made["IsEgress"] is egress]
        keys: dict[Any, Document] = {}
        for made in rows:
            if identity(made) in keys and call.holds(DUPLICATE):
                text = f'the specified rule "{in_words(made)}" already exists'
                raise Refusal("InvalidPermission.Duplicate", text)
            keys[identity(made)] = made
        _check_quota(call, rows)
    dry_run(call)
    group.rules.update(changed)
    return {"Return": True}


# --- reads ----------------------------------------------------------------------------------------------


@answers("ec2", "DescribeSecurityGroupRules")
def describe_rules(call: Call) -> Document:
    """Rules one by one, with ids, tags and owners."""
    exact = [each.get("Values") or [] for each in call.params.get("Filters") or () if each.get("Name") == "group-id"]
    groups = known_groups(call)
    by_id = call.params.get("SecurityGroupRuleIds")
    if exact and not by_id and not any(char in value for value in exact[0] for char in "*?\\"):
        groups = [group for group in groups if group.id in exact[0]]
    known = {rule_id: made for group in groups for rule_id, made in group.rules.items()}
    reads = {"group-id": value_of("GroupId"), "security-group-rule-id": value_of("SecurityGroupRuleId")}
    rows = named(call, "SecurityGroupRuleIds", "sgr", known)
    rows = filtered(call, rows, reads, lambda row: str(row["SecurityGroupRuleId"]))
    return paged(call, "SecurityGroupRules", rows, lambda row: shown_rule(call, row), ids="SecurityGroupRuleIds")
