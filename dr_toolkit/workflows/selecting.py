"""``--only``: the part of a snapshot that a person means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from dr_toolkit.config import matches
from dr_toolkit.engine import selection
from dr_toolkit.engine.selection import WHOLE, Part, above
from dr_toolkit.engine.survey import Survey
from dr_toolkit.errors import UsageError
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.resources import registry

_MOST = 3000
"""Among so many keys at most those are looked for that are like a glob that matches none."""


def matched(glob: str, key: ResourceKey) -> bool:
    """Whether a glob matches a key, or what that lies in or belongs to."""
    return any(matches(glob, outer.text) for outer in above(key, registry()))


def part(globs: Sequence[str], wanted: Estate, found: Survey) -> tuple[Part, UsageError | None]:
    """What the globs match in the snapshot or in the target, with what it needs; everything where there are none.

    With it what is to be said where one of them matches nothing. That is no error once a run has begun: what it matched
    may be what was to go.
    """
    if not globs:
        return WHOLE, None
    refusal = None
    types = registry()
    keys = [ResourceKey.parse(text) for text in {**wanted.lines, **found.estate.lines}]
    known = [key for key in keys if key.type in types]
    picked: set[ResourceKey] = set()
    for glob in globs:
        hits = {key for key in known if matched(glob, key)}
        if not hits:
            refusal = _nothing(glob, (key.text for key in known if key.text in wanted.lines))
        picked |= hits

    def there(key: ResourceKey) -> bool:
        return key.text in found.bindings or key in found.estate

    return selection.part(picked, wanted, there, types), refusal


def _nothing(glob: str, known: Iterable[str]) -> UsageError:
    texts = sorted(known)
    type_name = glob.partition("/")[0]
    alike = [text for text in texts if text.partition("/")[0] == type_name] or texts
    plain = glob.replace("*", "").replace("?", "").rstrip("/")
    near = get_close_matches(plain, alike[:_MOST], n=3, cutoff=0.5) or alike[:3]
    hint = f"Nearest: {', '.join(near)}." if near else "The snapshot holds nothing."
    return UsageError(
        reason=f"--only {glob} matches nothing, neither in the snapshot nor in the target",
        hint=f"{hint} A glob matches printed keys, which dr-toolkit snapshot show lists; * matches slashes, too.",
    )
