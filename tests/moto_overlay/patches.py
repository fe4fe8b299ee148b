"""The grammar of API Gateway's patch operations: which path takes which operation, and what it does."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.moto_overlay.rest import Document, Refusal, bad_request, not_found

OPERATIONS = ("add", "remove", "move", "test", "replace", "copy")


def unescape(segment: str) -> str:
    """A JSON-pointer segment in clear."""
    return segment.replace("~1", "/").replace("~0", "~")


def as_bool(value: Any) -> bool:
    """API Gateway takes every string but `true` for false."""
    return str(value).lower() == "true"


@dataclass(frozen=True)
class Slot:
    """A patchable place: the operations that it takes, and how one is applied to the document."""

    ops: tuple[str, ...]
    apply: Callable[[Document, str, str, Any], None]
    keyed: bool = False


def scalar(name: str, convert: Callable[[Any], Any] = str, *, clears: bool = False) -> Slot:
    """A member that is replaced; with `clears`, an empty value takes it away."""

    def apply(document: Document, op: str, key: str, value: Any) -> None:
        if clears and value in (None, ""):
            document.pop(name, None)
        else:
            document[name] = convert(value)

    return Slot(("replace",), apply)


def optional(name: str, convert: Callable[[Any], Any] = str) -> Slot:
    """A member that can be replaced and removed."""

    def apply(document: Document, op: str, key: str, value: Any) -> None:
        if op == "remove" or value in (None, ""):
            document.pop(name, None)
        else:
            document[name] = convert(value)

    return Slot(("replace", "remove"), apply)


def mapping(name: str, missing: str, convert: Callable[[Any], Any] = str) -> Slot:
    """A member that is a map, addressed by `/{name}/{key}`."""

    def apply(document: Document, op: str, key: str, value: Any) -> None:
        held = document.setdefault(name, {})
        if op in ("replace", "remove") and key not in held:
            raise not_found(missing)
        if op == "remove":
            del held[key]
        elif value is None or (value == "" and convert is str and name.startswith("responseP")):
            raise bad_request(f"Invalid null or empty value in {name}")
        else:
            held[key] = convert(value)
        if not held:
            del document[name]

    return Slot(("add", "replace", "remove"), apply, keyed=True)


def key_list(name: str) -> Slot:
    """A member that is a list whose items stand in the path: `/{name}/{item}`; a replace names the new item."""

    def apply(document: Document, op: str, key: str, value: Any) -> None:
        held = list(document.get(name, []))
        if op == "add":
            held += [key] if key not in held else []
        elif key not in held:
            raise not_found(f"Invalid {name} specified")
        else:
            held.remove(key)
            held += [str(value)] if op == "replace" else []
        document[name] = held

    return Slot(("add", "replace", "remove"), apply, keyed=True)


def value_list(name: str) -> Slot:
    """A member that is a list whose items stand in the value: add and remove at `/{name}`."""

    def apply(document: Document, op: str, key: str, value: Any) -> None:
        held = list(document.get(name, []))
        for item in str(value).split(","):
            if op == "add":
                held += [item] if item not in held else []
            elif item not in held:
                raise not_found(f"Invalid {name} specified")
            else:
                held.remove(item)
        document[name] = held
        if not held:
            del document[name]

    return Slot(("add", "remove"), apply)


def check_operations(patches: list[Document], member: str) -> None:
    """Refuse operations that no patch has, as the service's front door does."""
    faults = [
        f"Value '{patch.get('op')}' at '{member}.patchOperations.{place}.member.op' failed to satisfy constraint: "
        f"Member must satisfy enum value set: [{', '.join(OPERATIONS)}]"
        for place, patch in enumerate(patches, 1)
        if patch.get("op") not in OPERATIONS
    ]
    if faults:
        count = f"{len(faults)} validation error{'s' if len(faults) > 1 else ''} detected: "
        raise Refusal("ValidationException", count + "; ".join(faults), 400)


def _strict_fault(patch: Document, slots: Mapping[str, Slot]) -> Refusal:
    text = f"Invalid patch path  '{patch.get('path')}' specified for op '{patch['op']}'. "
    if patch["op"] == "replace":
        return bad_request(text + f"Must be one of: [{', '.join(slots)}]")
    return bad_request(text + "Please choose supported operations")


def apply_patches(
    document: Document,
    patches: list[Document],
    slots: Mapping[str, Slot],
    member: str,
    *,
    strict: bool = False,
) -> None:
    """Apply all the patches to the document, or none. `strict` is the wording of models, validators and resources."""
    check_operations(patches, member)
    changed = copy.deepcopy(document)
    for patch in patches:
        path, op = patch.get("path"), patch["op"]
        if path is None:
            raise bad_request("Invalid patch path null")
        head, _, key = path.rpartition("/")
        if path in slots and not slots[path].keyed:
            slot, key = slots[path], ""
        elif head in slots and slots[head].keyed and key:
            slot = slots[head]
        elif strict:
            raise _strict_fault(patch, slots)
        else:
            raise bad_request(f"Invalid patch path {path}")
        if op not in slot.ops:
            if strict:
                raise _strict_fault(patch, slots)
            if slot.keyed or len(slot.ops) > 1:
                raise bad_request(f"Invalid patch path {path}")
            raise bad_request(f"Invalid patch operation specified. Must be one of: [{', '.join(slot.ops)}]")
        slot.apply(changed, op, unescape(key), patch.get("value"))
    document.clear()
    document.update(changed)
