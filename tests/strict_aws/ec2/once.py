"""Client tokens: a request that is sent again makes nothing new."""

from __future__ import annotations

from tests.strict_aws.call import Call
from tests.strict_aws.ec2.state import held
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.rules import rule

TOKENS = rule(
    "ec2.client-tokens",
    "A client token names one request: sent again it answers what was made, with other parameters it is refused",
    "botocore: CreateManagedPrefixList.ClientToken; EC2's list of error codes",
)


def _asked(call: Call) -> str:
    return repr(sorted((name, value) for name, value in call.params.items() if name not in ("ClientToken", "DryRun")))


def made_before(call: Call) -> str | None:
    """The id of what the call's token has made already, if it has."""
    found = held(call).tokens.get((call.operation, call.params.get("ClientToken") or ""))
    if found is None or not call.holds(TOKENS):
        return None
    if found[0] != _asked(call):
        text = "The client token you have provided is associated with a resource made with other parameters."
        raise Refusal("IdempotentParameterMismatch", text)
    return found[1]


def remember(call: Call, made: str) -> None:
    """Keep what the call's token has made."""
    if call.params.get("ClientToken"):
        held(call).tokens[(call.operation, call.params["ClientToken"])] = (_asked(call), made)
