"""API keys and the usage plans that they are in as ImportApiKeys' files: many calls as one.

The developer guide's "API Gateway API key file format" has no column for a key's tags, customer or stages: keys that
have any are made by calls of their own, and so is one whose value nobody knows, or whose name is not its own. AWS
overwrites a key that has the value already, whoever made it; so where there are keys of others, no file is written.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from dr_toolkit.engine import graph
from dr_toolkit.model.changes import CREATE, ONE_OF, Call, Step
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.model.secrets import Csv, SecretRef
from dr_toolkit.spec.tags import RUN_TAG

FEW = 3
"""Of so few calls no file is made: to tell the ids of its keys takes a look at the target."""

MOST = 500
"""Keys in a file."""

COLUMNS = ("Name", "Key", "Description", "Enabled", "UsagePlanIds")
"""As the developer guide has them."""

_PLAIN = re.compile(r"[!#-&(-~](?:[ !#-&(-~]*[!#-&(-~])?")
"""Text that is read as it is written, whoever reads it: printable ASCII without quotation marks, no blank at an end."""

_VALUE = re.compile(r"[!#-&(-+\--~]{20,128}")
"""Values that a file takes: 20 to 128 characters; none of these needs quotation marks."""

_LONGEST_NAME = 1024


class Values(Protocol):
    """What knows the values of keys, and shows none (``model.secrets.Vault``)."""

    def matches(self, key: str, form: re.Pattern[str]) -> bool:
        """Whether the value of that printed key is known, and wholly of that form."""


@dataclass(frozen=True)
class Filed:
    """The steps, with files in the place of what they hold; ``parts`` are the ids of the steps that each stands for."""

    steps: list[Step]
    parts: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class _File:
    """What one file holds: steps that make keys, and those that put them into plans."""

    keys: list[Step]
    members: list[Step]

    @property
    def parts(self) -> list[Step]:
        return [*self.keys, *self.members]

    def step(self, number: str) -> Step:
        """One call for all of it, under the id of one of its parts."""
        made = {step.keys[0]: step for step in self.keys}
        plans: dict[ResourceKey, list[Ref]] = {}
        for member in self.members:
            plans.setdefault(member.call.params["keyId"].key, []).append(member.call.params["usagePlanId"])
        body = Csv(COLUMNS, tuple(_row(step.call, SecretRef(key), plans.get(key, [])) for key, step in made.items()))
        call = Call(
            "ImportApiKeys",
            {"body": body, "format": "csv", "failOnWarnings": True},
            dict.fromkeys(made, f"ids{ONE_OF}"),
        )
        ids = {step.id for step in self.parts}
        needs = {need for step in self.parts for need in step.needs} - ids
        keys = tuple(key for step in self.parts for key in step.keys)
        return Step(number, CREATE, keys, self.keys[0].service, call, tuple(sorted(needs)))


def with_key_files(
    steps: Sequence[Step], values: Values, *, others: bool, without: Collection[ResourceKey] = ()
) -> Filed:
    """The steps, with those that make API keys and put these into usage plans in as few calls as there can be.

    ``others``: there are keys in the target that this run has not made, of whose values one might be in the file;
    ``without`` are keys that are to be made by calls of their own, such as those of a file that AWS has refused. A
    file takes effect wholly or not at all; it bears no tag of the run, so that the ids that its step binds are what
    tells whose its keys are.
    """
    filed = Filed(list(steps))
    if others:
        return filed
    for file in _files(steps, values, without):
        if len(file.parts) > FEW:
            filed = _replaced(filed, file)
    return filed


def _files(steps: Sequence[Step], values: Values, without: Collection[ResourceKey]) -> Iterable[_File]:
    making = [step for step in steps if step.call.operation == "CreateApiKey" and step.action == CREATE]
    names = [step.call.params.get("name") for step in making]
    fit = [s for s in making if _fits(s) and s.keys[0] not in without and values.matches(s.keys[0].text, _VALUE)]
    fit = [s for s in fit if names.count(s.call.params["name"]) == 1]
    members = [step for step in steps if step.call.operation == "CreateUsagePlanKey" and step.action == CREATE]
    for first in range(0, len(fit), MOST):
        keys = fit[first : first + MOST]
        made = {step.keys[0] for step in keys}
        yield _File(keys, [step for step in members if _is_member(step, made)])


def _fits(step: Step) -> bool:
    """Whether a file says of a key all that its call does, and its name is what it is known by."""
    params = step.call.params
    name, description = str(params.get("name", "")), str(params.get("description", ""))
    if len(step.keys) != 1 or step.keys[0].name != name or len(name) > _LONGEST_NAME:
        return False
    if params.get("customerId") or params.get("stageKeys") or set(params.get("tags", ())) - {RUN_TAG}:
        return False
    return bool(_PLAIN.fullmatch(name)) and (not description or bool(_PLAIN.fullmatch(description)))


def _is_member(step: Step, made: Collection[ResourceKey]) -> bool:
    """Whether a step puts one of these keys into a plan."""
    key, plan = step.call.params.get("keyId"), step.call.params.get("usagePlanId")
    is_key = isinstance(key, Ref) and key.key in made and step.call.params.get("keyType") == "API_KEY"
    return is_key and isinstance(plan, Ref)


def _row(call: Call, value: SecretRef, plans: Iterable[Ref]) -> tuple[object, ...]:
    params = call.params
    enabled = "true" if params.get("enabled") else "false"
    return (params["name"], value, params.get("description", ""), enabled, list(plans))


def _replaced(filed: Filed, file: _File) -> Filed:
    """The steps with a file in the place of its parts, unless it would have to wait for what waits for it."""
    ids = {step.id for step in file.parts}
    number = next(step.id for step in filed.steps if step.id in ids)
    made = file.step(number)
    rest = {s.id: s for s in filed.steps if s.id not in ids}
    moved = {name: replace(s, needs=_instead(s.needs, ids, number)) for name, s in rest.items()} | {number: made}
    places = {step.id: place for place, step in enumerate(filed.steps)}
    try:
        order = graph.ordered({name: step.needs for name, step in moved.items()}, places)
    except graph.Circle:
        return filed
    parts = [step.id for step in filed.steps if step.id in ids]
    return Filed([moved[name] for name in order], filed.parts | {number: parts})


def _instead(needs: Iterable[str], ids: Collection[str], number: str) -> tuple[str, ...]:
    return tuple(sorted({number if need in ids else need for need in needs}))
