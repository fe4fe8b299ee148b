"""Who is past its RPO, by what is in the store."""

from __future__ import annotations

import logging
import threading

from dr_toolkit.errors import DrToolkitError
from dr_toolkit.workflows import schedules
from dr_toolkit.workflows.context import Context


class Watch:
    """What was last seen in the store, and who is past its RPO by that; may be used from several threads."""

    def __init__(self, context: Context, log: logging.Logger) -> None:
        self._context, self._log = context, log
        self._sources = [source for source in context.sources(()) if source.rpo]
        self._known: schedules.Known | None = None
        self._blind = False
        self._stale: set[str] = set()
        self._lock = threading.RLock()

    def look(self) -> schedules.Known:
        """The snapshots in the store; those seen before where it can't be read now, which is logged once."""
        with self._lock:
            try:
                self._known = tuple(self._context.snapshots.entries())
            except DrToolkitError as error:
                if not self._blind:
                    self._log.warning("snapshots can't be listed, so what is stale may not show: %s", error)
                self._blind = True
            else:
                if self._blind:
                    self._log.info("snapshots can be listed again")
                self._blind = False
            return self._known or ()

    def check(self) -> None:
        """Log each source that has got past its RPO, once, and each that is back within it."""
        with self._lock:
            if self._known is None or self._past_rpo():
                self.look()  # another daemon may have taken one meanwhile
            if self._known is None:
                return
            stale = self._past_rpo()
            for name, told in stale.items():
                if name not in self._stale:
                    self._log.warning("%s: past its RPO", told)
            for name in sorted(self._stale - set(stale)):
                self._log.info("%s: within its RPO again", name)
            self._stale = set(stale)

    def _past_rpo(self) -> dict[str, str]:
        now = self._context.now()
        rows = [schedules.standing(source, self._known or (), now) for source in self._sources]
        return {row.source: row.told for row in rows if row.stale}
