"""What API Gateway holds of the account itself."""

from __future__ import annotations

import re
from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.refusals import bad_request
from tests.strict_aws.rest.patches import Patch, Slot, patched, scalar
from tests.strict_aws.rest.state import RestRegion
from tests.strict_aws.rules import rule

Document = dict[str, Any]

ROLE = rule(
    "rest.account-role",
    "The CloudWatch role is the ARN of a role",
    "botocore: Account.cloudwatchRoleArn",
    recalled=True,
)

_SMALL = (
    *("af-south-1", "eu-south-1", "eu-south-2", "eu-central-2", "ap-southeast-3", "ap-southeast-4", "ap-south-2"),
    *("me-central-1", "il-central-1", "ca-west-1"),
)


def _shown(call: Call) -> Document:
    """The account, with what API Gateway gives every one (AWS notes, section 2.2)."""
    small = call.region.name in _SMALL
    throttle = {"burstLimit": 1250 if small else 5000, "rateLimit": 2500.0 if small else 10000.0}
    account = {"throttleSettings": throttle, "features": ["UsagePlans"], "apiKeyVersion": "4"}
    return account | call.part(RestRegion).account


@answers("apigateway", "GetAccount")
def get_account(call: Call) -> Document:
    """The account's settings in this region."""
    return _shown(call)


def _features(call: Call, document: Document, patch: Patch) -> None:
    """Usage plans are on for all accounts, and stay so."""
    if patch.value != "UsagePlans" or patch.op == "remove":
        raise bad_request("Invalid feature specified")


@answers("apigateway", "UpdateAccount")
def update_account(call: Call) -> Document:
    """Patch the CloudWatch role."""
    region = call.part(RestRegion)
    slots = {
        "/cloudwatchRoleArn": scalar("cloudwatchRoleArn", clears=True),
        "/features": Slot(("add", "remove"), _features),
    }
    changed = patched(call, region.account, slots)
    role = changed.get("cloudwatchRoleArn")
    if role and not re.fullmatch(r"arn:[a-z-]+:iam::\d{12}:role/.+", role) and call.holds(ROLE):
        raise bad_request("The role ARN does not have required permissions set to API Gateway")
    region.account = changed
    return _shown(call)
