"""What every use case starts from: the config, the flags, and the doors to AWS and the store."""

from __future__ import annotations

import getpass
import time
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from dr_toolkit import __version__
from dr_toolkit.config import Config, Source, StoreSettings, Target, excludes_type, selects
from dr_toolkit.engine.dispatch import Pace
from dr_toolkit.errors import NotAvailableYet, UnknownName, UsageError
from dr_toolkit.model.documents import INFO, Finding, Selection
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey, deployed_key
from dr_toolkit.model.secrets import Vault
from dr_toolkit.resources import registry
from dr_toolkit.spec.served import kind_of

if TYPE_CHECKING:
    from dr_toolkit.aws.cloud import AwsCloud, Clouds
    from dr_toolkit.engine.pairing import Known
    from dr_toolkit.spec.types import Row
    from dr_toolkit.store.anchors import Anchor
    from dr_toolkit.store.baselines import Baselines
    from dr_toolkit.store.objects import ObjectStore
    from dr_toolkit.store.seals import Seal
    from dr_toolkit.store.snapshots import Snapshots

VERSION = __version__
LEFT_OUT = "left-out"
"""The code of a finding that says what a config leaves out by key."""

UNSIGNED = "unsigned"
"""The code of a finding that says that something without a signature was used."""

LEASE_SECONDS = 300.0
"""How long a capture or restore is held for its holder without a sign of life."""

WORKERS = 4
"""How many calls are made side by side: AWS's quotas are used up by as many."""


@dataclass(frozen=True)
class Flags:
    """The global flags that bear on where things are."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    source: str | None = None


def _which(told: str, names: Iterable[str]) -> UsageError:
    return UsageError(reason=f"which source? {told} {', '.join(sorted(names))}", hint="Say --source NAME.")


def _no_source() -> UsageError:
    return UsageError(
        reason="no source: there is none in a config file, and no region was named",
        hint="Name a region (such as us-east-1), or write a config file: dr-toolkit init",
    )


def _silent(text: str) -> None:
    """Show nothing."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Context:
    """One command's view of the world. ``now`` is UTC; ``pause`` takes seconds, and ``ticks`` counts them.

    ``workers`` is how many calls are made side by side; with one there is no thread, and one order.
    ``allow_unsigned`` takes what bears no signature that counts, and says so.
    """

    config: Config
    flags: Flags = field(default_factory=Flags)
    environ: Mapping[str, str] = field(default_factory=dict)
    progress: Callable[[str], None] = _silent
    now: Callable[[], datetime] = _now
    pause: Callable[[float], None] = time.sleep
    ticks: Callable[[], float] = time.monotonic
    workers: int = WORKERS
    allow_unsigned: bool = False
    vault: Vault = field(default_factory=Vault)

    def __post_init__(self) -> None:
        if missing := self.config.not_acted_on():
            raise NotAvailableYet(
                what=f"{', '.join(missing)} in {self.config.file}",
                hint="Take it out of the config file: this version would not act on it.",
            )

    @property
    def pace(self) -> Pace:
        """How many calls are made side by side, in this context's time."""
        return Pace(self.workers, self.pause, self.ticks)

    # --- who and where --------------------------------------------------------------------------------

    def source(self, name: str | None = None) -> Source:
        """Whose snapshots are meant: by name, by --source, or because there is only one.

        Snapshots outlive the config that they were taken with: a source that only the store knows is one too, with
        an empty region.
        """
        if wanted := name or self.flags.source:
            return self._kept(wanted)
        if len(self.config.sources) == 1:
            return next(iter(self.config.sources.values()))
        if self.config.sources:
            raise _which("The config has", self.config.sources)
        stored = self.snapshots.sources()
        if len(stored) == 1:
            return self._kept(stored[0])
        region = self.default_region
        if region and (region in stored or not stored):
            return self.config.source(region)
        raise _which(f"{self.store.url} has snapshots of", stored) if stored else _no_source()

    def _kept(self, name: str) -> Source:
        try:
            return self.config.source(name)
        except UnknownName as unknown:
            if self.config.store is None:
                raise
            stored = self.snapshots.sources()
            if name not in stored:
                known = ", ".join(sorted({*self.config.sources, *stored})) or "none"
                raise UnknownName(**unknown.facts | {"known": known}) from None
            return Source(name, region="")

    def sources(self, names: Sequence[str]) -> list[Source]:
        """What is to be read now: the sources that are named, or all of the config's where none is."""
        if names:
            return [self.config.source(name) for name in dict.fromkeys(names)]
        if self.flags.source:
            return [self.config.source(self.flags.source)]
        if self.config.sources:
            return list(self.config.sources.values())
        if region := self.default_region:
            return [self.config.source(region)]
        raise _no_source()

    def target(self, name: str) -> Target:
        """The target of that name, or the region of that name."""
        return self.config.target(name)

    @property
    def default_region(self) -> str | None:
        """The region of --region, else of AWS's own variables."""
        return self.flags.region or self.environ.get("AWS_REGION") or self.environ.get("AWS_DEFAULT_REGION")

    def person(self) -> str:
        """Who runs this, as the machine knows it."""
        try:
            return getpass.getuser()
        except (OSError, KeyError):
            return "unknown"

    # --- doors ----------------------------------------------------------------------------------------

    @cached_property
    def _clouds(self) -> Clouds:
        from dr_toolkit.aws.cloud import Clouds
        from dr_toolkit.aws.pacing import Pacer

        return Clouds(Pacer(self.ticks, self.pause), self.vault)

    def cloud(self, place: Source | Target) -> AwsCloud:
        """The region of a source or target; raises CredentialsMissing, RegionUnavailable, CloudUnreachable."""
        from dr_toolkit.aws.cloud import Access

        flags = self.flags
        access = Access(flags.profile, flags.endpoint_url, place.role_arn, place.external_id)
        return self._clouds.open(place.region, access)

    def _call(self, region: str, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """A call with the credentials at hand, in a region that the config names by an ARN."""
        if region not in self._own_clouds:
            from dr_toolkit.aws.cloud import Access

            access = Access(self.flags.profile, self.flags.endpoint_url)
            self._own_clouds[region] = self._clouds.open(region, access)
        return self._own_clouds[region].call(service, operation, params)

    @cached_property
    def _own_clouds(self) -> dict[str, AwsCloud]:
        return {}

    def open_store(self, settings: StoreSettings | None) -> ObjectStore:
        """A store by its settings; raises UsageError where there are none."""
        from dr_toolkit.store.open import open_store
        from dr_toolkit.store.s3_session import ObjectLock

        if settings is None:
            raise UsageError(
                reason="no store: say where snapshots are kept",
                hint="Say --store s3://BUCKET/PREFIX (or file:///FOLDER), or write a config file: dr-toolkit init",
            )
        lock = settings.object_lock
        return open_store(
            settings.url,
            profile=self.flags.profile,
            region=settings.region or self.default_region,
            endpoint_url=settings.endpoint_url or self.flags.endpoint_url,
            role_arn=settings.role_arn,
            external_id=settings.external_id,
            kms_key_arn=settings.kms_key_arn,
            object_lock=ObjectLock(lock.mode, lock.days) if lock else None,
        )

    @cached_property
    def store(self) -> ObjectStore:
        """The store of snapshots and baselines; with mirrors, all of them as one."""
        if not self.config.mirrors:
            return self.open_store(self.config.store)
        from dr_toolkit.store.mirrored import MirroredStore

        places = [self.open_store(settings) for settings in (self.config.store, *self.config.mirrors)]
        return MirroredStore(places, self.config.write_quorum or len(places))

    def at_one_listing(self) -> Self:
        """The same view for what only looks: with --source each prefix of the store is listed, else all of it, once.

        One source's names are few, and those of all would take more calls.
        """
        from dr_toolkit.store.listed import listed

        seen = replace(self)
        seen.store = self.store if self.flags.source else listed(self.store)
        return seen

    def state_store(self, target: Target) -> ObjectStore:
        """Where journals and leases of restores into a target are kept."""
        return self.open_store(target.state) if target.state else self.store

    @cached_property
    def snapshots(self) -> Snapshots:
        """The snapshots in the store."""
        from dr_toolkit.store.snapshots import Snapshots

        return Snapshots(self.store, self.seal)

    @cached_property
    def baselines(self) -> Baselines:
        """The baselines in the store."""
        from dr_toolkit.store.baselines import Baselines

        return Baselines(self.store, self.now, self.seal)

    # --- signatures -----------------------------------------------------------------------------------

    @cached_property
    def seal(self) -> Seal:
        """What is signed with, and whose signatures count; raises UsageError where a key can't be used."""
        from dr_toolkit.workflows import signing

        folder = self.config.file.parent if self.config.file else Path()
        return signing.seal(self.config.signing, folder, self._call, lenient=self.allow_unsigned)

    def state_seal(self, target: Target, *, writing: bool = False) -> Seal:
        """The same for what restores keep: needed where that lies in the store of snapshots, open to its writers.

        Raises UsageError where it is to be written and can't be signed.
        """
        from dr_toolkit.store.seals import UNSEALED

        if target.state is not None or not self.seal.asks:
            return UNSEALED
        if writing and self.seal.signer is None and not self.seal.lenient:
            raise UsageError(
                reason=f"signing.trust is given and sign_with isn't: the journal of target {target.name} would lie "
                "unsigned in the store of snapshots, where whoever writes snapshots could forge it",
                hint=f"Give signing.sign_with, or a store of its own for journals: targets.{target.name}.state",
            )
        return self.seal

    @cached_property
    def anchor(self) -> Anchor | None:
        """Where it is kept how far each source has come; None where the config names no place."""
        from dr_toolkit.store.anchors import StoreAnchor
        from dr_toolkit.workflows.signing import ParameterAnchor

        signing = self.config.signing
        if signing is not None and signing.anchor is not None:
            return StoreAnchor(self.open_store(signing.anchor), self.seal)
        if signing is not None and signing.anchor_parameter is not None:
            return ParameterAnchor(self._call, signing.anchor_parameter, self.seal)
        return None


def excluded(source: Source) -> Callable[[str], bool]:
    """Whether a source's config leaves a type out as a whole."""
    types = registry()
    foundations = {t.parent for t in types if not t.landmark}

    def leaves_out(name: str) -> bool:
        if types[name].landmark:  # what is let in may refer to any; what groups are named by is always needed
            return name not in foundations and excludes_type(replace(source, include=("*",)), name)
        above = [n for n in types.sources(name) - {name} if not types[n].landmark]
        return excludes_type(source, name, above)

    return leaves_out


def stage_key(row: Row, known: Known) -> ResourceKey:
    """The key of a stage as AWS lists it, before rows have keys: its API's is known by its id, or is its name."""
    api = row.root
    key = known.get((api.type, "", registry()[api.type].physical(api.data)))
    name = key.name if key else str(api.data.get("name") or api.data.get("Name") or "unnamed")
    return ResourceKey(row.type, (name, str(row.data.get("stageName") or row.data.get("StageName"))))


def lets_in_served(source: Source, known: Known) -> Callable[[Row], bool]:
    """Whether a source's config lets in anything of what a stage serves."""

    def lets_in(row: Row) -> bool:
        stage = stage_key(row, known)
        return selects(source, deployed_key(stage, _api(stage)).text, (stage.text, _api(stage).text))

    return lets_in


def _api(stage: ResourceKey) -> ResourceKey:
    return kind_of(stage.type).api_of(stage)


def narrow(estate: Estate, source: Source) -> Estate:
    """The estate without what a source's config leaves out by key, and with that said."""
    if source.include == ("*",) and not source.exclude:
        return estate
    estate.selection = Selection(source.include, source.exclude)
    left_out = keep_within(estate, estate.selection)
    globs = ", ".join(
        [*(f"include {g}" for g in source.include if g != "*"), *(f"exclude {g}" for g in source.exclude)]
    )
    for name, number in left_out.items():
        text = f"{number} left out by the config ({globs})"
        estate.findings.append(Finding(INFO, LEFT_OUT, name, text))
    return estate


def keep_within(estate: Estate, selection: Selection | None, keep: Container[str] = ()) -> dict[str, int]:
    """Drop what a selection leaves out, but for the keys in ``keep``; how many of each type that was."""
    left_out: dict[str, int] = {}
    if selection is None:
        return left_out
    types = registry()
    globs = Source("", "", include=selection.include, exclude=selection.exclude)
    for text in list(estate.lines):
        key = ResourceKey.parse(text)
        t = types.get(key.type)
        if text not in keep and t is not None and not t.landmark and not selects(globs, text, _above(key)):
            estate.drop(text)
            left_out[key.type] = left_out.get(key.type, 0) + 1
    _keep_served_within(estate, globs)
    estate.findings = [f for f in estate.findings if "/" not in f.key or f.key in estate.lines]
    return left_out


def _above(key: ResourceKey) -> list[str]:
    above, parent = [], registry().parent(key)
    while parent is not None:
        above.append(parent.text)
        parent = registry().parent(parent)
    return above


def _keep_served_within(estate: Estate, globs: Source) -> None:
    """Drop of what stages serve what is left out of the draft, and what is left out by its own key."""
    for stage_text, content in list(estate.served.items()):
        stage = ResourceKey.parse(stage_text)
        around = [stage_text, _api(stage).text, deployed_key(stage, _api(stage)).text]
        for text in list(content):
            key = ResourceKey.parse(text)
            if not selects(globs, deployed_key(stage, key).text, [text, *_above(key), *around]):
                del content[text]
        if not content:
            del estate.served[stage_text]
