"""Natural identity: what a thing is called, wherever it lives and whatever id AWS gave it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

_UNSAFE = re.compile(r"[%/\x00-\x1f\x7f\u0085\u2028\u2029]")
_TYPE = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")


def _quoted(segment: str) -> str:
    return _UNSAFE.sub(lambda m: "".join(f"%{byte:02X}" for byte in m[0].encode()), segment)


def _unquoted(segment: str) -> str:
    """Address ranges are most of what is quoted, and have nothing but slashes in them."""
    if segment.count("%") == segment.count("%2F"):
        return segment.replace("%2F", "/")
    return unquote(segment)


@dataclass(frozen=True, order=True)
class ResourceKey:
    """A type and a path of names, the parent's first; no region, account or physical id in it.

    Printed as ``ec2.security_group/main/web``; a slash inside a name is printed as ``%2F``.
    """

    type: str
    path: tuple[str, ...]

    @cached_property
    def text(self) -> str:
        """The printed form; ``parse`` reads it back."""
        return "/".join((self.type, *map(_quoted, self.path)))

    def __str__(self) -> str:
        return self.text

    @property
    def name(self) -> str:
        """The last segment: what a person calls the thing."""
        return self.path[-1] if self.path else ""

    @classmethod
    def parse(cls, text: str) -> ResourceKey:
        """Read a printed key; raises ValueError where there is no type or no path."""
        head, *path = text.split("/")
        if not _TYPE.fullmatch(head) or not path:
            raise ValueError(f"{text!r} is not a key such as ec2.security_group/main/web")
        return cls(head, tuple([_unquoted(segment) if "%" in segment else segment for segment in path]))


_DEPLOYED = ("stage", "deployed")
"""What stands before and behind a stage's name in the keys of what it serves."""


def deployed_key(stage: ResourceKey, key: ResourceKey) -> ResourceKey:
    """What a store calls a thing that a stage serves: ``apigateway.method/shop/stage/prod/deployed/%2Fpets/GET``."""
    before, behind = _DEPLOYED
    return ResourceKey(key.type, (*key.path[:1], before, stage.name, behind, *key.path[1:]))


def of_deployed(key: ResourceKey) -> tuple[ResourceKey, ResourceKey]:
    """The inverse of ``deployed_key``; raises ValueError for the key of anything else."""
    if (key.path[1:2] + key.path[3:4]) != _DEPLOYED:
        raise ValueError(f"{key} is not the key of something that a stage serves")
    stage = ResourceKey(f"{key.type.partition('.')[0]}.stage", (key.path[0], key.path[2]))
    return stage, ResourceKey(key.type, (*key.path[:1], *key.path[4:]))


@dataclass(frozen=True, order=True)
class Ref:
    """A value that stands for the physical id of another resource."""

    key: ResourceKey

    def __str__(self) -> str:
        return f"<{self.key}>"
