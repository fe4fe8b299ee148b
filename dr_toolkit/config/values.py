"""The values of a config file: text in, value out, ValueError with a reason that a person understands."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Literal

_REGION = re.compile(
    r"[a-z]{2,4}(-(gov|iso[a-z]?|[a-z]{2}))?"
    r"-(north|south|east|west|central|northeast|northwest|southeast|southwest)-[1-9][0-9]?"
)
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_DURATION = re.compile("".join(rf"(?:([0-9]{{1,6}}){unit})?" for unit in _UNITS))
_ARN = re.compile(r"arn:(aws[a-z-]*):([a-z0-9-]+):([a-z0-9-]*):([a-z0-9-]*):(\S+)")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def is_region(text: str) -> bool:
    """Whether this could be the name of an AWS region, of any partition."""
    return _REGION.fullmatch(text) is not None


def region(text: str) -> str:
    """An AWS region's name."""
    if is_region(text):
        return text
    if is_region(text[:-1]) and text[-1].isalpha():
        raise ValueError(f'"{text}" is an availability zone; its region is "{text[:-1]}"')
    raise ValueError(f'"{text}" is not an AWS region, such as us-west-2')


def partition(region_name: str) -> str:
    """The partition that a region lies in: ``aws``, ``aws-cn``, ``aws-us-gov``, ..."""
    if isolated := re.match(r"[a-z]+-iso([a-z]?)-", region_name):
        return "-".join(filter(None, ("aws-iso", isolated[1])))
    starts = {"cn-": "aws-cn", "us-gov-": "aws-us-gov", "eusc-": "aws-eusc"}
    return next((name for start, name in starts.items() if region_name.startswith(start)), "aws")


def name(text: str) -> str:
    """A source's or target's name: it goes into the store's paths and on command lines."""
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", text):
        return text
    raise ValueError("a name is up to 63 letters, digits, dots, dashes and underscores, a letter or digit first")


def duration(text: str) -> timedelta:
    """A length of time such as ``26h``, ``90m``, ``7d``, ``1d12h``: w d h m s in this order, m for minute."""
    found = _DURATION.fullmatch(text)
    if not found or not text:
        raise ValueError(f'"{text}" is not a duration: write numbers with units, such as 26h or 1d12h')
    length = timedelta(**{unit: int(n or 0) for unit, n in zip(_UNITS.values(), found.groups(), strict=True)})
    if not length:
        raise ValueError(f'"{text}" is no time at all')
    return length


def arn(text: str) -> str:
    """An ARN of anything."""
    if _ARN.fullmatch(text):
        return text
    raise ValueError(f'"{text}" is not an ARN, such as arn:aws:lambda:us-west-2:111122223333:function:shop')


def arn_part(text: str, part: Literal["partition", "service"]) -> str:
    """What an ARN says of its partition or service; empty for what is no ARN."""
    found = _ARN.fullmatch(text)
    return found[1 if part == "partition" else 2] if found else ""


def role_arn(text: str) -> str:
    """The ARN of an IAM role."""
    if re.fullmatch(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+", text):
        return text
    raise ValueError(f'"{text}" is not the ARN of a role, such as arn:aws:iam::111122223333:role/dr-snapshot')


def kms_key_arn(text: str) -> str:
    """The ARN of a KMS key or of its alias."""
    if re.fullmatch(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:(key|alias)/[\w/-]+", text):
        return text
    example = "arn:aws:kms:us-west-2:111122223333:key/mrk-1234abcd"
    raise ValueError(f'"{text}" is not the ARN of a KMS key, such as {example}')


def topic_arn(text: str) -> str:
    """The ARN of an SNS topic."""
    if re.fullmatch(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[\w-]+(\.fifo)?", text):
        return text
    raise ValueError(f'"{text}" is not the ARN of an SNS topic, such as arn:aws:sns:us-west-2:111122223333:dr')


def external_id(text: str) -> str:
    """The external id that a role's trust policy asks for."""
    if re.fullmatch(r"[\w+=,.@:/-]{2,1224}", text, re.ASCII):
        return text
    raise ValueError("an external id is 2 to 1224 letters, digits and +=,.@:/-")


def key_place(text: str) -> str:
    """Where a private key is: ``kms:ARN`` or ``key-file:PATH``."""
    kind, _, where = text.partition(":")
    if kind == "kms":
        return f"kms:{kms_key_arn(where)}"
    if kind == "key-file" and where.strip():
        return text
    raise ValueError("this names no key: write kms:ARN or key-file:PATH")


def trusted_key(text: str) -> str:
    """Whose signature counts: ``kms:ARN``, ``ed25519:BASE64`` (a public key's 32 bytes), or ``spki:BASE64``.

    The last is the public half of a KMS key, as ``aws kms get-public-key`` prints it: to check without asking KMS.
    """
    kind, _, where = text.partition(":")
    if kind == "kms":
        return f"kms:{kms_key_arn(where)}"
    try:
        size = len(base64.b64decode(where, validate=True))
        if (kind == "ed25519" and size == 32) or (kind == "spki" and size > 32):
            return text
    except binascii.Error:
        pass
    raise ValueError("this is not a key to trust: write kms:ARN, ed25519:BASE64 (32 bytes) or spki:BASE64")


def parameter_arn(text: str) -> str:
    """``ssm:`` and the ARN of a parameter of SSM; without a slash at its end."""
    if re.fullmatch(r"ssm:arn:aws[a-z-]*:ssm:[a-z0-9-]+:[0-9]{12}:parameter/[A-Za-z0-9_./-]*[A-Za-z0-9_.-]/?", text):
        return text.removeprefix("ssm:").rstrip("/")
    example = "ssm:arn:aws:ssm:us-west-2:111122223333:parameter/dr-toolkit"
    raise ValueError(f'"{text}" is not a parameter of SSM, such as {example}')


def store_url(text: str) -> str:
    """A store's URL without a slash at its end: ``s3://bucket/prefix``, ``file:///path`` or ``memory://name``."""
    _refuse_password(text)
    scheme, separator, rest = text.rstrip("/").partition("://")
    if not separator or scheme not in ("s3", "file", "memory"):
        raise ValueError(f'"{text}" is not a store: write s3://bucket/prefix or file:///path')
    place, _, path = rest.partition("/")
    if scheme == "s3" and not _BUCKET.fullmatch(place):
        raise ValueError(f'"{text}" names no S3 bucket: write s3://bucket/prefix')
    if scheme == "file" and (place or not path):
        raise ValueError(f'"{text}" names no folder: write file:/// and its whole path')
    parts = path.split("/") if path else []
    if re.search(r"[?#\x00-\x1f\x7f]", rest) or not {"", ".", ".."}.isdisjoint(parts):
        raise ValueError(f'"{text}" has a path with an empty part, ".", "..", "?" or "#" in it')
    return f"{scheme}://{rest}"


def endpoint_url(text: str) -> str:
    """The URL of an AWS endpoint, over http or https."""
    return _web_url(text, ("https", "http"))


def webhook_url(text: str) -> str:
    """Where a notification is posted: https, or http on this machine."""
    scheme = ("https", "http") if re.match(r"http://(localhost|127\.0\.0\.1|\[::1\])[:/]", text) else ("https",)
    return _web_url(text, scheme)


def _web_url(text: str, schemes: Iterable[str]) -> str:
    _refuse_password(text)
    found = re.fullmatch(r"([a-z]+)://[^/?#\s]+(/\S*)?", text)
    if not found or found[1] not in schemes:
        beginnings = " or ".join(f"{scheme}://" for scheme in schemes)
        raise ValueError(f"this is not a URL that begins with {beginnings}")
    return text


def _refuse_password(url: str) -> None:
    """So that no message that shows the URL can show a password."""
    if re.search(r"://[^/]*@", url):
        raise ValueError("a URL here holds no user and no password: use a profile or a role")


def network(text: str) -> str:
    """A CIDR block, IPv4 or IPv6, without host bits, as AWS prints it."""
    import ipaddress

    try:
        block = ipaddress.ip_network(text, strict=False)
    except ValueError:
        block = None
    if block is None or not re.fullmatch(r"[0-9a-fA-F.:]+/[0-9]+", text):
        raise ValueError(f'"{text}" is not a CIDR block, such as 10.0.0.0/16')
    if ipaddress.ip_interface(text).ip != block.network_address:
        raise ValueError(f'"{text}" is an address inside a block; the block is "{block}"')
    return str(block)


def glob(text: str) -> str:
    """A glob on printed keys."""
    if text.strip("/") and text.isprintable():
        return text
    raise ValueError("this is not a glob on printed keys, such as ec2.security_group/main/*")


def mapped_key(text: str) -> str:
    """What ``map`` maps: a printed key, or the ARN that stands in the source."""
    if text.startswith("arn:"):
        return arn(text)
    if re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)+/.+", text) and text.isprintable():
        return text
    raise ValueError(f'"{text}" is neither a key, such as ec2.vpc/main, nor an ARN')


def mapped_to(text: str) -> str:
    """What ``map`` maps to: a physical id, an ARN, or a name."""
    if text.startswith("arn:"):
        return arn(text)
    if text.strip() == text and text.isprintable():
        return text
    raise ValueError("this is not an id, an ARN or a name: it has spaces around it, or characters that don't print")
