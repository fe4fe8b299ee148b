"""Whole things that share a name: which is which in a target is for a person to say, once. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from dr_toolkit.engine.pairing import Identity
from dr_toolkit.model.changes import UPDATE, Blocked
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.tags import RUN_TAG

_ORDINAL = re.compile(r"~\d+\Z")


def ambiguous(
    wanted: Estate, live: Estate, known: Mapping[Identity, ResourceKey], registry: Registry
) -> Iterator[Blocked]:
    """The wanted things of which several share a name, here or there, while a stranger of that name is in the target.

    Strangers are those that neither a person nor an earlier restore has paired, and that no restore made.
    """
    here, there = _by_name(wanted, registry), _by_name(live, registry)
    paired = {(identity[0], identity[2]): key.text for identity, key in known.items()}
    for name, keys in here.items():
        rivals = there.get(name, [])
        if len(keys) < 2 and len(rivals) < 2:
            continue
        sure = {paired.get((key.type, live.ids.get(key.text, ""))) for key in rivals}
        strangers = [
            k for k in rivals if paired.get((k.type, live.ids.get(k.text, ""))) is None and _is_foreign(live, k)
        ]
        if not strangers:
            continue
        title = registry[keys[0].type].title
        for key in keys:
            if key.text not in sure:
                reason = (
                    f"there are {max(len(keys), len(rivals))} things called {key.path[0]} ({title}): which is which?"
                )
                ids = ", ".join(sorted(live.ids.get(k.text, k.text) for k in strangers))
                yield Blocked(
                    key, UPDATE, reason, f"map it in the config (targets: map: {{{key}: ID}}), to one of {ids}"
                )


def _is_foreign(live: Estate, key: ResourceKey) -> bool:
    return RUN_TAG not in live.observed.get(key.text, {})


def _by_name(estate: Estate, registry: Registry) -> dict[tuple[str, str], list[ResourceKey]]:
    """The whole things of a region whose names need not be unique, by type and name without ordinal."""
    found: dict[tuple[str, str], list[ResourceKey]] = defaultdict(list)
    for text in estate.lines:
        t = registry.get(text.partition("/")[0])
        if (
            t is not None
            and t.root
            and t.pairs_by_id
            and t.parent is None
            and t.service in ("apigateway", "apigatewayv2")
        ):
            key = ResourceKey.parse(text)
            found[key.type, _ORDINAL.sub("", key.name)].append(key)
    return found
