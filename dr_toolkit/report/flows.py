"""Exposure in the words that people use: ``ingress tcp 22 from 0.0.0.0/0``."""

from __future__ import annotations

from dr_toolkit.engine.exposure import EGRESS, Flow, called

MOST = 6
"""How many peers, or services, are named on a line, but for those who ask for all."""


def flow(value: Flow, *, whole: bool = True) -> str:
    """One flow in a line; where not the whole is wanted, long lists are counted."""
    services, peers = [str(s) for s in value.services], [called(p) for p in value.peers]
    word = "to" if value.direction == EGRESS else "from"
    return f"{value.direction} {_listed(services, whole)} {word} {_listed(peers, whole)}"


def _listed(texts: list[str], whole: bool) -> str:
    if whole or len(texts) <= MOST:
        return ", ".join(texts)
    return f"{', '.join(texts[: MOST - 1])} and {len(texts) - MOST + 1:,} more"
