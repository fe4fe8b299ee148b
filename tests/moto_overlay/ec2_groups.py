"""Security groups: batches that are atomic, duplicates of every kind of source, what can't be deleted, pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import security_groups as moto_groups
from moto.ec2.models.vpcs import VPCBackend
from moto.ec2.responses.security_groups import SecurityGroups

from tests.moto_overlay.ec2_pages import page
from tests.moto_overlay.ec2_rules import (
    Rule,
    checked_description,
    invalid,
    parse,
    permissions,
    refuse,
    weights,
)


@dataclass
class Quota:
    """What an account may have, as AWS sets it at first."""

    rules_per_group: int = 60
    groups_per_region: int = 2500


QUOTA = Quota()
GROUP_TEXT = re.compile(r"^[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{1,255}$")
_NOT_THERE = "The specified rule does not exist in this security group."


def _group(response: Any) -> Any:
    """The group that the request names, by id or (in the default VPC) by name."""
    backend = response.ec2_backend
    group_id, name = response._get_param("GroupId"), response._get_param("GroupName")
    if group_id and not re.match(r"^sg-[0-9a-f]+$", group_id):
        raise refuse("InvalidGroupId.Malformed", f'Invalid id: "{group_id}" (expecting "sg-...")')
    group = backend.get_security_group_from_id(group_id) if group_id else None
    if not group_id and name:
        group = backend.get_security_group_from_name(name, backend.default_vpc.id)
    if group is None:
        raise refuse("InvalidGroup.NotFound", f"The security group '{group_id or name}' does not exist")
    return group


def _given(response: Any) -> list[Mapping[str, Any]]:
    """The permissions of a request, in the list or in the flat form."""
    listed = response._get_param("IpPermissions", [])
    if listed:
        return list(listed)
    flat: dict[str, Any] = {}
    for name in ("IpProtocol", "FromPort", "ToPort"):
        if response._get_param(name) is not None:
            flat[name] = response._get_param(name)
    if response._get_param("CidrIp"):
        flat["IpRanges"] = [{"CidrIp": response._get_param("CidrIp")}]
    if response._get_param("SourceSecurityGroupName"):
        flat["UserIdGroupPairs"] = [{"GroupName": response._get_param("SourceSecurityGroupName")}]
        flat.setdefault("IpProtocol", "-1")
    return [flat] if flat else []


def _rules(group: Any, is_egress: bool) -> list[Rule]:
    held: list[Rule] = group.egress_rules if is_egress else group.ingress_rules
    return held


def _authorize(response: Any, is_egress: bool) -> ActionResult:
    """Add all the rules, or none."""
    response.error_on_dryrun()
    group, backend = _group(response), response.ec2_backend
    wanted = parse(backend, group, _given(response), is_egress)
    held = _rules(group, is_egress)
    there = {rule.identity for rule in held}
    for rule in wanted:
        if rule.identity in there:
            text = f'the specified rule "{rule.identity}" already exists'
            raise refuse("InvalidPermission.Duplicate", text)
        there.add(rule.identity)
    if max(weights(backend, [*held, *wanted])) > QUOTA.rules_per_group:
        text = "The maximum number of rules per security group has been reached."
        raise refuse("RulesPerSecurityGroupLimitExceeded", text)
    tags = response._parse_tag_specification().get("security-group-rule", {})
    for rule in wanted:
        rule.add_tags(tags)
    held.extend(wanted)
    return ActionResult({"Return": True, "SecurityGroupRules": [rule.row() for rule in wanted]})


def _found(response: Any, group: Any, is_egress: bool) -> list[Rule]:
    """The rules of the group that the request names by id or by what they are; all of them, or an error."""
    held = _rules(group, is_egress)
    ids = response._get_param("SecurityGroupRuleIds", [])
    if ids:
        by_id = {rule.id: rule for rule in held}
        for rule_id in ids:
            if rule_id not in by_id:
                text = f"The security group rule ID '{rule_id}' does not exist"
                raise refuse("InvalidSecurityGroupRuleId.NotFound", text)
        return [by_id[rule_id] for rule_id in ids]
    by_identity = {rule.identity: rule for rule in held}
    named = parse(response.ec2_backend, group, _given(response), is_egress)
    if any(rule.identity not in by_identity for rule in named):
        raise refuse("InvalidPermission.NotFound", _NOT_THERE)
    return [by_identity[rule.identity] for rule in named]


def _revoke(response: Any, is_egress: bool) -> ActionResult:
    """Take all the rules away, or none."""
    response.error_on_dryrun()
    group = _group(response)
    gone = _found(response, group, is_egress)
    rows = [{**rule.row(), "IsEgress": is_egress} for rule in gone]
    ids = {rule.id for rule in gone}
    held = _rules(group, is_egress)
    held[:] = [rule for rule in held if rule.id not in ids]
    for rule_id in ids:
        response.ec2_backend.tags.pop(rule_id, None)
    revoked = [{key: value for key, value in row.items() if key != "Tags"} for row in rows]
    return ActionResult({"Return": True, "RevokedSecurityGroupRules": revoked})


def _describe_rules(response: Any, is_egress: bool) -> ActionResult:
    """Change descriptions, of rules named by id or by what they are; one that is left out is taken away."""
    response.error_on_dryrun()
    group, backend = _group(response), response.ec2_backend
    by_id = response._get_param("SecurityGroupRuleDescriptions", [])
    if by_id:
        held = {rule.id: rule for rule in _rules(group, is_egress)}
        for item in by_id:
            if item["SecurityGroupRuleId"] not in held:
                text = f"The security group rule ID '{item['SecurityGroupRuleId']}' does not exist"
                raise refuse("InvalidSecurityGroupRuleId.NotFound", text)
        for item in by_id:
            held[item["SecurityGroupRuleId"]].text = checked_description(item.get("Description"))
        return ActionResult({"Return": True})
    named = parse(backend, group, _given(response), is_egress)
    by_identity = {rule.identity: rule for rule in _rules(group, is_egress)}
    if any(rule.identity not in by_identity for rule in named):
        raise refuse("InvalidPermission.NotFound", _NOT_THERE)
    for rule in named:
        by_identity[rule.identity].text = rule.text
    return ActionResult({"Return": True})


def _modified(backend: Any, group: Any, held: Rule, wanted: Mapping[str, Any]) -> Rule:
    """The rule with what the request changes in it; its kind of source can't change."""
    kinds = {"v4": "CidrIpv4", "v6": "CidrIpv6", "list": "PrefixListId", "group": "ReferencedGroupId"}
    if [name for name in kinds.values() if wanted.get(name)] != [kinds[held.identity.kind]]:
        text = f"Invalid rule type for security group rule '{held.id}'. You may not change the type of its source."
        raise invalid(text)
    source: dict[str, Any] = {"IpProtocol": wanted.get("IpProtocol")}
    source |= {"FromPort": wanted.get("FromPort"), "ToPort": wanted.get("ToPort")}
    described = {"Description": wanted["Description"]} if wanted.get("Description") else {}
    items = {
        "v4": ("IpRanges", "CidrIp"),
        "v6": ("Ipv6Ranges", "CidrIpv6"),
        "list": ("PrefixListIds", "PrefixListId"),
        "group": ("UserIdGroupPairs", "GroupId"),
    }
    name, member = items[held.identity.kind]
    source[name] = [{member: wanted[kinds[held.identity.kind]], **described}]
    made = parse(backend, group, [source], held.is_egress)[0]
    made.id = held.id
    return made


def _modify_rules(response: Any) -> ActionResult:
    """Change rules in place, all or none."""
    response.error_on_dryrun()
    group, backend = _group(response), response.ec2_backend
    changed: dict[str, Rule] = {}
    for item in response._get_param("SecurityGroupRules", []):
        held = group.get_rule(item["SecurityGroupRuleId"])
        if held is None:
            text = f"The security group rule ID '{item['SecurityGroupRuleId']}' does not exist"
            raise refuse("InvalidSecurityGroupRuleId.NotFound", text)
        changed[held.id] = _modified(backend, group, held, item["SecurityGroupRule"])
    for is_egress in (False, True):
        after = [changed.get(rule.id, rule) for rule in _rules(group, is_egress)]
        if len({rule.identity for rule in after}) < len(after):
            raise refuse("InvalidPermission.Duplicate", "The specified rule already exists")
    for is_egress in (False, True):
        held_rules = _rules(group, is_egress)
        held_rules[:] = [changed.get(rule.id, rule) for rule in held_rules]
    return ActionResult({"Return": True})


# -- groups --------------------------------------------------------------------------------------------------


def _row(group: Any) -> dict[str, Any]:
    """A group as it is answered."""
    row = {"GroupId": group.id, "GroupName": group.name, "Description": group.description}
    row |= {"VpcId": group.vpc_id, "OwnerId": group.owner_id, "SecurityGroupArn": group.arn}
    tags = [{"Key": tag["key"], "Value": tag["value"]} for tag in group.get_tags()]
    row |= {"IpPermissions": permissions(group.ingress_rules)}
    row |= {"IpPermissionsEgress": permissions(group.egress_rules)}
    return row | ({"Tags": tags} if tags else {})


def _describe_groups(response: Any) -> ActionResult:
    """Groups, by pages."""
    response.error_on_dryrun()
    backend, ids = response.ec2_backend, response._get_param("GroupIds", [])
    for group_id in ids:
        if backend.get_security_group_from_id(group_id) is None:
            raise refuse("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
    names = response._get_param("GroupNames", [])
    groups = backend.describe_security_groups(ids, names, response._filters_from_querystring())
    rows = [_row(group) for group in sorted(groups, key=lambda group: str(group.id))]
    return ActionResult(page(response, "SecurityGroups", rows))


def _describe_group_rules(response: Any) -> ActionResult:
    """Rules, by pages."""
    response.error_on_dryrun()
    wanted, filters = response._get_param("SecurityGroupRuleIds", []), response._filters_from_querystring()
    rules = response.ec2_backend.describe_security_group_rules(list(wanted), filters)
    rows = [rule.row() for rule in sorted(rules, key=lambda rule: str(rule.id))]
    return ActionResult(page(response, "SecurityGroupRules", rows))


def _create_group(response: Any) -> ActionResult:
    """A new group, born with its egress rules."""
    backend, name = response.ec2_backend, response._get_param("GroupName") or ""
    text = response._get_param("Description") or ""
    vpc_id = response._get_param("VpcId") or backend.default_vpc.id
    if not name or not text:
        raise refuse("MissingParameter", "The request must contain the parameter GroupName and GroupDescription")
    if not GROUP_TEXT.match(name) or name.lower().startswith("sg-"):
        raise invalid(f"Value ({name}) for parameter GroupName is invalid.")
    if not GROUP_TEXT.match(text):
        raise invalid(f"Value ({text}) for parameter GroupDescription is invalid. Character sets beyond ASCII are")
    if vpc_id not in backend.vpcs:
        raise refuse("InvalidVpcID.NotFound", f"The vpc ID '{vpc_id}' does not exist")
    if name.lower() == "default":
        raise refuse("InvalidGroup.Reserved", f"Cannot use reserved security group name: {name}")
    response.error_on_dryrun()
    if any(group.name.lower() == name.lower() for group in backend.groups[vpc_id].values()):
        text = f"The security group '{name}' already exists for VPC '{vpc_id}'"
        raise refuse("InvalidGroup.Duplicate", text)
    if sum(len(groups) for groups in backend.groups.values()) >= QUOTA.groups_per_region:
        raise refuse("SecurityGroupLimitExceeded", "The maximum number of security groups has been reached.")
    tags = response._parse_tag_specification().get("security-group", {})
    group = backend.create_security_group(name, text, vpc_id=vpc_id, tags=tags, force=True)
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    answer = {"GroupId": group.id, "SecurityGroupArn": group.arn}
    return ActionResult(answer | ({"Tags": listed} if listed else {}))


def _dependents(backend: Any, group: Any) -> Iterator[str]:
    """What keeps the group from being deleted."""
    for groups in backend.groups.values():
        for other in groups.values():
            if other.id != group.id:
                for rule in [*other.ingress_rules, *other.egress_rules]:
                    if rule.source_group.get("GroupId") == group.id:
                        yield rule.id
    for interface in backend.enis.values():
        if any(held.id == group.id for held in interface.group_set):
            yield interface.id
    for endpoint in backend.vpc_end_points.values():
        if group.id in endpoint.security_group_ids:
            yield endpoint.id


def _delete_group(response: Any) -> ActionResult:
    """Take a group away; not the default one, nor one that something refers to."""
    response.error_on_dryrun()
    group, backend = _group(response), response.ec2_backend
    if group.is_default:
        text = f'the specified group: "{group.id}" name: "{group.name}" cannot be deleted by a user'
        raise refuse("CannotDelete", text)
    if any(True for _ in _dependents(backend, group)):
        raise refuse("DependencyViolation", f"resource {group.id} has a dependent object")
    backend.delete_security_group(group_id=group.id)
    for rule in [*group.ingress_rules, *group.egress_rules]:
        backend.tags.pop(rule.id, None)
    backend.tags.pop(group.id, None)
    return ActionResult({"Return": True, "GroupId": group.id})


# -- moto's models -------------------------------------------------------------------------------------------


def _patch_models() -> None:
    """The rule, the default group's ingress, filters that raise, and an IPv6 block that comes later."""
    moto_groups.SecurityGroupRule = Rule  # type: ignore[misc]
    backend_class, group_class = moto_groups.SecurityGroupBackend, moto_groups.SecurityGroup
    create = backend_class.create_security_group

    def create_security_group(self: Any, *args: Any, **kwargs: Any) -> Any:
        group = create(self, *args, **kwargs)
        if group.is_default:
            own = {"GroupId": group.id, "UserId": self.account_id}
            group.ingress_rules.append(Rule(self, "-1", group.id, None, None, None, own, is_egress=False))
        return group

    backend_class.create_security_group = create_security_group  # type: ignore[method-assign]

    def matches(kind: str, is_egress: bool) -> Any:
        def test(self: Any, values: list[str]) -> bool:
            held = [rule.identity for rule in _rules(self, is_egress)]
            return any(each.kind == kind and each.source in values for each in held)

        return test

    for kind, name in (("v6", "ipv6_cidr"), ("list", "prefix_list_id")):
        setattr(group_class, f"filter_ip_permission__{name}", matches(kind, False))
        setattr(group_class, f"filter_egress__ip_permission__{name}", matches(kind, True))
    associate = VPCBackend.associate_vpc_cidr_block

    def associate_vpc_cidr_block(self: Any, vpc_id: str, *args: Any, **kwargs: Any) -> Any:
        answer = associate(self, vpc_id, *args, **kwargs)
        default = self.get_default_security_group(vpc_id)
        held = [str(rule.identity) for rule in default.egress_rules] if default else []
        if held == ["peer: 0.0.0.0/0, ALL, ALLOW"] and self.vpcs[vpc_id].get_cidr_block_association_set(ipv6=True):
            default.egress_rules.append(Rule(self, "-1", default.id, None, None, {"CidrIpv6": "::/0"}))
        return answer

    VPCBackend.associate_vpc_cidr_block = associate_vpc_cidr_block  # type: ignore[method-assign]


def install() -> None:
    """Put the handlers into moto's response class, and the rule into its models."""
    _patch_models()
    handlers = {
        "describe_security_groups": _describe_groups,
        "describe_security_group_rules": _describe_group_rules,
        "create_security_group": _create_group,
        "delete_security_group": _delete_group,
        "modify_security_group_rules": _modify_rules,
        "authorize_security_group_ingress": lambda response: _authorize(response, False),
        "authorize_security_group_egress": lambda response: _authorize(response, True),
        "revoke_security_group_ingress": lambda response: _revoke(response, False),
        "revoke_security_group_egress": lambda response: _revoke(response, True),
        "update_security_group_rule_descriptions_ingress": lambda response: _describe_rules(response, False),
        "update_security_group_rule_descriptions_egress": lambda response: _describe_rules(response, True),
    }
    for name, handler in handlers.items():
        setattr(SecurityGroups, name, handler)
