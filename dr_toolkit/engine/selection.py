"""A part of a snapshot, and what it can't do without in a target. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from dr_toolkit.engine.refs import refs_of, spelled_of
from dr_toolkit.model.documents import Finding, Manifest
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.served import DEPLOYMENTS


@dataclass(frozen=True)
class Part:
    """The printed keys that a plan is about, and the types; None: all of them."""

    keys: frozenset[str] | None = None
    types: frozenset[str] | None = None

    def holds(self, key: ResourceKey | str) -> bool:
        """Whether a resource belongs to it."""
        return self.keys is None or str(key) in self.keys

    def concerns(self, finding: Finding) -> bool:
        """Whether a finding is about something in it: a resource, a type, or the whole."""
        if self.keys is None or finding.key in self.keys:
            return True
        return "/" not in finding.key and self.concerns_type(finding.key)

    def concerns_type(self, name: str) -> bool:
        """Whether there may be something of a type in it; what is no type's name is about the whole."""
        return self.types is None or name in self.types or "." not in name

    def gaps(self, manifest: Manifest) -> tuple[str, ...]:
        """What a snapshot lacks of it, a line each."""
        if self.types is None:
            return manifest.gaps
        left_out = {f"{f.key}: {f.text}" for f in manifest.findings if not self.concerns(f)}
        left_out |= {f"{n}: {c.reason}" for n, c in manifest.coverage.items() if not self.concerns_type(n)}
        return tuple(line for line in manifest.gaps if line not in left_out)


WHOLE = Part()
"""Nothing is left out."""


def above(key: ResourceKey, registry: Registry) -> Iterator[ResourceKey]:
    """The key, and all that it lies in or belongs to, as a stage's deployment does."""
    seen, waiting = {key}, [key]
    while waiting:
        current = waiting.pop(0)
        yield current
        t = registry.get(current.type)
        owner = t.owner(current) if t is not None and t.owner is not None else None
        for outer in (registry.parent(current), owner):
            if outer is not None and outer not in seen:
                seen.add(outer)
                waiting.append(outer)


def part(
    picked: Collection[ResourceKey], wanted: Estate, there: Callable[[ResourceKey], bool], registry: Registry
) -> Part:
    """What was picked, what of the snapshot that needs and is not there, and the landmarks that these name.

    A whole thing that is missing comes with all that is in it; and a deployment that is, with the content that it would
    freeze.
    """
    chosen = {key.text for key in picked}
    inside = _inside(wanted, registry)
    waiting = [key for key in picked if key.text in wanted.lines]
    while waiting:
        key = waiting.pop()
        for needed in _needs(key, wanted, there, registry):
            t = registry.get(needed.type)
            if needed.text in chosen or t is None:
                continue
            if t.landmark:
                chosen.add(needed.text)
            elif not there(needed):
                for text in (needed.text, *_beneath(_outermost(needed, wanted, there, registry), inside)):
                    if text not in chosen and text in wanted.lines:
                        chosen.add(text)
                        waiting.append(ResourceKey.parse(text))
    names = {text.partition("/")[0] for text in chosen}
    types = {t.name for t in registry if names & {t.name, *registry.ancestors(t.name)}}
    return Part(frozenset(chosen), frozenset(names | types))


def _needs(
    key: ResourceKey, wanted: Estate, there: Callable[[ResourceKey], bool], registry: Registry
) -> set[ResourceKey]:
    resource, t = wanted.get(key), registry.get(key.type)
    if resource is None or t is None:
        return set()
    needs = refs_of(resource, t.fields) | spelled_of(resource, t.fields) | set(t.mentions(resource))
    if parent := registry.parent(key):
        needs.add(parent)
    if key.type in DEPLOYMENTS and not there(key):
        api = key.path[0]
        frozen = [text for text in wanted.lines if text.partition("/")[0] in t.freezes]
        needs |= {k for k in map(ResourceKey.parse, frozen) if k.path[0] == api}
    return needs


def _outermost(
    key: ResourceKey, wanted: Estate, there: Callable[[ResourceKey], bool], registry: Registry
) -> ResourceKey:
    """The whole thing that a missing one lies in, where that is missing too."""
    root = registry.root(key)
    return root if root.text in wanted.lines and not there(root) else key


def _inside(wanted: Estate, registry: Registry) -> dict[str, list[str]]:
    """What lies directly in each thing, or belongs to it."""
    inside: dict[str, list[str]] = {}
    for text in wanted.lines:
        key = ResourceKey.parse(text)
        t = registry.get(key.type)
        if t is None:
            continue
        for outer in {registry.parent(key), t.owner(key) if t.owner else None} - {None}:
            inside.setdefault(str(outer), []).append(text)
    return inside


def _beneath(key: ResourceKey, inside: dict[str, list[str]]) -> set[str]:
    """A thing and all that is in it, however deep."""
    found, waiting = {key.text}, [key.text]
    while waiting:
        for text in inside.get(waiting.pop(), ()):
            if text not in found:
                found.add(text)
                waiting.append(text)
    return found
