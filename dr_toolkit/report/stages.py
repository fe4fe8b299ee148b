"""What stages serve, in words: now and before, and what of the draft they don't."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dr_toolkit.engine.truths import Truth, called
from dr_toolkit.model.changes import CREATE, DELETE, Change

TITLE = "What stages serve"
_MOST = 8
"""How many things are named of which the same is said, but for who asks for all."""

_NOW = (("serves now, changed", ()), ("serves now, new", (CREATE,)), ("serves no more", (DELETE,)))
_OTHERWISE = "deployed otherwise than in the draft"
_AHEAD = (
    ("changed but not deployed", ()),
    ("in the draft, not deployed", (CREATE,)),
    ("deployed but not in the draft, gone with the next deployment", (DELETE,)),
)


def lines(truth: Truth, *, whole: bool = True) -> Iterator[tuple[str, str]]:
    """What is to be said of a stage, and of what: names of things in its API."""
    otherwise = [c for c in truth.ahead if c.key in truth.same and _is_of(c, ())]
    edited = [c for c in truth.ahead if c not in otherwise]
    for said, changes in ((_NOW, truth.served), (((_OTHERWISE, ()),), otherwise), (_AHEAD, edited)):
        for word, actions in said:
            if found := [called(c.key) for c in changes if _is_of(c, actions)]:
                shown = found if whole else found[:_MOST]
                rest = f" and {len(found) - len(shown)} more" if len(found) > len(shown) else ""
                yield word, ", ".join(shown) + rest


def _is_of(change: Change, actions: Sequence[str]) -> bool:
    return change.action in actions if actions else change.action not in (CREATE, DELETE)
