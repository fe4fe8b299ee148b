"""The CORS configuration of an HTTP API."""

from __future__ import annotations

import re

from tests.strict_aws.call import Call
from tests.strict_aws.http.state import Document
from tests.strict_aws.refusals import bad_request
from tests.strict_aws.rules import rule

CREDENTIALS = rule(
    "http.cors-credentials",
    "Credentials are refused with the origin *",
    "quoted: github.com/aws/aws-cdk, issue 9076",
)
ORIGINS = rule(
    "http.cors-origins",
    "An origin is * or begins with a scheme",
    "github.com/serverless/serverless, issue 11557; the text is recalled",
    recalled=True,
)
_ORIGIN = re.compile(r"\*|[A-Za-z][A-Za-z0-9+.-]*://\S+")


def cors(call: Call, given: Document) -> Document | None:
    """A configuration as AWS keeps it; None where it is empty. Raises BadRequestException."""
    kept = {name: value for name, value in given.items() if value not in (None, [])}
    if not kept:
        return None
    origins = kept.get("AllowOrigins", [])
    if kept.get("AllowCredentials") and "*" in origins and call.holds(CREDENTIALS):
        raise bad_request("allow-credentials is not supported if 'allow-origin' is *")
    for origin in origins:
        if not _ORIGIN.fullmatch(origin) and call.holds(ORIGINS):
            raise bad_request(f"Invalid format for origin {origin}. Origin should be * or scheme://host")
    return kept
