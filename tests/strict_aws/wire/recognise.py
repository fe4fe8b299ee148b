"""What a request to any service asks for, for the log: operation and parameters, as far as they show."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, unquote

from tests.strict_aws.wire.http import Request
from tests.strict_aws.wire.rest_json import read_operation

_S3_SUBRESOURCES = {
    "versioning": "BucketVersioning",
    "location": "BucketLocation",
    "object-lock": "ObjectLockConfiguration",
    "encryption": "BucketEncryption",
    "policy": "BucketPolicy",
    "tagging": "Tagging",
    "acl": "Acl",
    "retention": "ObjectRetention",
    "lifecycle": "BucketLifecycleConfiguration",
    "uploads": "MultipartUploads",
    "versions": "ObjectVersions",
}


def recognise(service: str, request: Request) -> tuple[str, dict[str, Any]]:
    """Operation and parameters of a request to a service that is not answered here."""
    if service in ("", "s3"):
        return _s3(request)
    if service == "lambda":
        return read_operation(service, request), _json(request)
    target = request.headers.get("x-amz-target", "")
    if target:
        return target.rpartition(".")[2], _json(request)
    form = dict(parse_qsl(request.parts.query or request.body.decode(errors="replace"), keep_blank_values=True))
    return form.pop("Action", f"{request.method} {request.parts.path}"), form


def _json(request: Request) -> dict[str, Any]:
    try:
        found = json.loads(request.body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _s3(request: Request) -> tuple[str, dict[str, Any]]:
    bucket, _, key = unquote(request.parts.path).lstrip("/").partition("/")
    asked = dict(parse_qsl(request.parts.query, keep_blank_values=True))
    params: dict[str, Any] = {"Bucket": bucket, **({"Key": key} if key else {}), **asked}
    verbs = {"GET": "Get", "PUT": "Put", "HEAD": "Head", "DELETE": "Delete", "POST": "Post"}
    verb = verbs.get(request.method, request.method)
    for name, noun in _S3_SUBRESOURCES.items():
        if name in asked:
            return verb + noun, params
    if "uploadId" in asked or "partNumber" in asked:
        return {"PUT": "UploadPart", "POST": "CompleteMultipartUpload"}.get(request.method, verb + "Upload"), params
    return _s3_plain(request.method, verb, bucket, key, asked), params


def _s3_plain(method: str, verb: str, bucket: str, key: str, asked: dict[str, str]) -> str:
    if key:
        return verb + "Object"
    if not bucket:
        return "ListBuckets"
    if method == "POST" and "delete" in asked:
        return "DeleteObjects"
    return {"GET": "ListObjectsV2", "PUT": "CreateBucket"}.get(method, verb + "Bucket")
