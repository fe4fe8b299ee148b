"""Rules on VPC endpoints, on groups used in other VPCs, and on who may call functions."""

from __future__ import annotations

from dr_toolkit.engine.rulebook import references
from dr_toolkit.engine.rulebook.case import Case, Check, Rule, is_gone, is_new
from dr_toolkit.engine.rulebook.integrations import accounts
from dr_toolkit.engine.rulebook.policies import anyone, news
from dr_toolkit.model.alerts import CRITICAL, HIGH, LOW, MEDIUM

ENDPOINT, ASSOCIATION = "ec2.vpc_endpoint", "ec2.security_group_vpc_association"
PERMISSIONS = ("lambda.permission", "lambda.alias_permission")


def _let_all_in(case: Case) -> str:
    """An endpoint without a policy has AWS's own, which allows everything to everybody."""
    old, new = case.pair("PolicyDocument")
    return "AWS's own policy allows everything to everybody" if case.edit and old and not new else ""


def _widened(case: Case) -> str:
    found = news(case, "Allow", member="PolicyDocument")
    if not found or not case.edit or "PolicyDocument" not in case.old:
        return ""
    told = ", to anyone" if any(anyone(s) and not s.get("Condition") for s in found) else ""
    return f"{len(found)} statement{'s' * (len(found) > 1)} that allow more, or otherwise{told}"


def _denied(case: Case) -> str:
    gone = news(case, "Deny", gone=True, member="PolicyDocument")
    return f"{len(gone)} statement{'s' * (len(gone) > 1)} that denied" if case.edit and gone else ""


def _narrowed(case: Case) -> str:
    """Without a policy it was AWS's own, so that any other lets less pass."""
    old, new = case.pair("PolicyDocument")
    if not case.edit or not new:
        return ""
    if not old:
        return "it had AWS's own policy, which allows everything to everybody"
    less = news(case, "Allow", gone=True, member="PolicyDocument")
    number = len(less) + len(news(case, "Deny", member="PolicyDocument"))
    return f"{number} statement{'s' * (number > 1)} less allowed, or more denied" if number else ""


def _private_dns(case: Case) -> str:
    old, new = case.pair("PrivateDnsEnabled", default=False)
    return "the service's usual name leads to the internet again" if case.edit and old and not new else ""


def _captured(case: Case) -> str:
    old, new = case.pair("PrivateDnsEnabled", default=False)
    return "the service's usual name leads to this endpoint for the whole VPC" if case.edit and new and not old else ""


def _groups(case: Case) -> str:
    old, new = ({str(g["GroupId"]) for g in value or ()} for value in case.pair("Groups"))
    come, gone = sorted(new - old), sorted(old - new)
    parts = [f"{', '.join(come)} added"] * bool(come) + [f"{', '.join(gone)} removed"] * bool(gone)
    return "; ".join(parts) if case.edit else ""


def _places(member: str) -> Check:
    def check(case: Case) -> str:
        old, new = (set(map(str, value or ())) for value in case.pair(member))
        return f"{len(new - old)} added, {len(old - new)} removed" if case.edit and old != new else ""

    return check


def _everywhere(case: Case) -> str:
    """A permission without a source lets every API of every account call the function."""
    free = not case.new.get("SourceArn") and not case.new.get("SourceAccount")
    was = not case.old.get("SourceArn") and not case.old.get("SourceAccount") and not case.added
    return "any API of any account may call it" if not case.removed and free and not was else ""


def _any_caller(case: Case) -> str:
    old, new = (str(v or "") for v in case.pair("Principal"))
    return f"{old or '(none)'} → {new}" if new == "*" != old and not case.removed else ""


def _principal(case: Case) -> str:
    old, new = (str(v or "") for v in case.pair("Principal"))
    return f"{old} → {new}" if case.edit and old != new != "*" else ""


def _unconditioned(case: Case) -> str:
    members = ("SourceArn", "SourceAccount", "PrincipalOrgID", "EventSourceToken")
    gone = [m for m in members if case.old.get(m) and not case.new.get(m)]
    return f"{', '.join(gone)} is not asked for any more" if case.edit and gone else ""


def _wider(case: Case) -> str:
    """A source that ends earlier in a star, or has more of them, covers more."""
    old, new = (str(v or "") for v in case.pair("SourceArn"))
    return f"{old} → {new}" if case.edit and old and new and new.count("*") > old.count("*") else ""


def _account(case: Case) -> str:
    old, new = (
        accounts(str(side.get("SourceArn", ""))) | {a for a in [str(side.get("SourceAccount", ""))] if a.isdigit()}
        for side in (case.old, case.new)
    )
    return f"account {', '.join(sorted(new - old))} may call it" if new - old else ""


def _url(case: Case) -> str:
    old, new = case.pair("FunctionUrlAuthType")
    return "the function's own URL asks for no authorization" if new == "NONE" != old else ""


_POLICY, _INTERFACE, _CALLS = references.ENDPOINT_POLICIES, references.INTERFACE_ENDPOINTS, references.PERMISSIONS
RULES = (
    Rule("endpoint-removed", CRITICAL, "A VPC endpoint is gone", _INTERFACE, (ENDPOINT,), is_gone),
    Rule("endpoint-added", MEDIUM, "A VPC endpoint is new", _INTERFACE, (ENDPOINT,), is_new),
    Rule("endpoint-policy-off", CRITICAL, "An endpoint lets everything pass", _POLICY, (ENDPOINT,), _let_all_in),
    Rule("endpoint-policy-widened", HIGH, "An endpoint lets more pass", _POLICY, (ENDPOINT,), _widened),
    Rule("endpoint-policy-denial", HIGH, "An endpoint denies less", _POLICY, (ENDPOINT,), _denied),
    Rule("endpoint-policy-narrowed", MEDIUM, "An endpoint lets less pass", _POLICY, (ENDPOINT,), _narrowed),
    Rule("endpoint-dns-off", HIGH, "An endpoint has no private DNS any more", _INTERFACE, (ENDPOINT,), _private_dns),
    Rule("endpoint-dns-on", HIGH, "An endpoint takes the service's usual name", _INTERFACE, (ENDPOINT,), _captured),
    Rule("endpoint-groups", HIGH, "An endpoint has other groups", references.ENDPOINT_GROUPS, (ENDPOINT,), _groups),
    Rule("endpoint-subnets", MEDIUM, "An endpoint is in other subnets", _INTERFACE, (ENDPOINT,), _places("SubnetIds")),
    Rule(
        "endpoint-routes",
        HIGH,
        "A gateway endpoint is in other route tables",
        references.GATEWAY_ENDPOINTS,
        (ENDPOINT,),
        _places("RouteTableIds"),
    ),
    Rule("sg-vpc-added", LOW, "A group can be used in another VPC", references.SHARED_GROUPS, (ASSOCIATION,), is_new),
    Rule(
        "sg-vpc-removed",
        HIGH,
        "A group can't be used in another VPC",
        references.SHARED_GROUPS,
        (ASSOCIATION,),
        is_gone,
    ),
    Rule("permission-added", MEDIUM, "Another API may call a function", _CALLS, PERMISSIONS, is_new),
    Rule("permission-removed", HIGH, "An API may not call a function any more", _CALLS, PERMISSIONS, is_gone),
    Rule("permission-anyone", CRITICAL, "Anyone may call a function", _CALLS, PERMISSIONS, _any_caller),
    Rule("permission-everywhere", HIGH, "Any API may call a function", _CALLS, PERMISSIONS, _everywhere),
    Rule("permission-principal", HIGH, "Another service may call a function", _CALLS, PERMISSIONS, _principal),
    Rule("permission-unconditioned", HIGH, "A permission has fewer conditions", _CALLS, PERMISSIONS, _unconditioned),
    Rule("permission-widened", HIGH, "More of an API may call a function", _CALLS, PERMISSIONS, _wider),
    Rule("permission-account", HIGH, "Another account may call a function", _CALLS, PERMISSIONS, _account),
    Rule("permission-url-open", CRITICAL, "A function's URL is open", references.FUNCTION_URLS, PERMISSIONS, _url),
)
