"""What S3, s3fs and botocore mean by an exception, in the toolkit's errors.

s3fs turns S3's answers into Python's exceptions by tables of its own, and what it makes of a lost
race depends on a detail that some stores leave out. So the answer's own error code is read, from
the exception that s3fs keeps as the cause. botocore's exceptions are told by their names.
"""

from __future__ import annotations

from dr_toolkit.errors import (
    BucketMissing,
    CredentialsMissing,
    DrToolkitError,
    IntegrityError,
    ObjectNotFound,
    StoreError,
    StoreRefused,
    StoreUnreachable,
    UsageError,
)

TAKEN = frozenset({"PreconditionFailed", "412"})
"""Codes of a create-only write whose name is taken, perhaps by this writer's own first try."""
CONFLICT = frozenset({"ConditionalRequestConflict", "OperationAborted", "409"})
"""Codes of a write that met another one in flight: to be made again."""
IN_DOUBT = frozenset({"NoSuchUpload"})
"""Codes of an upload that a first try, whose answer was lost, may have completed."""

_MISSING = {"NoSuchKey", "NoSuchVersion", "404"}
_CREDENTIALS = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidToken",
    "NotSignedUp",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
    "UnrecognizedClientException",
}
_BUSY = {
    "500",
    "502",
    "503",
    "504",
    "InternalError",
    "RequestTimeout",
    "ServiceUnavailable",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequests",
}
_ELSEWHERE = {
    "301",
    "AuthorizationHeaderMalformed",
    "IllegalLocationConstraintException",
    "PermanentRedirect",
}
_CREDENTIAL_FAULTS = {
    "CredentialRetrievalError",
    "InfiniteLoopConfigError",
    "InvalidConfigError",
    "LoginError",
    "MetadataRetrievalError",
    "NoAuthTokenError",
    "NoCredentialsError",
    "PartialCredentialsError",
    "ProfileNotFound",
    "RefreshWithMFAUnsupportedError",
    "SSOError",
    "TokenRetrievalError",
    "UnknownCredentialError",
}
_SETTING_FAULTS = {
    "BaseEndpointResolverError",
    "ConfigNotFound",
    "ConfigParseError",
    "EndpointProviderError",
    "InvalidDNSNameError",
    "InvalidHostLabelError",
    "ParamValidationError",
    "UnsupportedS3ArnError",
    "ValidationError",
    "ValueError",
}
_BROKEN_OFF = {"ClientPayloadError", "IncompleteReadError", "ResponseStreamingError"}
_DAMAGE = {"ChecksumError", "FlexibleChecksumError"}
_NETWORK = {"HTTPClientError", "IncompleteReadError", "OSError", "ResponseParserError", "TimeoutError"}


def code_of(error: BaseException) -> str:
    """S3's error code, such as ``NoSuchKey``; empty where no answer came."""
    return _answer_of(error)[0]


def broke_off(error: BaseException) -> bool:
    """Whether an answer had begun and its body then ended early: reading it again is safe."""
    return bool(_names_of(error) & _BROKEN_OFF)


def explain(error: Exception, *, store: str, region: str | None, action: str, name: str) -> DrToolkitError | None:
    """The error to raise for ``error``, met during ``action`` of ``name`` in ``store``.

    None for what is neither S3's nor botocore's nor the network's: a defect, to be raised as it is.
    """
    code, message, operation = _answer_of(error)
    if code:
        return _for_code(code, message, operation, store=store, region=region, action=action, name=name)
    return _for_type(error, store=store, region=region, name=name)


def _for_code(
    code: str, message: str, operation: str, *, store: str, region: str | None, action: str, name: str
) -> DrToolkitError:
    reason = f"{code}: {message}" if message else code
    if operation == "AssumeRole" and code not in _BUSY:
        return _no_credentials("sts", region, f"the store's role can't be assumed: {reason}")
    if code in _CREDENTIALS:
        return _no_credentials("s3", region, reason)
    if code == "NoSuchBucket":
        return BucketMissing(store=store)
    if code in _MISSING:
        return ObjectNotFound(store=store, name=name)
    if code in _BUSY:
        return StoreUnreachable(store=store, reason=reason)
    if code in CONFLICT | TAKEN | IN_DOUBT:
        return StoreError(store=store, reason=f"{name} is being written by others all the time ({reason})")
    hint = "Check the store's settings: its bucket, encryption key and object lock."
    if code in _ELSEWHERE:
        hint = "The bucket lies in another region: give the store's own region."
    elif code in ("AccessDenied", "403"):
        hint = StoreRefused.hint
    return StoreRefused(store=store, action=action, name=name, reason=reason, hint=hint, code=code)


def _for_type(error: Exception, *, store: str, region: str | None, name: str) -> DrToolkitError | None:
    names = _names_of(error)
    reason = " ".join(str(error).split()) or type(error).__name__
    if names & _CREDENTIAL_FAULTS or (isinstance(error, RuntimeError) and "credentials" in reason.lower()):
        return _no_credentials("s3", region, reason)
    if names & _DAMAGE:
        return IntegrityError(store=store, name=name, reason=reason)
    if names & _SETTING_FAULTS:
        return UsageError(reason=f"{store}: {reason}", hint="Check the store's URL, endpoint, region and role.")
    if names & _NETWORK or {"ConnectionError", "ClientError"} & names:
        return StoreUnreachable(store=store, reason=reason)
    if "BotoCoreError" in names:
        return StoreError(store=store, reason=reason)
    return None


def _names_of(error: BaseException) -> set[str]:
    return {ancestor.__name__ for ancestor in type(error).__mro__}


def _no_credentials(service: str, region: str | None, reason: str) -> CredentialsMissing:
    return CredentialsMissing(service=service, region=region or "the default region", reason=reason)


def _answer_of(error: BaseException | None) -> tuple[str, str, str]:
    """Code, message and operation of the AWS answer that ``error`` is, or was caused by."""
    while error is not None:
        answer = getattr(error, "response", None)
        if isinstance(answer, dict) and "Error" in answer:
            fault = answer["Error"]
            code, message = str(fault.get("Code") or ""), str(fault.get("Message") or "")
            return code, message, str(getattr(error, "operation_name", ""))
        error = error.__cause__
    return "", "", ""
