"""What botocore raises, told in the toolkit's own errors."""

from __future__ import annotations

import re
from typing import Any

from dr_toolkit.errors import (
    AwsError,
    CloudDenied,
    CloudInDoubt,
    CloudRefused,
    CloudThrottled,
    CloudUnreachable,
    CloudUnsupported,
    CredentialsMissing,
    RegionUnavailable,
)

_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Client.UnauthorizedOperation"})
_THROTTLED = frozenset(
    {
        *("TooManyRequestsException", "ThrottlingException", "Throttling", "RequestLimitExceeded", "RequestThrottled"),
        *("EC2ThrottledException", "SlowDown", "LimitExceededException.Throttled"),
    }
)
_CREDENTIALS = frozenset(
    {
        *("ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId", "AuthFailure"),
        *("UnrecognizedClientException", "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidSignatureException"),
        *("MissingAuthenticationToken", "MissingAuthenticationTokenException", "IncompleteSignature"),
    }
)
_REGION = frozenset({"OptInRequired", "RegionDisabledException", "InvalidRegion"})
_UNSUPPORTED = frozenset({"InvalidAction", "UnknownOperationException", "NotImplemented", "UnsupportedOperation"})


def from_answer(error: Any, facts: dict[str, str], *, changes: bool) -> AwsError:
    """The error for an answer that AWS (or what stands in for it) gave: a botocore ClientError."""
    if error.operation_name == "AssumeRole":  # made by the credentials themselves, in the midst of another call
        facts = facts | {"service": "sts", "operation": "AssumeRole"}
    told = error.response.get("Error", {})
    code = str(told.get("Code", "") or "")
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) or 0)
    facts = facts | {"code": code or f"HTTP {status}", "reason": str(told.get("Message") or "no reason given")}
    if code in _DENIED:
        return CloudDenied(**facts)
    if code in _THROTTLED or status == 429:
        return CloudThrottled(**facts)
    if code in _CREDENTIALS:
        return CredentialsMissing(**facts | {"reason": f"{code}: {facts['reason']}"} | _hint(code))
    if code in _REGION:
        return RegionUnavailable(**facts | {"reason": f"{code}: {facts['reason']}"})
    if code in _UNSUPPORTED or status == 501 or _is_no_answer(code, status):
        return CloudUnsupported(**facts | {"reason": f"HTTP {status} {code if code != str(status) else ''}".strip()})
    if status >= 500 and changes:
        return CloudInDoubt(**facts | {"reason": f"HTTP {status} {code}: {facts['reason']}"})
    return CloudRefused(**facts)


def _hint(code: str) -> dict[str, str]:
    """Where a region is not enabled, AWS says that the credentials are unknown there."""
    if code not in ("InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure"):
        return {}
    return {"hint": f"{CredentialsMissing.hint} If they work elsewhere: has the account {{region}} enabled?"}


def _is_no_answer(code: str, status: int) -> bool:
    """Whether an error page came instead of an answer: no endpoint of AWS leaves the code out or repeats the status."""
    return code in ("", "Unknown", "UnknownError", str(status)) and status in (404, 405, 500)


def from_failure(error: Exception, facts: dict[str, str], *, changes: bool) -> AwsError:
    """The error for a call that got no answer, or could not be made: whatever else botocore raises."""
    from botocore import exceptions as said
    from botocore.parsers import ResponseParserError

    facts = facts | {"reason": " ".join(str(error).split())}
    unsent = (said.EndpointConnectionError, said.ConnectTimeoutError, said.ProxyConnectionError)
    missing = (
        *(said.NoCredentialsError, said.PartialCredentialsError, said.CredentialRetrievalError, said.ProfileNotFound),
        *(said.TokenRetrievalError, said.UnauthorizedSSOTokenError, said.SSOTokenLoadError),
    )
    if isinstance(error, missing):
        return CredentialsMissing(**facts)
    if isinstance(error, unsent):
        return CloudUnreachable(**facts)
    if isinstance(error, said.NoRegionError):
        return RegionUnavailable(**facts)
    if isinstance(error, said.ParamValidationError):
        return CloudRefused(**facts | {"code": "ParamValidation"})
    if isinstance(error, ResponseParserError):
        facts["reason"] = f"its answer is none of that service{_title(str(error))}"
        return CloudInDoubt(**facts) if changes else CloudUnsupported(**facts)
    if isinstance(error, said.HTTPClientError | said.IncompleteReadError | said.ResponseStreamingError):
        return CloudInDoubt(**facts) if changes else CloudUnreachable(**facts)
    return AwsError(**facts)


def _title(page: str) -> str:
    """What a page of HTML that came as an answer is called."""
    found = re.search(r"<title>([^<]{1,80})</title>", page)
    return f": a page called {found[1].strip()}" if found else ""
