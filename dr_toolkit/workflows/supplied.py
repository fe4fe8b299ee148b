"""Values of API keys that a person supplies with a restore: each has to be about something, and to come about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dr_toolkit.engine.ports import Cloud
from dr_toolkit.errors import AwsError, UsageError
from dr_toolkit.model.changes import CREATE, REPLACE
from dr_toolkit.model.documents import GAP, Finding
from dr_toolkit.model.estate import Snapshot
from dr_toolkit.model.secrets import Hidden
from dr_toolkit.workflows.secrets import API_KEY
from dr_toolkit.workflows.targets import Planned

DIFFERS = "secret-differs"
"""The code of a finding that says that a key does not have the value that was supplied for it."""
_SHOWN = 10
_ANOTHER = (
    "it has another value than the one supplied, and AWS can't change it: delete the key in the target, then restore "
    "again"
)


@dataclass(frozen=True)
class Supplied:
    """Values by printed key, and the name of the file that they are from."""

    values: Mapping[str, Hidden] = field(default_factory=dict)
    file: str = "FILE"

    def check(self, snapshot: Snapshot) -> None:
        """Raise UsageError for a key that the snapshot does not have: it would be waited for in vain."""
        there = sorted(text for text in snapshot.estate.lines if text.startswith(f"{API_KEY}/"))
        strange = sorted(self.values.keys() - set(there))
        if strange:
            raise UsageError(
                reason=f"--secrets {self.file}: {_few(strange)} is not in snapshot {snapshot.manifest.id}",
                hint=f"Correct the name, or take the line out. The snapshot has {_few(there)}.",
            )

    def differing(self, cloud: Cloud, planned: Planned) -> list[Finding]:
        """A gap for each key of the plan's part that stays, and has another value in the target.

        Rests on apigateway:GetApiKeys with values, once, and only where such keys are there. Where they can't be read,
        each of them is a gap.
        """
        made = {c.key.text for c in planned.plan.changes if c.action in (CREATE, REPLACE)}
        bound = planned.survey.bindings
        there = [text for text in self.values if text in bound and text not in made and planned.part.holds(text)]
        if not there:
            return []
        try:
            live = _live(cloud)
        except AwsError as error:
            text = f"whether it has the value supplied can't be read: {error}"
            return [Finding(GAP, DIFFERS, key, text) for key in there]
        other = [key for key in there if live.get(bound[key]) != self.values[key].reveal()]
        return [Finding(GAP, DIFFERS, key, _ANOTHER) for key in other]


def _live(cloud: Cloud) -> dict[str, str]:
    """The values of all keys in the target, by id. They are compared, and kept nowhere."""
    params: dict[str, Any] = {"includeValues": True, "limit": 500}
    values: dict[str, str] = {}
    while True:
        answer = cloud.call("apigateway", "GetApiKeys", params)
        values |= {str(item["id"]): str(item.get("value", "")) for item in answer.get("items") or ()}
        if not answer.get("position"):
            return values
        params = params | {"position": answer["position"]}


def _few(keys: Sequence[str]) -> str:
    """Some of the keys, and how many more there are."""
    more = len(keys) - _SHOWN
    return (", ".join(keys[:_SHOWN]) or "no API key") + (f" and {more} more" if more > 0 else "")
