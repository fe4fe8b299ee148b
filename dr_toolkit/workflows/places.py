"""Where a target is, an account's region, whatever it is called: the config's name and the region's own may both be it.

Journals are kept by a target's name. What must not happen twice in one place is kept apart here, among all names whose
state is in one store; of a store elsewhere (``targets.*.state``) nothing is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_toolkit.config import Target
from dr_toolkit.errors import UnfinishedRun, UnfinishedUndo
from dr_toolkit.model.documents import WARNING, Finding, Scope
from dr_toolkit.store import layout
from dr_toolkit.store.journal import END, Runs
from dr_toolkit.store.layout import quoted
from dr_toolkit.store.leases import Leases, acquire_all
from dr_toolkit.workflows.context import LEASE_SECONDS, Context


def lease(context: Context, target: Target, scope: Scope) -> Leases:
    """Hold a target by its name, as earlier releases do, and by its account and region; raises LockedError."""
    names = (f"restore/{quoted(target.name)}", f"place/{quoted(scope.account)}/{quoted(scope.region)}")
    return acquire_all(context.state_store(target), names, LEASE_SECONDS, context.now)


def refuse_unfinished(context: Context, target: Target, scope: Scope) -> None:
    """Raise UnfinishedRun or UnfinishedUndo where the last run of another name of the same place has no end."""
    found = unfinished(context, target, scope)
    if found is not None:
        raise found


def unfinished(context: Context, target: Target, scope: Scope) -> UnfinishedRun | UnfinishedUndo | None:
    """What says that the last run of another name of the same place has no end; None where all have one.

    A journal that does not say where its run was made is one of its own name alone. Raises IntegrityError where one
    can't be read.
    """
    store, seal = context.state_store(target), context.state_seal(target)
    segments = {name.split("/")[1] for name in store.list("runs/") if name.count("/") >= 2}
    for name in sorted(name for segment in segments if (name := layout.unquoted(segment))):
        if name == target.name:
            continue
        runs = Runs(store, name, context.now, seal=seal)
        latest = runs.latest()
        if latest is None or latest["kind"] == END:
            continue
        run = runs.runs()[-1]
        begin = runs.begun(run)
        undoes = begin.get("undoes")
        if _place(runs.begun(undoes) if undoes else begin) != (scope.account, scope.region):
            continue
        if undoes:
            return UnfinishedUndo(run=run, target=name, undoes=undoes)
        return UnfinishedRun(run=run, target=name, snapshot=begin.get("snapshot"))
    return None


def said_unfinished(error: UnfinishedRun | UnfinishedUndo) -> Finding:
    """The same as a plan says it, with the ways on."""
    run, target = error.facts["run"], error.facts["target"]
    goes_on = (
        f"dr-toolkit restore --to {target} --resume {run}, or take it back: dr-toolkit restore undo {run} --to {target}"
    )
    way = error.next_step if isinstance(error, UnfinishedUndo) else f"Go on with it: {goes_on}"
    return Finding(WARNING, "unfinished-run", str(target), f"{error}. {way}")


def _place(begin: Mapping[str, Any]) -> tuple[Any, Any] | None:
    """The account and region that a run was made in; None where its journal does not say."""
    scope = begin.get("scope")
    return (scope.get("account"), scope.get("region")) if isinstance(scope, Mapping) else None
