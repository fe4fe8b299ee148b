"""A request and an answer, free of any library's own classes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d+/([^/]+)/([^/]+)/aws4_request")


@dataclass
class Request:
    """An HTTP request; the names of headers in lower case."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def parts(self) -> SplitResult:
        """The URL, split."""
        return urlsplit(self.url)

    @property
    def signature(self) -> tuple[str, str, str]:
        """Access key, region and signing name out of the SigV4 credential scope; empty where it is unsigned."""
        text = self.headers.get("authorization", "")
        if "Credential=" not in text:
            query = unquote(self.parts.query)
            text = query.replace("X-Amz-Credential=", "Credential=")
        match = _CREDENTIAL.search(text)
        return (match[1], match[2], match[3]) if match else ("", "", "")


@dataclass
class Response:
    """An HTTP answer; the names of headers in lower case."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
