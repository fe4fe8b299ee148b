"""All checks, and what they look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dr_toolkit.engine.preflight import clashes, counts, rules, settings
from dr_toolkit.engine.preflight.subject import Scene
from dr_toolkit.model.documents import Finding

CHECKS: tuple[Callable[[Scene], Iterator[Finding]], ...] = (
    counts.numbers,
    counts.rest_apis,
    counts.domains,
    rules.limits,
    clashes.names,
    clashes.domains,
    clashes.owners,
    clashes.certificates,
    settings.log_role,
    settings.policies,
    settings.timeouts,
    settings.throttles,
    settings.maps,
)
"""Each says what it has found; nothing where all is well."""


def examined(scene: Scene) -> list[Finding]:
    """What all checks find, the worst of each first."""
    return sorted({finding for check in CHECKS for finding in check(scene)})
