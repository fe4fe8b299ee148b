"""What a config file says, as frozen dataclasses; and how a command finds in it what it was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from dr_toolkit.config.globs import covers, matches, touches
from dr_toolkit.config.values import is_region, store_url
from dr_toolkit.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from dr_toolkit.crontab import Crontab

HONOURED = frozenset(
    {
        *("store.kms_key_arn", "store.object_lock", "mirrors", "write_quorum", "sources.retention", "signing"),
        *("targets.rewrite", "targets.edge", "drift.ignore", "secrets"),
    }
)
"""The optional parts of a config that this version acts on: what builds another one adds it here."""


@dataclass(frozen=True, slots=True)
class ObjectLock:
    """S3 Object Lock on what the store writes: for so many days nobody, or hardly anybody, can delete it."""

    mode: Literal["governance", "compliance"]
    days: int


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Where snapshots or journals are kept, and how to get at it. The URL has no slash at its end."""

    url: str
    region: str | None = None
    """The bucket's. Without it S3 may be asked through another region, and that one may be down."""
    role_arn: str | None = None
    external_id: str | None = None
    kms_key_arn: str | None = None
    object_lock: ObjectLock | None = None
    endpoint_url: str | None = None

    @property
    def is_s3(self) -> bool:
        """Whether it is in S3."""
        return self.url.startswith("s3://")


@dataclass(frozen=True, slots=True)
class Retention:
    """Which snapshots to keep: the last so many; one for each of so many hours, days, ...; all so young."""

    keep_last: int = 0
    keep_hourly: int = 0
    keep_daily: int = 0
    keep_weekly: int = 0
    keep_monthly: int = 0
    keep_yearly: int = 0
    keep_within: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A region of an account that is snapshotted. Without ``role_arn`` the credentials at hand are used."""

    name: str
    region: str
    role_arn: str | None = None
    external_id: str | None = None
    schedule: Crontab | None = None
    """In ``timezone`` already."""
    timezone: str = "UTC"
    rpo: timedelta | None = None
    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()
    retention: Retention | None = None


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Addresses inside ``cidr`` become the same ones inside ``to``, a block of the same size."""

    cidr: str
    to: str


@dataclass(frozen=True, slots=True)
class Target:
    """A region that is restored into. Without ``role_arn`` the credentials at hand are used."""

    name: str
    region: str
    role_arn: str | None = None
    external_id: str | None = None
    state: StoreSettings | None = None
    map: Mapping[str, str] = field(default_factory=dict)
    """Printed key or ARN, to physical id, ARN or name in the target."""
    rewrite: tuple[Rewrite, ...] = ()
    edge: Literal["block", "regional"] | None = None
    """None where the file doesn't say."""


@dataclass(frozen=True, slots=True)
class IgnoreRule:
    """Drift that is accepted: of one field, or any, of the keys that a glob matches, until that day's end."""

    key: str
    reason: str
    field: str | None = None
    owner: str | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Secrets:
    """The key that API key values are encrypted with: ``kms:ARN`` or ``key-file:PATH``."""

    encrypt_with: str


@dataclass(frozen=True, slots=True)
class Signing:
    """The key that is signed with, the keys whose signatures count, and where it is kept how far a source has come.

    Without ``trust`` the signatures of ``sign_with`` count. The anchor is a store, or a parameter of SSM by its ARN.
    """

    sign_with: str | None = None
    trust: tuple[str, ...] = ()
    anchor: StoreSettings | None = None
    anchor_parameter: str | None = None


@dataclass(frozen=True, slots=True)
class Notification:
    """Where news is sent: an SNS topic's ARN or a webhook's URL."""

    kind: Literal["sns", "webhook"]
    to: str


@dataclass(frozen=True, slots=True)
class Config:
    """All that a config file says. ``file`` is None where there was none."""

    file: Path | None = None
    store: StoreSettings | None = None
    mirrors: tuple[StoreSettings, ...] = ()
    write_quorum: int | None = None
    """None: all of them."""
    sources: Mapping[str, Source] = field(default_factory=dict)
    targets: Mapping[str, Target] = field(default_factory=dict)
    drift_ignore: tuple[IgnoreRule, ...] = ()
    secrets: Secrets | None = None
    signing: Signing | None = None
    notify: tuple[Notification, ...] = ()

    @classmethod
    def empty(cls, url: str | None = None) -> Config:
        """The config where there is no file; UsageError where the store's URL isn't one."""
        return cls().with_store(url)

    def with_store(self, url: str | None) -> Config:
        """The same config with another store, as ``--store`` asks; UsageError where the URL isn't one.

        The file's own store keeps its role, key and lock, and its mirrors, when it is asked for by its URL; a mirror
        that is asked for stands alone.
        """
        if url is None:
            return self
        try:
            wanted = store_url(url)
        except ValueError as error:
            raise UsageError(reason=f"--store: {error}") from error
        if self.store and self.store.url == wanted:
            return self
        mirror = next((each for each in self.mirrors if each.url == wanted), None)
        return replace(self, store=mirror or StoreSettings(url=wanted), mirrors=(), write_quorum=None)

    def source(self, name: str) -> Source:
        """The source of that name, or a region by its name; UnknownName where it is neither."""
        found = self.sources.get(name)
        if found is None and is_region(name):
            return Source(name=name, region=name)
        if found is None:
            raise _unknown("source", name, self.sources)
        return found

    def target(self, name: str) -> Target:
        """The target of that name, or a region by its name; UnknownName where it is neither."""
        found = self.targets.get(name)
        if found is None and is_region(name):
            return Target(name=name, region=name)
        if found is None:
            raise _unknown("target", name, self.targets)
        return found

    def not_acted_on(self) -> list[str]:
        """The keys of this config that this version of the tool reads but would not honour."""
        return [key for part, key in _parts(self) if part not in HONOURED]


def selects(source: Source, key_text: str, ancestors: Iterable[str] = ()) -> bool:
    """Whether a source's include and exclude globs let this printed key in.

    ``ancestors`` are the printed keys of what it belongs to: a match of a parent takes its children along.
    """
    keys = (key_text, *ancestors)
    included, excluded = (
        any(matches(glob, key) for glob in globs for key in keys) for globs in (source.include, source.exclude)
    )
    return included and not excluded


def excludes_type(source: Source, type_name: str, ancestors: Iterable[str] = ()) -> bool:
    """Whether a source's globs shut out every key that a type can have, so that it need not be read at all.

    ``ancestors`` are the types that it belongs to: a match of a parent takes its children along.
    """
    types = (type_name, *ancestors)
    if any(covers(glob, each) for glob in source.exclude for each in types):
        return True
    return not any(touches(glob, each) for glob in source.include for each in types)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The known name that is most like this one; empty where none is."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, list(known), n=1)), "")


def _unknown(kind: str, name: str, known: Iterable[str]) -> UnknownName:
    near = did_you_mean(name, known)
    hint = {"hint": f"Did you mean {near}? {UnknownName.hint}"} if near else {}
    listed = ", ".join(sorted(known)) or "none"
    return UnknownName(kind=kind, name=name, known=listed, **hint)


def _parts(config: Config) -> Iterator[tuple[str, str]]:
    """Each optional part that a config has: what it is called in general, and its key in the file."""
    if config.store:
        yield from _store_parts("store", config.store)
    if config.mirrors:
        yield "mirrors", "mirrors"
    for number, mirror in enumerate(config.mirrors):
        yield from _store_parts(f"mirrors[{number}]", mirror)
    if (config.write_quorum or 1) > 1:
        yield "write_quorum", "write_quorum"
    for name, source in config.sources.items():
        if source.retention:
            yield "sources.retention", f"sources.{name}.retention"
    for name, target in config.targets.items():
        if target.state:
            yield from _store_parts(f"targets.{name}.state", target.state)
        for part in ("rewrite", "edge"):
            if getattr(target, part):
                yield f"targets.{part}", f"targets.{name}.{part}"
    if config.drift_ignore:
        yield "drift.ignore", "drift.ignore"
    for part in ("secrets", "signing", "notify"):
        if getattr(config, part):
            yield part, part


def _store_parts(key: str, store: StoreSettings) -> Iterator[tuple[str, str]]:
    for part in ("kms_key_arn", "object_lock"):
        if getattr(store, part):
            yield f"store.{part}", f"{key}.{part}"
