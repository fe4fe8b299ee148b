"""What an API's draft has to pass through, so that each stage serves what it did: and whether it can.

A deployment is made of the draft as it is at that moment, and nothing else can be deployed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dr_toolkit.engine.compare import compare
from dr_toolkit.engine.refs import refs_of
from dr_toolkit.engine.served import Content, contents
from dr_toolkit.engine.situation import Situation
from dr_toolkit.model import wire
from dr_toolkit.model.changes import REPLACE
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.served import kind_of


@dataclass(frozen=True)
class Replay:
    """What stages serve where that is not the API's draft: it is put there, deployed, and the draft follows.

    ``content`` are canonical lines by printed key of the draft's own things, the API's among them.
    """

    deployments: tuple[ResourceKey, ...]
    content: Mapping[str, bytes]


class Passing:
    """The contents that the APIs of a situation pass through."""

    def __init__(self, situation: Situation) -> None:
        self._s, self._registry = situation, situation.registry
        self._contents: dict[ResourceKey, list[Content]] = {}
        self._obstacles: dict[ResourceKey, str] = {}

    def of(self, api: ResourceKey) -> list[Content]:
        """The distinct contents of an API's stages but for its draft's own."""
        if api not in self._contents:
            self._contents[api] = contents(self._s.drafts[0], api, self._registry)[:-1]
        return self._contents[api]

    def obstacle(self, api: ResourceKey) -> str:
        """Why an API's draft can't pass through what its stages serve; empty where it can."""
        if api not in self._obstacles:
            self._obstacles[api] = self._obstacle(api)
        return self._obstacles[api]

    def replays(self, api: ResourceKey, deployments: Iterable[ResourceKey]) -> list[Replay]:
        """What is deployed before an API's draft is put right, of these deployments; in their order."""
        wanted, found = self._s.drafts[0], []
        due = list(deployments)
        for content in self.of(api):
            served = tuple(key for key in due if {*wanted.on(key)} & {*content.stages})
            if served:
                found.append(Replay(served, content.lines))
        return found

    def _obstacle(self, api: ResourceKey) -> str:
        kind, live = kind_of(api.type), self._s.live
        deploying = [t for t in live.lines if t.startswith(f"{kind.stage}/{api.text.partition('/')[2]}/")]
        if any((stage := live.get(t)) and stage.attributes.get("AutoDeploy") for t in deploying):
            return "a stage of the API deploys by itself all that its draft passes through"
        types = {api.type, *self._registry[kind.deployment].freezes}
        before = {t: line for t, line in live.lines.items() if self._is_in(t, api, types)} if api in live else None
        for content in self.of(api):
            for change in compare(Estate(before), Estate(dict(content.lines)), self._registry) if before else ():
                if change.action == REPLACE:
                    return f"{change.key} would have to be replaced in between: {change.reason}"
            if missing := self._missing(content):
                return f"it refers to {missing}, which is in neither the snapshot nor the target"
            before = dict(content.lines)
        return ""

    def _is_in(self, text: str, api: ResourceKey, types: set[str]) -> bool:
        return text.partition("/")[0] in types and ResourceKey.parse(text).path[0] == api.path[0]

    def _missing(self, content: Content) -> ResourceKey | None:
        """Something that a content refers to and that nobody has."""
        for line in content.lines.values():
            noun = wire.read_line(line)
            for key in sorted(refs_of(noun, self._registry[noun.key.type].fields)):
                there = (content.lines, self._s.wanted.lines, self._s.live.lines, self._s.bindings)
                if not any(key.text in held for held in there):
                    return key
        return None
