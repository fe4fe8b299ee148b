"""Text on its way into a document: JSON with ids that are not known yet, and what an import would replace in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from dr_toolkit.model.changes import Join
from dr_toolkit.model.keys import Ref

_OPEN, _CLOSE = "\ue000", "\ue001"
_PLACE = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_VARIABLE = re.compile(r"\$\{AWS::(?:Region|AccountId|Partition)\}")


class Unheld(Exception):
    """A document can't hold something; the text is the reason."""


def structured(text: Any) -> Any:
    """What JSON text holds, with a `Join` for every text in it that holds an id which is not known yet.

    Raises `Unheld` where the text is no JSON.
    """
    refs: list[Ref] = []
    parts = text.parts if isinstance(text, Join) else (text,)
    whole = ""
    for part in parts:
        if isinstance(part, Ref):
            refs.append(part)
            whole += f"{_OPEN}{len(refs) - 1}{_CLOSE}"
        elif _OPEN in part:
            raise Unheld("a character of its text is used for other things")
        else:
            whole += part
    try:
        return _placed(json.loads(whole), refs)
    except (ValueError, RecursionError) as error:
        raise Unheld("its text is no JSON") from error


def _placed(value: Any, refs: list[Ref]) -> Any:
    match value:
        case str() if _OPEN in value:
            pieces = _PLACE.split(value)
            parts = tuple(refs[int(piece)] if n % 2 else piece for n, piece in enumerate(pieces))
            return Join(tuple(part for part in parts if part != ""))
        case dict():
            if any(_OPEN in name for name in value):
                raise Unheld("an id stands in the name of a member")
            return {k: _placed(v, refs) for k, v in value.items()}
        case list():
            return [_placed(v, refs) for v in value]
        case _:
            return value


def check_variables(value: Any) -> None:
    """Raise `Unheld` where a text would be taken for a variable, which an import replaces."""
    for text in _texts(value):
        if found := _VARIABLE.search(text):
            raise Unheld(f"an import would replace the text {found[0]} in it")


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Join():
            yield from (part for part in value.parts if isinstance(part, str))
        case Mapping():
            for name, inner in value.items():
                yield str(name)
                yield from _texts(inner)
        case list() | tuple():
            for inner in value:
                yield from _texts(inner)
