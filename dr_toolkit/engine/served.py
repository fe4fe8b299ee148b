"""What stages serve, held against the drafts of their APIs and against what other states of them served. Pure.

Draft and deployed are compared in exported form, on what an export tells: what it leaves out differs nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dr_toolkit.engine import exported
from dr_toolkit.engine.compare import compare
from dr_toolkit.model import wire
from dr_toolkit.model.changes import Change
from dr_toolkit.model.documents import READ, Resource
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.served import KINDS, STAGES, kind_of

Lines = Mapping[str, bytes]
"""The canonical lines of one API's things, by printed key."""

RESOURCE = "apigateway.resource"


@dataclass(frozen=True)
class Content:
    """What some stages of an API serve, as a draft that would serve it: full nouns with the draft's own keys."""

    stages: tuple[ResourceKey, ...]
    lines: Lines


class Drafts:
    """The drafts of an estate's APIs, and what their stages serve."""

    def __init__(self, estate: Estate, registry: Registry) -> None:
        self.estate, self._registry = estate, registry
        self._exported: dict[ResourceKey, Lines] = {}

    @cached_property
    def _held(self) -> dict[ResourceKey, dict[str, bytes]]:
        kinds = {name: kind for kind in KINDS for name in self._frozen(kind.deployment)}
        found: dict[ResourceKey, dict[str, bytes]] = {}
        for text, line in self.estate.lines.items():
            kind = kinds.get(text.partition("/")[0])
            if kind is not None:
                api = ResourceKey(kind.api, ResourceKey.parse(text).path[:1])
                found.setdefault(api, {})[text] = line
        return found

    def _frozen(self, deployment: str) -> tuple[str, ...]:
        return self._registry[deployment].freezes if deployment in self._registry else ()

    def of(self, api: ResourceKey) -> Lines:
        """An API's draft: everything that a deployment freezes."""
        return self._held.get(api, {})

    def nouns(self, api: ResourceKey) -> list[Resource]:
        """The same, decoded."""
        return [wire.read_line(line) for line in self.of(api).values()]

    def exported(self, api: ResourceKey) -> Lines:
        """An API's draft in exported form: what a stage serves that it is deployed to."""
        if api not in self._exported:
            nouns = exported.exported(api.type, self.nouns(api))
            self._exported[api] = {noun.key.text: wire.line(noun) for noun in nouns}
        return self._exported[api]

    def served(self, stage: ResourceKey) -> Lines | None:
        """What a stage serves; None where that is not known, or there is no whole draft to hold it against."""
        kind = kind_of(stage.type)
        whole = all(self._is_read(name) for name in self._frozen(kind.deployment))
        return self.estate.served.get(stage.text) if whole else None

    def _is_read(self, name: str) -> bool:
        coverage = self.estate.coverage.get(name)
        return coverage is None or coverage.status == READ

    @cached_property
    def _deployments(self) -> dict[ResourceKey, ResourceKey]:
        """The deployment of each stage that has one of its own."""
        return {stage: key for key, stages in self._deployed_to.items() for stage in stages}

    def deployment(self, stage: ResourceKey) -> ResourceKey | None:
        """The deployment that a stage is on; None where it serves none, or the draft."""
        return self._deployments.get(stage)

    def deployed_id(self, stage: ResourceKey) -> str:
        """The id of the deployment that a stage is on; empty where there is none."""
        key = self.deployment(stage)
        return self.estate.ids.get(key.text, "") if key is not None else ""

    def stages(self, api: ResourceKey) -> list[ResourceKey]:
        """The stages of an API, in the order of their names."""
        prefix = f"{ResourceKey(kind_of(api.type).stage, api.path).text}/"
        return [ResourceKey.parse(text) for text in sorted(t for t in self.estate.lines if t.startswith(prefix))]

    def on(self, deployment: ResourceKey) -> list[ResourceKey]:
        """The stages that are on a deployment."""
        return self._deployed_to.get(deployment, [])

    @cached_property
    def _deployed_to(self) -> dict[ResourceKey, list[ResourceKey]]:
        """The stages that are on each deployment, in the order of their names; canaries are on none."""
        found: dict[ResourceKey, list[ResourceKey]] = {}
        for text in sorted(t for t in self.estate.lines if t.partition("/")[0] in STAGES):
            stage = self.estate.get(text)
            pointer = stage.attributes.get(kind_of(stage.key.type).pointer) if stage else None
            if stage is not None and isinstance(pointer, Ref):
                found.setdefault(pointer.key, []).append(stage.key)
        return found

    def content(self, deployment: ResourceKey) -> Lines | None:
        """What a deployment holds, told by a stage that is on it; None where none tells."""
        told = (self.served(stage) for stage in self.on(deployment))
        return next((content for content in told if content is not None), None)

    def ahead(self, stage: ResourceKey) -> tuple[Change, ...]:
        """What leads from what a stage serves to the draft of its API: what is not deployed.

        ``create`` is what the draft alone holds, ``delete`` what only the stage serves. Nothing where it is not known.
        """
        content = self.served(stage)
        if content is None:
            return ()
        return differing(content, self.exported(kind_of(stage.type).api_of(stage)), self._registry)


def differing(before: Lines, after: Lines, registry: Registry) -> tuple[Change, ...]:
    """What leads from one content to another."""
    if before == after:
        return ()
    return tuple(compare(Estate(dict(before)), Estate(dict(after)), registry))


def contents(drafts: Drafts, api: ResourceKey, registry: Registry) -> list[Content]:
    """The distinct contents that an API's stages serve, each with its stages, in the order of their names.

    The draft's own comes last, whether or not a stage serves it, with all stages of which it is not known what they
    serve. What is the same in exported form as in the draft is the draft's full noun; of what differs, members that no
    export tells are the draft's. Paths stay that lead to nothing there, where another does not take their place.
    """
    own: list[ResourceKey] = []
    found: list[tuple[Lines, list[ResourceKey]]] = []
    for text in sorted(t for t in drafts.estate.lines if t.partition("/")[0] == kind_of(api.type).stage):
        stage = ResourceKey.parse(text)
        if stage.path[0] != api.path[0]:
            continue
        content = drafts.served(stage)
        if content is None or not differing(content, drafts.exported(api), registry):
            own.append(stage)
            continue
        same = next((stages for lines, stages in found if not differing(lines, content, registry)), None)
        if same is None:
            found.append((content, [stage]))
        else:
            same.append(stage)
    made = [Content(tuple(stages), _as_draft(drafts, api, lines, registry)) for lines, stages in found]
    return [*made, Content(tuple(own), drafts.of(api))]


def _as_draft(drafts: Drafts, api: ResourceKey, content: Lines, registry: Registry) -> Lines:
    """A draft of which an export would be this content."""
    nouns = {noun.key: noun for noun in drafts.nouns(api)}
    told = exported.names_in_export(api.type, nouns.values())
    mine: dict[ResourceKey, ResourceKey] = {}
    for key in sorted(told, reverse=True):
        mine[told[key]] = key
    form = drafts.exported(api)
    made = {key: noun for key, noun in nouns.items() if told.get(key, key).text not in form}
    for text, line in content.items():
        key = ResourceKey.parse(text)
        own = nouns.get(mine.get(key, key))
        if own is not None and form.get(text) == line:
            made |= {k: nouns[k] for k in nouns if told.get(k) == key}
        else:
            noun = _with_draft(wire.read_line(line), form.get(text), own, mine)
            made[noun.key] = noun
    _keep_paths(made, nouns, registry)
    return {key.text: wire.line(made[key]) for key in sorted(made)}


def _with_draft(
    noun: Resource, form: bytes | None, own: Resource | None, names: Mapping[ResourceKey, ResourceKey]
) -> Resource:
    """A noun of an export with the keys of the draft, and with the draft's members where exports tell no difference."""
    attributes = dict(_renamed(noun.attributes, names))
    if own is not None:
        was = wire.read_line(form).attributes if form is not None else {}
        alike = (n for n in own.attributes if was.get(n) == noun.attributes.get(n))
        attributes |= {name: own.attributes[name] for name in alike}
    return Resource(names.get(noun.key, noun.key), attributes)


def _renamed(value: Any, names: Mapping[ResourceKey, ResourceKey]) -> Any:
    match value:
        case Ref(key):
            return Ref(names.get(key, key))
        case dict():
            return {name: _renamed(inner, names) for name, inner in value.items()}
        case list():
            return [_renamed(inner, names) for inner in value]
    return value


def _keep_paths(made: dict[ResourceKey, Resource], nouns: Mapping[ResourceKey, Resource], registry: Registry) -> None:
    """Put paths of the draft in that lead to nothing, so that they need not be made again."""
    for key in sorted(key for key in nouns if key.type == RESOURCE and key not in made):
        rivals, above = registry[RESOURCE].rivals, nouns[key].attributes.get("parentId")
        if isinstance(above, Ref) and above.key not in made:
            continue
        if rivals is None or not any(rivals(noun, nouns[key]) for k, noun in made.items() if k.type == RESOURCE):
            made[key] = nouns[key]
