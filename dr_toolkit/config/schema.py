"""What a config file may say, section by section, and which of its parts contradict each other."""

from __future__ import annotations

import ipaddress
from itertools import combinations
from pathlib import Path
from typing import Literal, cast

from dr_toolkit.config import readers, values
from dr_toolkit.config.lines import Section, Value
from dr_toolkit.config.nouns import (
    Config,
    IgnoreRule,
    Notification,
    Retention,
    Rewrite,
    Secrets,
    Signing,
    Source,
    StoreSettings,
    Target,
)
from dr_toolkit.crontab import Crontab

_REST = ("secrets", "signing", "notify")
_TOP = ("version", "store", "mirrors", "write_quorum", "sources", "targets", "drift", *_REST)
_ACCESS = ("region", "role_arn", "external_id")
_CAPTURE = ("schedule", "timezone", "rpo", "include", "exclude", "retention")
_COUNTS = ("keep_last", "keep_hourly", "keep_daily", "keep_weekly", "keep_monthly", "keep_yearly")


def read_config(root: Value, path: Path) -> Config:
    """The config that a file's tree says; raises ConfigError for the first thing that is wrong with it."""
    section = root.section(*_TOP)
    if section.need("version", readers.count) != 1:
        raise section.error("version", "must be 1, the only version there is")
    drift = section.read("drift", lambda value: value.section("ignore"))
    config = Config(
        file=path,
        store=section.read("store", readers.store),
        mirrors=section.read("mirrors", readers.each(readers.store)) or (),
        write_quorum=section.read("write_quorum", lambda value: value.number(1, readers.MOST)),
        sources=section.read("sources", readers.named(_source)) or {},
        targets=section.read("targets", readers.named(_target)) or {},
        drift_ignore=(drift.read("ignore", readers.each(_ignore_rule)) if drift else None) or (),
        secrets=section.read("secrets", _secrets),
        signing=section.read("signing", _signing),
        notify=section.read("notify", readers.each(_notification)) or (),
    )
    _check_stores(section, config)
    _check_names(section, config)
    return config


def _check_stores(section: Section, config: Config) -> None:
    urls = [store.url for store in (config.store, *config.mirrors) if store]
    if config.mirrors and not config.store:
        raise section.error("mirrors", "mirror a store, but there is none: add store")
    if twice := next((url for url in urls if urls.count(url) > 1), None):
        raise section.error("mirrors", f"store and mirrors must all differ, and {twice} is there twice")
    if config.signing and config.signing.anchor and config.signing.anchor.url in urls:
        raise section.error(
            "signing", "its anchor must lie elsewhere than the snapshots: whoever can change one could both"
        )
    if (config.write_quorum or 1) > max(len(urls), 1):
        raise section.error("write_quorum", f"is {config.write_quorum}, but store and mirrors are only {len(urls)}")


def _check_names(section: Section, config: Config) -> None:
    for name, target in config.targets.items():
        source = config.sources.get(name)
        if source and source.region != target.region:
            reason = f"is also a source, in another region ({source.region}): name one of them differently"
            raise section.entries["targets"].entries()[name].error(reason)


# --- sources and targets ------------------------------------------------------------------------


def _source(name: str, value: Value) -> Source:
    section = value.section(*_ACCESS, *_CAPTURE)
    timezone = section.read("timezone", readers.timezone) or "UTC"
    return Source(
        name=name,
        region=_region(name, section),
        role_arn=section.read("role_arn", readers.role),
        external_id=section.read("external_id", readers.external_id),
        schedule=section.read("schedule", lambda each: each.parsed(lambda text: Crontab.parse(text, timezone))),
        timezone=timezone,
        rpo=section.read("rpo", readers.duration),
        include=section.read("include", _included) or ("*",),
        exclude=section.read("exclude", _excluded) or (),
        retention=section.read("retention", _retention),
    )


def _target(name: str, value: Value) -> Target:
    section = value.section(*_ACCESS, "state", "map", "rewrite", "edge")
    edge = section.read("edge", lambda each: each.choice("block", "regional"))
    return Target(
        name=name,
        region=_region(name, section),
        role_arn=section.read("role_arn", readers.role),
        external_id=section.read("external_id", readers.external_id),
        state=section.read("state", readers.store),
        map=section.read("map", _map) or {},
        rewrite=section.read("rewrite", _rewrites) or (),
        edge=cast(Literal["block", "regional"] | None, edge),
    )


def _region(name: str, section: Section) -> str:
    """The region, once it is sure that name, region and role agree with each other."""
    region = section.need("region", readers.text_as(values.region))
    if values.is_region(name) and name != region:
        raise section.error("region", f"is {region}, but its name is that of another region: name it differently")
    role = section.read("role_arn", readers.role)
    if role and values.arn_part(role, "partition") != values.partition(region):
        raise section.error("role_arn", f"can't be used in {region}: it is of another AWS partition")
    readers.check_external_id(section)
    return region


def _retention(value: Value) -> Retention:
    section = value.section(*_COUNTS, "keep_within")
    counts = {name: section.read(name, readers.count) or 0 for name in _COUNTS}
    within = section.read("keep_within", readers.duration)
    if not any(counts.values()) and not within:
        raise value.error("keeps nothing: give at least one keep_... that is not 0")
    return Retention(**counts, keep_within=within)


def _included(value: Value) -> tuple[str, ...]:
    globs = readers.globs(value)
    if not globs:
        raise value.error("includes nothing: give a glob, or take the key out")
    return globs


def _excluded(value: Value) -> tuple[str, ...]:
    globs = readers.globs(value)
    if any(set(glob) <= {"*", "?"} for glob in globs):
        raise value.error("excludes everything")
    return globs


def _map(value: Value) -> dict[str, str]:
    found = {}
    for name, entry in value.entries().items():
        try:
            key = values.mapped_key(name)
        except ValueError as error:
            raise entry.error(str(error)) from error
        found[key] = entry.parsed(values.mapped_to)
        service = values.arn_part(key, "service")
        if service and values.arn_part(found[key], "service") != service:
            raise entry.error(f"is an ARN of {service}, and must be mapped to another of {service}")
    return found


def _rewrites(value: Value) -> tuple[Rewrite, ...]:
    items = value.items()
    rewrites = tuple(_rewrite(item) for item in items)
    for (first, _), (second, item) in combinations(zip(rewrites, items, strict=True), 2):
        one, other = ipaddress.ip_network(first.cidr), ipaddress.ip_network(second.cidr)
        if one.version == other.version and one.overlaps(other):
            raise item.error(f"{second.cidr} overlaps {first.cidr}: an address would have two rewrites")
    return rewrites


def _rewrite(value: Value) -> Rewrite:
    section = value.section("cidr", "to")
    cidr, to = (section.need(name, readers.text_as(values.network)) for name in ("cidr", "to"))
    before, after = ipaddress.ip_network(cidr), ipaddress.ip_network(to)
    if before.version != after.version:
        raise section.error("to", f"{cidr} is IPv{before.version} and {to} is IPv{after.version}")
    if before.prefixlen != after.prefixlen:
        raise section.error("to", f"{to} is not of the same size as {cidr}: their prefix lengths must be equal")
    return Rewrite(cidr, to)


# --- the rest -----------------------------------------------------------------------------------


def _ignore_rule(value: Value) -> IgnoreRule:
    section = value.section("key", "field", "owner", "reason", "until")
    return IgnoreRule(
        key=section.need("key", readers.text_as(values.glob)),
        reason=section.need("reason", Value.text),
        field=section.read("field", Value.text),
        owner=section.read("owner", Value.text),
        until=section.read("until", Value.day),
    )


def _secrets(value: Value) -> Secrets:
    section = value.section("encrypt_with")
    return Secrets(section.need("encrypt_with", readers.text_as(values.key_place)))


def _signing(value: Value) -> Signing:
    section = value.section("sign_with", "trust", "anchor")
    anchor = section.read("anchor", _anchor)
    signing = Signing(
        sign_with=section.read("sign_with", readers.text_as(values.key_place)),
        trust=section.read("trust", readers.each(readers.text_as(values.trusted_key))) or (),
        anchor=anchor if isinstance(anchor, StoreSettings) else None,
        anchor_parameter=anchor if isinstance(anchor, str) else None,
    )
    if not (signing.sign_with or signing.trust):
        raise value.error("says nothing: give sign_with, trust or both")
    return signing


def _anchor(value: Value) -> StoreSettings | str:
    """A store, or ``ssm:`` and the ARN of a parameter under which each source has one of its own."""
    if value.kind == "str" and value.text().startswith("ssm:"):
        return value.parsed(values.parameter_arn)
    return readers.store(value)


def _notification(value: Value) -> Notification:
    section = value.section("sns", "webhook")
    if len(section.entries) != 1:
        raise value.error("must have either sns or webhook; put each in an item of its own")
    if "sns" in section.entries:
        return Notification("sns", section.need("sns", readers.text_as(values.topic_arn)))
    return Notification("webhook", section.need("webhook", readers.text_as(values.webhook_url)))
