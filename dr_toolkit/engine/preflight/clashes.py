"""What is in the way under the same name, belongs to somebody else, or is there but of no use yet."""

from __future__ import annotations

from collections.abc import Iterator

from dr_toolkit.engine.preflight.subject import Scene
from dr_toolkit.engine.remarks import CONTROLLED, STACK, remarks
from dr_toolkit.model.documents import GAP, INFO, WARNING, Finding
from dr_toolkit.model.keys import ResourceKey

GROUP, CERTIFICATE, DOMAIN = "ec2.security_group", "acm.certificate", "apigateway.domain_name"


def names(scene: Scene) -> Iterator[Finding]:
    """Groups that can't be made, for in one VPC names that differ only in case are one name."""
    there = {_folded(key): key for key in scene.of(GROUP, frozenset(scene.live.lines))}
    for key in scene.of(GROUP, scene.new):
        other = there.setdefault(_folded(key), key)
        if other != key:
            text = f"AWS takes its name for that of {other}: names that differ in case alone are one name"
            yield Finding(GAP, "name-taken", key.text, text)


def domains(scene: Scene) -> Iterator[Finding]:
    """Custom domain names, which another account may have: nobody can ask for that."""
    for key in scene.of(DOMAIN, scene.new):
        text = "whether another account has this name shows only when it is made"
        yield Finding(INFO, "name-unknown", key.text, text)


def _folded(key: ResourceKey) -> tuple[str, ...]:
    return (*key.path[:-1], key.path[-1].casefold())


def owners(scene: Scene) -> Iterator[Finding]:
    """What a stack or a controller of the target looks after, and the plan changes."""
    roots = {scene.registry.root(change.key).text for change in scene.plan.changes} - scene.new
    survey = scene.survey
    for finding in remarks(survey.reading, survey.names, survey.estate, scene.registry) if roots else ():
        if finding.code in (STACK, CONTROLLED) and finding.key in roots:
            who = finding.text.split(":")[0]
            text = f"in the target, {who}: it may take back what a restore changes"
            yield Finding(WARNING, "somebody-elses", finding.key, text)


def certificates(scene: Scene) -> Iterator[Finding]:
    """Certificates that a restore needs and that are there, but not issued."""
    live = {key.name: key for key in scene.of(CERTIFICATE, frozenset(scene.live.lines))}
    for text in sorted(scene.wanted.lines):
        if text.partition("/")[0] != CERTIFICATE or text in scene.live.lines:
            continue
        name = ResourceKey.parse(text).name
        for other in sorted(live):
            if other.startswith(f"{name} (") and other.endswith(")"):
                state = other[len(name) + 2 : -1]
                yield Finding(GAP, "certificate-not-issued", text, f"it is there, and {state}: have it issued first")
