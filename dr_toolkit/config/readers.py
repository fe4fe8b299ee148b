"""Readers that several sections of the config share: lists, names, roles, durations, stores."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Literal, TypeVar, cast

from dr_toolkit.config import values
from dr_toolkit.config.lines import Section, Value
from dr_toolkit.config.nouns import ObjectLock, StoreSettings
from dr_toolkit.crontab import time_zone

T = TypeVar("T")

MOST = 100_000
"""The highest number that a file may give where nothing else bounds it."""

_LONGEST_LOCK = 36_500  # days: S3's own limit


def text_as(parse: Callable[[str], T]) -> Callable[[Value], T]:
    """A reader of text as ``parse`` reads it."""
    return lambda value: value.parsed(parse)


def each(reader: Callable[[Value], T]) -> Callable[[Value], tuple[T, ...]]:
    """A reader of lists of what another reader reads."""
    return lambda value: tuple(reader(item) for item in value.items())


def named(reader: Callable[[str, Value], T]) -> Callable[[Value], dict[str, T]]:
    """A reader of mappings from names to what another reader reads."""

    def _read(value: Value) -> dict[str, T]:
        found: dict[str, T] = {}
        for name, entry in value.entries().items():
            if like := next((other for other in found if other.lower() == name.lower()), None):
                raise entry.error(f"differs from {like} only in upper and lower case: a folder may not tell them apart")
            found[_name(name, entry)] = reader(name, entry)
        return found

    return _read


def _name(name: str, entry: Value) -> str:
    try:
        return values.name(name)
    except ValueError as error:
        raise entry.error(str(error)) from error


def globs(value: Value) -> tuple[str, ...]:
    """A list of globs."""
    return tuple(item.parsed(values.glob) for item in value.items())


def count(value: Value) -> int:
    """How many of something; 0 is none."""
    return value.number(0, MOST)


def role(value: Value) -> str:
    """The ARN of an IAM role."""
    return value.parsed(values.role_arn)


def external_id(value: Value) -> str:
    """The external id for a role."""
    return value.parsed(values.external_id)


def duration(value: Value) -> timedelta:
    """A length of time, such as 26h."""
    if value.kind == "int":
        raise value.error("needs a unit, such as 26h, 90m or 7d")
    return value.parsed(values.duration)


def timezone(value: Value) -> str:
    """The name of a time zone that this machine knows."""
    value.parsed(time_zone)
    return value.text()


def check_external_id(section: Section) -> None:
    """Refuse an external id where there is no role that could ask for it."""
    if "external_id" in section.entries and "role_arn" not in section.entries:
        raise section.error("external_id", "says nothing without role_arn")


def store(value: Value) -> StoreSettings:
    """A store: its URL, or a mapping with it."""
    if value.kind == "str":
        return StoreSettings(url=value.parsed(values.store_url))
    if value.kind not in ("map", "null"):
        raise value.error("must be a URL, or a mapping with url")
    section = value.section("url", "region", "role_arn", "external_id", "kms_key_arn", "object_lock", "endpoint_url")
    found = StoreSettings(
        url=section.need("url", text_as(values.store_url)),
        region=section.read("region", text_as(values.region)),
        role_arn=section.read("role_arn", role),
        external_id=section.read("external_id", external_id),
        kms_key_arn=section.read("kms_key_arn", text_as(values.kms_key_arn)),
        object_lock=section.read("object_lock", _object_lock),
        endpoint_url=section.read("endpoint_url", text_as(values.endpoint_url)),
    )
    check_external_id(section)
    if not found.is_s3 and (other := next((name for name in section.entries if name != "url"), None)):
        raise section.error(other, f"is only for a store in S3, and this one is {found.url}")
    return found


def _object_lock(value: Value) -> ObjectLock:
    section = value.section("mode", "days")
    mode = section.need("mode", lambda each: each.choice("governance", "compliance"))
    days = section.need("days", lambda each: each.number(1, _LONGEST_LOCK))
    return ObjectLock(cast(Literal["governance", "compliance"], mode), days)
