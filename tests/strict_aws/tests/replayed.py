"""Answers recorded from AWS, asked for again: same content, same error code and text.

The recorder put placeholders in place of ids, names and dates: `<id:1>` stands for any text, the same one wherever it
stands. JSON texts were recorded as what they hold.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from tests.cases import cases

ACCOUNT = "123456789012"
NEWER = frozenset({"apiStatus"})
"""Members that AWS has begun to answer since."""
_PLACEHOLDER = re.compile(r"<[^<>\s]+>")
_FIXED = {"111111111111": ACCOUNT, "<region>": "us-east-1", "<partition>": "aws"}


def recorded_tests(file: str) -> dict[str, dict[str, Any]]:
    """The tests of a file of recorded answers, by class and name: what AWS answered, by the name of the step."""
    found = json.loads((cases("recorded") / file).read_text(encoding="utf-8"))
    return {name.partition("::")[2]: test["recorded-content"] for name, test in found.items()}


class Replay:
    """One recorded test: `step` makes a call and compares its answer with the recorded one of that name."""

    def __init__(self, client: Any, recorded: dict[str, Any]) -> None:
        self.client = client
        self.recorded = recorded
        self.done: set[str] = set()
        self.fixed = dict(_FIXED)
        self._meant: dict[str, str] = {}

    def step(self, name: str, operation: str, /, *, by: str = "", **params: Any) -> dict[str, Any]:
        """Make the call of a recorded step; lists are compared in the order of the member ``by``. The answer."""
        try:
            answer = getattr(self.client, operation)(**params)
        except ClientError as error:
            answer = error.response
        self.done.add(name)
        wanted = self.recorded[name]
        if by and "items" in answer:
            answer = {**answer, "items": sorted(answer["items"], key=lambda row: str(row[by]))}
        self._compare(name, _plain(wanted), _plain(answer))
        return dict(answer)

    def leave_out(self, reason: str, *names: str) -> None:
        """Say why steps can't be asked for again."""
        assert reason and set(names) <= set(self.recorded), f"not recorded: {set(names) - set(self.recorded)}"
        self.done |= set(names)

    def finish(self) -> None:
        """Nothing that was recorded was left out."""
        left = {name for name, wanted in self.recorded.items() if isinstance(wanted, dict)} - self.done
        assert not left, f"not replayed: {sorted(left)}"

    def _compare(self, where: str, wanted: Any, answer: Any) -> None:
        if isinstance(wanted, dict) and isinstance(answer, str):
            answer = json.loads(answer)
        if isinstance(wanted, dict):
            assert isinstance(answer, dict), f"{where}: {answer!r}"
            assert set(wanted) == set(answer) - (NEWER - set(wanted)), f"{where}: {wanted} != {answer}"
            for key, each in wanted.items():
                self._compare(f"{where}.{key}", each, answer[key])
        elif isinstance(wanted, list):
            assert len(wanted) == len(answer), f"{where}: {wanted} != {answer}"
            for place, each in enumerate(wanted):
                self._compare(f"{where}[{place}]", each, answer[place])
        elif wanted == "datetime":
            assert isinstance(answer, datetime), where
        elif isinstance(wanted, str):
            self._compare_text(where, wanted, answer)
        else:
            assert wanted == answer, f"{where}: {wanted!r} != {answer!r}"

    def _compare_text(self, where: str, wanted: str, answer: Any) -> None:
        for fixed, own in self.fixed.items():
            wanted = wanted.replace(fixed, own)
        for name, own in self._meant.items():
            wanted = wanted.replace(name, own)
        names = _PLACEHOLDER.findall(wanted)
        parts = [re.escape(part) for part in _PLACEHOLDER.split(wanted)]
        match = re.fullmatch("(.+?)".join(parts), str(answer), re.DOTALL) if ":" in "".join(names) else None
        assert match or wanted == answer, f"{where}: {wanted!r} != {answer!r}"
        if match:
            self._meant |= dict(zip(names, match.groups(), strict=True))


def patch(op: str, path: str, value: str | None = None) -> dict[str, str]:
    """A patch operation."""
    return {"op": op, "path": path} | ({} if value is None else {"value": value})


def _plain(answer: Any) -> Any:
    """An answer without what differs from call to call: the status stays."""
    if not isinstance(answer, dict):
        return answer
    plain = {key: value for key, value in answer.items() if key != "ResponseMetadata"}
    plain["status"] = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", plain.get("status"))
    return plain
