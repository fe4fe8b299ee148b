"""A snapshot seen from a target: translated, compared with what is there, and planned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dr_toolkit.config import Source, Target, selects
from dr_toolkit.engine import planner
from dr_toolkit.engine.api_remarks import PERMISSION
from dr_toolkit.engine.batch import Aim
from dr_toolkit.engine.exports import NOT_EXPORTED, UNEXPORTABLE, Asked
from dr_toolkit.engine.homonyms import ambiguous
from dr_toolkit.engine.mapping import inverse
from dr_toolkit.engine.pairing import Identity, Known, outer_id
from dr_toolkit.engine.ports import Cloud
from dr_toolkit.engine.remarks import NOT_RESTORED
from dr_toolkit.engine.selection import WHOLE, Part
from dr_toolkit.engine.situation import Situation
from dr_toolkit.engine.survey import Outlook, Survey, survey
from dr_toolkit.engine.translate import Translation, Wishes, translate
from dr_toolkit.errors import GuardError, TargetIsSource, UsageError
from dr_toolkit.model.changes import UPDATE, Blocked, Plan
from dr_toolkit.model.documents import EXCLUDED, FAILED, INFO, READ, Finding, Scope
from dr_toolkit.model.estate import Estate, Snapshot
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.model.secrets import Sealer
from dr_toolkit.resources import registry
from dr_toolkit.spec.marks import bare
from dr_toolkit.spec.served import APIS, DEPLOYMENTS
from dr_toolkit.spec.types import ResourceType, Row
from dr_toolkit.workflows import secrets, selecting
from dr_toolkit.workflows.context import LEFT_OUT, UNSIGNED, Context, keep_within, stage_key
from dr_toolkit.workflows.drafting import drafted

_WHATEVER_IS_SAID = frozenset({"apigatewayv2.routing_rule"})
"""What is looked for in a target even where what it lies in says that there is none."""


@dataclass(frozen=True)
class Options:
    """What a restore is allowed to do."""

    prune: bool = False
    in_place: bool = False
    skip_blocked: bool = False
    only: tuple[str, ...] = ()
    allow_replace: bool = False

    def as_dict(self) -> dict[str, Any]:
        """As a plan and a journal keep it."""
        facts: dict[str, Any] = {"prune": self.prune, "in_place": self.in_place, "skip_blocked": self.skip_blocked}
        facts |= {"allow_replace": True} if self.allow_replace else {}
        return facts | ({"only": sorted(self.only)} if self.only else {})


@dataclass
class Made:
    """What a run made so far: physical ids by printed key, and the deployments that it still owes."""

    ids: dict[str, str] = field(default_factory=dict)
    owed: frozenset[ResourceKey] = frozenset()


@dataclass(frozen=True)
class Planned:
    """A plan, the survey of the target that it rests on, what its steps are to lead to, and what was decided: the part
    that the plan is about, and the deployments that are due outside of that.
    """

    plan: Plan
    survey: Survey
    aim: Aim
    draft: planner.Draft
    part: Part = WHOLE
    postponed: frozenset[ResourceKey] = frozenset()
    unmatched: UsageError | None = None

    def checked(self) -> Planned:
        """Itself; raises UsageError where a glob of ``--only`` matches nothing."""
        if self.unmatched is not None:
            raise self.unmatched
        return self


@dataclass(frozen=True)
class View:
    """A target with a snapshot in mind."""

    context: Context
    target: Target
    cloud: Cloud
    snapshot: Snapshot
    pairs: Mapping[str, str]
    sealer: Sealer | None = None

    def survey(
        self,
        made: Made | None = None,
        only: frozenset[str] | None = None,
        *,
        served: bool = True,
        history: bool = True,
    ) -> Survey:
        """The target as it is now; what a run made keeps the key that it was made for.

        What the snapshot's stages serve there is read too, but for a look at some types ``only``. Without ``history`` a
        deployment is known by what is on it now, and not by what it was made for.
        """
        outlook = self._outlook(made or Made())
        if not history:
            known = {identity: key for identity, key in outlook.known.items() if identity[0] not in DEPLOYMENTS}
            outlook = replace(outlook, known=known)
        if only is not None or not served:
            outlook = replace(outlook, serving=None)
        return survey(self.cloud, registry(), outlook, self.context.progress, only)

    def _outlook(self, made: Made) -> Outlook:
        types = registry()
        estate = self.snapshot.estate
        absent = {n for n, c in estate.coverage.items() if c.status in (EXCLUDED, FAILED)}
        wanted = frozenset(
            key
            for key in map(ResourceKey.parse, estate.lines)
            if (t := types.get(key.type)) and t.landmark and self._may_differ(t)
            if not t.listing.within or types[t.listing.within].landmark
        )
        known = self._known(made)
        given = {k: v for k, v in self._map().items() if _is_key(k)}
        return Outlook(
            known=known,
            given=given,
            landmarks=frozenset(key.type for key in wanted) | DEPLOYMENTS | _WHATEVER_IS_SAID,
            wanted=wanted,
            excluded=lambda name: name in absent or not self._may_differ(types[name]),
            sealer=self.sealer,
            serving=self._serving(known, given),
            pace=self.context.pace,
        )

    def _serving(self, known: Known, given: Mapping[str, str]) -> Asked:
        """Whether a stage may be one of which the snapshot knows what it serves; before rows have keys, names tell."""
        wanted = {name for text in self.snapshot.estate.served for name in _names_of(ResourceKey.parse(text))}
        mapped = {
            value: ResourceKey.parse(text).name for text, value in given.items() if text.partition("/")[0] in APIS
        }

        def asked(row: Row) -> bool:
            stage = stage_key(row, known)
            ids = (registry()[row.root.type].physical(row.root.data), stage.path[0])
            names = {stage.path[0], *(mapped[i] for i in ids if i in mapped)}
            return any((row.type, name, stage.name) in wanted for name in names)

        return asked

    def _may_differ(self, t: ResourceType) -> bool:
        """Whether the target may have other ones than the source: IAM is one for all regions of an account."""
        return t.service != "iam" or self.cloud.scope.account != self.snapshot.manifest.scope.account

    def _known(self, made: Made) -> dict[Identity, ResourceKey]:
        """The keys of physical ids in the target: from earlier restores, from a restore in place, from this run."""
        ids = dict(self.snapshot.estate.ids) if self.is_home else {}
        ids |= self._paired()
        ids |= made.ids
        types = registry()
        known: dict[Identity, ResourceKey] = {}
        for text, physical_id in ids.items():
            key = ResourceKey.parse(text)
            t = types.get(key.type)
            if t is None or not (t.pairs_by_id or text in made.ids) or not physical_id:
                continue
            known[(key.type, outer_id(types, key, ids), physical_id)] = key
        return known

    @property
    def is_home(self) -> bool:
        """Whether the target is the very region that the snapshot was taken of."""
        return (self.cloud.scope.account, self.cloud.scope.region) == (
            self.snapshot.manifest.scope.account,
            self.snapshot.manifest.scope.region,
        )

    def _intact(self, found: Survey) -> frozenset[ResourceKey]:
        """At home, the deployments that are the snapshot's own: what they hold needs not be deployed again."""
        if not self.is_home:
            return frozenset()
        texts = [text for text in self.snapshot.estate.lines if text.partition("/")[0] in DEPLOYMENTS]
        ids = self.snapshot.estate.ids
        return frozenset(ResourceKey.parse(t) for t in texts if t in ids and found.bindings.get(t) == ids[t])

    def _paired(self) -> dict[str, str]:
        """Printed keys of the snapshot to ids in the target, by what earlier restores made of the same source ids."""
        return {
            text: self.pairs[f"{text.partition('/')[0]} {source_id}"]
            for text, source_id in self.snapshot.estate.ids.items()
            if f"{text.partition('/')[0]} {source_id}" in self.pairs
        }

    def _map(self) -> dict[str, str]:
        """What the config maps, with the source's physical ids told as keys."""
        by_id = inverse(self.snapshot.estate)
        return {by_id.get(k) or by_id.get(bare(k)) or k: v for k, v in self.target.map.items()}

    def translated(self) -> Translation:
        """The snapshot in the target's terms."""
        literals = {k: v for k, v in self._map().items() if not _is_key(k)}
        wishes = Wishes(literals, tuple((r.cidr, r.to) for r in self.target.rewrite), self.target.edge)
        manifest = self.snapshot.manifest
        return translate(self.snapshot.estate, manifest.scope, self.cloud.scope, wishes, registry())

    def _leave(self, *estates: Estate) -> list[Finding]:
        """Take out what is not restored unless a person names it, with all in it; returns what is to be said of it."""
        types, said = registry(), {}
        for finding in self.snapshot.manifest.findings:
            if finding.code in NOT_RESTORED and not self._is_included_by_name(finding.key):
                said[finding.key] = finding.text
        for estate in estates if said else ():
            for text in list(estate.lines):
                if text in said or types.root_text(text) in said:
                    estate.drop(text)
        return [Finding(INFO, "not-restored", text, why) for text, why in said.items()]

    def _is_included_by_name(self, text: str) -> bool:
        selection = self.snapshot.manifest.selection
        named = tuple(glob for glob in selection.include if "/" in glob) if selection else ()
        return bool(named) and selects(Source("", "", include=named), text, ())

    def plan(self, options: Options, made: Made | None = None) -> Planned:
        """What a restore would do now; changes nothing."""
        found = self.survey(made)
        owed = made.owed if made else frozenset()
        moved = self.translated()
        keep_within(found.estate, self.snapshot.manifest.selection, moved.estate.lines)
        left = self._leave(moved.estate, found.estate)
        part, unmatched = selecting.part(options.only, moved.estate, found)
        missing = {text: why for text, why in found.missing.items() if text in moved.estate.lines}
        alike = ambiguous(moved.estate, found.estate, found.names.known, registry())
        blocked = [*moved.blocked, *_mapped_in_vain(missing), *alike]
        situation = Situation(
            wanted=moved.estate,
            live=found.estate,
            registry=registry(),
            bindings=found.bindings,
            prune=options.prune,
            owed=owed,
            intact=self._intact(found),
            blocked=tuple(b for b in blocked if part.holds(b.key)),
            part=part,
        )
        draft, ordered = drafted(self.cloud, situation, replace_allowed=options.allow_replace)
        unknown = secrets.unknown(self.context, draft.changes)
        manifest = self.snapshot.manifest
        body = manifest.objects["body"].sha256
        said = [f for f in (*moved.findings, *left, *_worth_saying(self.snapshot)) if part.concerns(f)]
        plan = Plan(
            snapshot=manifest.id,
            snapshot_digest=body,
            source=manifest.source,
            source_scope=manifest.scope,
            target=self.target.name,
            target_scope=self.cloud.scope,
            changes=tuple(draft.changes),
            steps=tuple(ordered),
            blocked=tuple(draft.blocked),
            findings=tuple(sorted({*draft.findings, *unknown, *said})),
            fingerprint=planner.fingerprint(found.estate, moved.estate, registry(), found.bindings, part),
            options=options.as_dict(),
            bindings=_of_the_plan(found.bindings, filter(part.holds, moved.estate.lines)),
            gaps=part.gaps(manifest),
        )
        aim = Aim(_within(moved.estate, part), self.cloud.scope, draft.replays, _unread(moved.estate, found.estate))
        return Planned(plan, found, aim, draft, part, frozenset(draft.postponed), unmatched)


def view(context: Context, name: str, snapshot: Snapshot, options: Options, opened: Cloud | None = None) -> View:
    """Open a target for a snapshot, where it is not ``opened`` yet.

    Raises TargetIsSource where it is the snapshot's own region and that was not asked for, GuardError where it is
    in another partition.
    """
    from dr_toolkit.store.pairings import Pairings

    target = context.target(name)
    here = snapshot.manifest.scope
    same_region = target.region == here.region
    if same_region and not options.in_place and target.role_arn is None:
        raise TargetIsSource(target=target.name, region=here.region)
    cloud = opened or context.cloud(target)
    _check_place(here, cloud.scope, target.name, options)
    pairings = Pairings(context.state_store(target), context.state_seal(target))
    pairs = pairings.known(snapshot.manifest.source, target.name)
    sealer = secrets.of_snapshot(context, snapshot.manifest, target)
    if sealer is None:
        secrets.without_values(snapshot.estate)
    return View(context, target, cloud, snapshot, pairs, sealer)


def _check_place(here: Scope, there: Scope, target: str, options: Options) -> None:
    """The same region of another account is another place; another partition is another world."""
    is_home = (here.account, here.region) == (there.account, there.region)
    if is_home and not options.in_place:
        raise TargetIsSource(target=target, region=here.region)
    if options.in_place and not is_home:
        raise UsageError(
            reason=f"--in-place is for the snapshot's own region, {here}, and target {target} is {there}",
            hint="Leave --in-place out.",
        )
    if there.partition != here.partition:
        raise GuardError(
            reason=f"target {target} is in partition {there.partition}, the snapshot in {here.partition}: "
            "ARNs, services and accounts do not carry over",
            hint=f"Restore into a target in partition {here.partition}: name another with --to.",
        )


def _names_of(stage: ResourceKey) -> Iterable[tuple[str, str, str]]:
    """A stage by its API's name in the snapshot, and, of a homonym, by the name that it has in common with others."""
    api = stage.path[0]
    yield stage.type, api, stage.name
    name, mark, number = api.rpartition("~")
    if mark and number.isdigit():
        yield stage.type, name, stage.name


def _is_key(text: str) -> bool:
    """Whether a config's map entry names a resource (else it is an ARN or other text)."""
    head = text.partition("/")[0]
    return head in registry()


def _mapped_in_vain(missing: Mapping[str, str]) -> list[Blocked]:
    return [
        Blocked(ResourceKey.parse(text), UPDATE, f"the config maps it, but {reason}", "correct the map in the config")
        for text, reason in missing.items()
    ]


def _worth_saying(snapshot: Snapshot) -> list[Finding]:
    """Of what was found at capture, what matters where the snapshot is restored."""
    codes = {
        "looks-located",
        "unportable-id",
        "unknown-id",
        "deployed-content",  # of earlier versions
        UNEXPORTABLE,
        NOT_EXPORTED,
        "homonym",
        LEFT_OUT,
        UNSIGNED,
        PERMISSION,
    }
    return [f for f in snapshot.manifest.findings if f.code in codes]


def _unread(*estates: Estate) -> frozenset[str]:
    """The types that one of the estates says nothing about."""
    return frozenset(name for each in estates for name, c in each.coverage.items() if c.status != READ)


def _within(estate: Estate, part: Part) -> Estate:
    """The part of an estate that a plan is about."""
    lines = {text: line for text, line in estate.lines.items() if part.holds(text)}
    return replace(estate, lines=lines)


def _of_the_plan(bindings: Mapping[str, str], keys: Iterable[str]) -> dict[str, str]:
    wanted = set(keys)
    return {k: v for k, v in sorted(bindings.items()) if k in wanted}
