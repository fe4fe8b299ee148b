"""Recognise an AWS request on the wire: service, operation, region, and whether it changes anything."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, unquote

from botocore.loaders import Loader

READ_PREFIXES = ("Describe", "Get", "List", "Search", "Head", "Lookup", "TestInvoke")
_CREDENTIAL = re.compile(r"Credential=[^/,\s]+/\d+/([^/]+)/([^/]+)/aws4_request")
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


@dataclass(eq=False)
class Call:
    """One request as the stand-in saw it.

    `status` is None while it has no answer, or where the client never got one; `done` says that it was carried out.
    """

    number: int
    service: str
    operation: str
    region: str
    mutating: bool
    method: str
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    status: int | None = None
    fault: str | None = None
    done: bool = False

    @property
    def name(self) -> str:
        """The operation as IAM would write it, `ec2:AuthorizeSecurityGroupIngress`."""
        return f"{self.service}:{self.operation}"

    def __str__(self) -> str:
        note = f" [{self.fault}]" if self.fault else ""
        return f"#{self.number} {self.name} {self.region} -> {self.status}{note}"


@dataclass(frozen=True)
class _Route:
    operation: str
    method: str
    pattern: re.Pattern[str]
    members: tuple[str, ...]
    query: frozenset[tuple[str, str]]
    weight: int


@cache
def _routes(service: str) -> tuple[_Route, ...]:
    """The REST routes of a service's botocore model, the most specific first."""
    model = Loader().load_service_model(service, "service-2")
    found = []
    for name, operation in model["operations"].items():
        uri, _, query = operation["http"]["requestUri"].partition("?")
        shape = model["shapes"][operation["input"]["shape"]] if "input" in operation else {"members": {}}
        by_location = {
            member.get("locationName", key): key
            for key, member in shape["members"].items()
            if member.get("location") == "uri"
        }
        names = re.findall(r"\{(\w+)\+?\}", uri)
        pattern = re.sub(r"\\\{\w+\\?\+?\\\}", "([^/]+)", re.escape(uri))
        found.append(
            _Route(
                operation=name,
                method=operation["http"]["method"],
                pattern=re.compile(pattern + "/?$"),
                members=tuple(by_location.get(each, each) for each in names),
                query=frozenset(parse_qsl(query, keep_blank_values=True)),
                weight=len(query) + 10 * (uri.count("/") * 2 - len(names)),
            )
        )
    return tuple(sorted(found, key=lambda route: -route.weight))


def read_body(environ: dict[str, Any]) -> bytes:
    """The request's body, put back so that the application can read it again."""
    length = environ.get("CONTENT_LENGTH") or "0"
    body: bytes = environ["wsgi.input"].read(int(length)) if int(length) else b""
    environ["wsgi.input"] = BytesIO(body)
    return body


def signed_scope(environ: Mapping[str, Any]) -> tuple[str, str]:
    """Region and signing name out of the SigV4 credential scope; empty where the request is unsigned."""
    text = environ.get("HTTP_AUTHORIZATION", "")
    if "Credential=" not in text:
        query = unquote(environ.get("QUERY_STRING", ""))
        text = query.replace("X-Amz-Credential=", "Credential=") if "X-Amz-Credential" in query else ""
    match = _CREDENTIAL.search(text)
    return (match[1], match[2]) if match else ("", "")


def _rest_call(service: str, method: str, path: str, query: str, body: bytes) -> tuple[str, dict[str, Any]]:
    asked = parse_qsl(query, keep_blank_values=True)
    for route in _routes(service):
        match = route.pattern.match(path) if route.method == method else None
        if match and route.query <= set(asked):
            params: dict[str, Any] = {
                name: unquote(value) for name, value in zip(route.members, match.groups(), strict=True)
            }
            params.update((key, value) for key, value in asked if (key, value) not in route.query)
            try:
                document = json.loads(body) if body else {}
            except ValueError:
                document = {"body": body}
            params.update(document if isinstance(document, dict) else {"body": document})
            return route.operation, params
    return f"{method} {path}", {}


def _s3_call(method: str, path: str, query: str) -> tuple[str, dict[str, Any]]:
    bucket, _, key = unquote(path).lstrip("/").partition("/")
    asked = dict(parse_qsl(query, keep_blank_values=True))
    params: dict[str, Any] = {"Bucket": bucket, **({"Key": key} if key else {}), **asked}
    verb = {"GET": "Get", "PUT": "Put", "HEAD": "Head", "DELETE": "Delete", "POST": "Post"}.get(method, method)
    for name, noun in _S3_SUBRESOURCES.items():
        if name in asked:
            return verb + noun, params
    if "uploadId" in asked or "partNumber" in asked:
        return {"PUT": "UploadPart", "POST": "CompleteMultipartUpload"}.get(method, verb + "Upload"), params
    if key:
        return verb + "Object", params
    if not bucket:
        return "ListBuckets", params
    if method == "POST" and "delete" in asked:
        return "DeleteObjects", params
    return {"GET": "ListObjectsV2", "PUT": "CreateBucket"}.get(method, verb + "Bucket"), params


def recognise(environ: dict[str, Any], number: int) -> Call:
    """Read a WSGI request and say what it asks of AWS. S3 bodies are never touched."""
    region, service = signed_scope(environ)
    method = environ["REQUEST_METHOD"]
    raw = environ.get("RAW_URI") or environ.get("REQUEST_URI") or environ.get("PATH_INFO", "/")
    path = re.sub(r"^https?://[^/]+", "", raw).partition("?")[0]
    query = environ.get("QUERY_STRING", "")
    if service == "s3":
        operation, params = _s3_call(method, path, query)
    elif service == "apigateway":
        service = "apigatewayv2" if path.startswith("/v2/") else "apigateway"
        operation, params = _rest_call(service, method, path, query, read_body(environ))
    elif service:
        body = read_body(environ)
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        form = dict(parse_qsl(query or body.decode("utf-8", "replace"), keep_blank_values=True))
        if target:
            operation, params = target.rpartition(".")[2], json.loads(body or b"{}")
        else:
            operation = form.pop("Action", f"{method} {path}")
            params = {key: value for key, value in form.items() if key != "Version"}
    else:
        operation, params = f"{method} {path}", {}
    mutating = bool(service) and not operation.startswith(READ_PREFIXES)
    if service in ("apigateway", "apigatewayv2"):
        mutating = method != "GET" and not operation.startswith("TestInvoke")
    if str(params.get("DryRun", "")).lower() == "true":
        mutating = False
    return Call(number, service, operation, region, mutating, method, path, params)
