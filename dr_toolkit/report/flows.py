"""Exposure in the words that people use: ``ingress tcp 22 from 0.0.0.0/0``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dr_toolkit.engine.exposure import EGRESS, Flow, called

MOST = 6
"""How many peers, or services, are named on a line, but for those who ask for all."""


def flow(value: Flow, networks: Mapping[str, Sequence[str]], *, whole: bool = True) -> str:
    """One flow in a line, groups with the networks that they are in; long lists are counted, unless all is wanted."""
    services = [str(s) for s in value.services]
    peers = [called(p) + _within(networks.get(p.partition(" ")[0], ())) for p in value.peers]
    word = "to" if value.direction == EGRESS else "from"
    return f"{value.direction} {_listed(services, whole)} {word} {_listed(peers, whole)}"


def _within(networks: Sequence[str]) -> str:
    return f" (in {', '.join(networks)})" if networks else ""


def _listed(texts: list[str], whole: bool) -> str:
    if whole or len(texts) <= MOST:
        return ", ".join(texts)
    return f"{', '.join(texts[: MOST - 1])} and {len(texts) - MOST + 1:,} more"
