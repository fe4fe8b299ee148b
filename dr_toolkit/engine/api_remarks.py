"""What a person has to know of APIs that a comparison does not show: what is not served, and what is not let in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dr_toolkit.model.documents import WARNING, Finding
from dr_toolkit.model.estate import Estate
from dr_toolkit.spec.served import HTTP

NOT_DEPLOYED, LINK_FAILED, PERMISSION = "not-deployed", "vpc-link-failed", "permission-unknown"
_CALLERS = frozenset(
    {"apigateway.method", "apigateway.authorizer", "apigatewayv2.integration", "apigatewayv2.authorizer"}
)
_UNKNOWN = re.compile(rb":function:(?:\$\{!?stageVariables|[^\"/]*:\$\{!?stageVariables|[\w-]+:\d+(?![\w-]))")


def api_remarks(estate: Estate) -> Iterator[Finding]:
    """Findings of what was captured, one a thing."""
    for text, line in estate.lines.items():
        name = text.partition("/")[0]
        if name in _CALLERS and b"redentials" not in line and _UNKNOWN.search(line):
            told = (
                "it calls a function by a stage variable or a version's number: the permission for that is not "
                "captured. Allow it after a restore: aws lambda add-permission"
            )
            yield Finding(WARNING, PERMISSION, text, told)
    for text, observed in estate.observed.items():
        name = text.partition("/")[0]
        status = str(observed.get("LastDeploymentStatusMessage", ""))
        if name == HTTP.stage and "failed" in status:
            yield Finding(WARNING, NOT_DEPLOYED, text, f"it does not serve what the API says: {status}")
        if name == "apigatewayv2.vpc_link" and observed.get("VpcLinkStatus") == "FAILED":
            yield Finding(WARNING, LINK_FAILED, text, "its status is FAILED: what leads through it does not work")
