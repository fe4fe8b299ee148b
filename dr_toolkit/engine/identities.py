"""The same name and another id: what was made anew, and which stage serves another deployment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from dr_toolkit.model.changes import REPLACE, UPDATE, Change, FieldChange
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.served import DEPLOYMENTS, kind_of


def with_identities(changes: Iterable[Change], before: Estate, after: Estate, registry: Registry) -> list[Change]:
    """The changes of a region, and those of identity: as a change of ``id``, once a resource.

    A whole thing with another id was deleted and made anew, whatever it says now: what knew it by its id (an URL, an
    instance, a subscription) does not know the new one. Deployments are immutable, so that another id is other content.
    """
    found = {change.key.text: change for change in changes}
    anew = _anew(before, after, registry)
    for text in anew:
        t = registry[text.partition("/")[0]]
        deployed = t.name in DEPLOYMENTS
        if deployed and kind_of(t.name).api_of(ResourceKey.parse(text)).text in anew:
            continue
        reason = "the stage serves another deployment" if deployed else "deleted, and made anew"
        action = UPDATE if deployed else REPLACE
        field = FieldChange(("id",), before.ids[text], after.ids[text])
        known = found.get(text)
        if known is None:
            key = ResourceKey.parse(text)
            found[text] = Change(key, action, before.get(text), after.get(text), (field,), reason)
        else:
            said = "; ".join(filter(None, (reason, known.reason)))
            found[text] = replace(known, action=action, fields=(field, *known.fields), reason=said)
    return sorted(found.values(), key=lambda c: c.key)


def _anew(before: Estate, after: Estate, registry: Registry) -> set[str]:
    told = {t.name for t in registry if t.name in DEPLOYMENTS or (t.root and not t.landmark)}
    return {
        text
        for text, physical_id in before.ids.items()
        if text.partition("/")[0] in told
        and after.ids.get(text, physical_id) != physical_id
        and text in before.lines
        and text in after.lines
    }
