"""The grammar of API Gateway v1's patch operations: which path takes which operation, what it does, and how what does
not fit is refused.

An Update operation describes its paths as slots and calls `patched`, which gives back the changed document: the caller
checks it and puts it in the place of the old one, so that a patch that is refused has changed nothing.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.strict_aws.call import Call
from tests.strict_aws.refusals import Refusal, bad_request, not_found
from tests.strict_aws.rules import rule

Document = dict[str, Any]

PATHS = rule(
    "rest.patch-paths",
    "A patch of a path that the operation does not know is refused, in one of two wordings",
    "recorded: test_update_method_validation, test_update_resource_behaviour, test_update_gateway_response",
)
OPERATIONS = rule(
    "rest.patch-operations",
    "A patch of a path that does not take its operation is refused; no path takes move or test",
    "recorded: test_update_rest_api_compression, test_update_rest_api_ip_address_type",
)
MISSING_KEY = rule(
    "rest.patch-missing-key",
    "Replacing or removing what a map does not hold is refused",
    "recorded: test_update_method_lack_response_parameters_and_models, test_update_gateway_response",
)
MISSING_ITEM = rule(
    "rest.patch-missing-item", "Removing what a list does not hold is refused", "from memory", recalled=True
)
EMPTY_VALUE = rule(
    "rest.patch-empty-value",
    "An entry of a gateway response's maps needs a value",
    "recorded: test_update_gateway_response",
)
FROM = rule(
    "rest.patch-from", "A copy needs a `from` that holds something", "botocore: PatchOperation.from", recalled=True
)


@dataclass(frozen=True)
class Patch:
    """One patch operation as a slot sees it: ``key`` is the last segment of a keyed slot's path, in clear, or empty."""

    op: str
    path: str
    key: str
    value: Any


Apply = Callable[[Call, Document, Patch], None]
Convert = Callable[[Any], Any]


@dataclass(frozen=True)
class Slot:
    """A patchable place: the operations that it takes, and how one is applied to the document.

    A ``keyed`` slot stands for all paths one segment longer than its own. ``otherwise`` is the text for operations that
    it does not take, where it has one of its own; `{path}` in it is the path.
    """

    ops: tuple[str, ...]
    apply: Apply
    keyed: bool = False
    otherwise: str | None = None

    def refusing(self, text: str) -> Slot:
        """The slot with another text for operations that it does not take."""
        return replace(self, otherwise=text)


Slots = Mapping[str, Slot]
BAD_PATH = "Invalid patch path {path}"


# --- values -----------------------------------------------------------------------------------------------------


def unescape(segment: str) -> str:
    """A JSON-pointer segment in clear: `~1` is a slash, `~0` a tilde."""
    return segment.replace("~1", "/").replace("~0", "~")


def escape(text: str) -> str:
    """A text as a JSON-pointer segment."""
    return text.replace("~", "~0").replace("/", "~1")


def as_bool(value: Any) -> bool:
    """API Gateway takes every text but `true` for false (recorded: test_update_method_validation, wrong-value-type)."""
    return str(value).lower() == "true"


def as_number(value: Any, kind: type[int] | type[float] = int, name: str = "") -> Any:
    """A number out of a patch's text; BadRequestException where it is none."""
    try:
        return kind(value)
    except (TypeError, ValueError):
        raise bad_request(f"Invalid value {value} specified for {name or 'number'}") from None


def integer(name: str) -> Convert:
    """Converts a patch's value into a whole number."""
    return lambda value: as_number(value, int, name)


# --- slots ------------------------------------------------------------------------------------------------------


def scalar(name: str, convert: Convert = str, *, clears: bool = False) -> Slot:
    """A member that is replaced, `/{name}`; with ``clears``, an empty or missing value takes it away."""

    def apply(call: Call, document: Document, patch: Patch) -> None:
        if clears and patch.value in (None, ""):
            document.pop(name, None)
        else:
            document[name] = convert("" if patch.value is None else patch.value)

    return Slot(("replace",), apply)


def optional(name: str, convert: Convert = str) -> Slot:
    """A member that can be replaced and removed."""
    cleared = scalar(name, convert, clears=True)

    def apply(call: Call, document: Document, patch: Patch) -> None:
        cleared.apply(call, document, replace(patch, value=None) if patch.op == "remove" else patch)

    return Slot(("replace", "remove"), apply)


def mapping(name: str, missing: str, convert: Convert = str, *, needs_value: bool = False) -> Slot:
    """A member that is a map, `/{name}/{key}`. ``missing`` is the text of the NotFoundException for a key that is to
    be replaced or removed and is not there; an empty map is left out."""

    def apply(call: Call, document: Document, patch: Patch) -> None:
        held = document.setdefault(name, {})
        if call.holds(MISSING_KEY) and patch.op in ("replace", "remove") and patch.key not in held:
            raise not_found(missing)
        if patch.op == "remove":
            held.pop(patch.key, None)
        elif needs_value and call.holds(EMPTY_VALUE) and patch.value in (None, ""):
            raise bad_request(f"Invalid null or empty value in {name}")
        else:
            held[patch.key] = convert("" if patch.value is None else patch.value)
        if not held:
            del document[name]

    return Slot(("add", "replace", "remove"), apply, keyed=True)


def _take_out(call: Call, held: list[str], name: str, item: str) -> None:
    if item in held:
        held.remove(item)
    elif call.holds(MISSING_ITEM):
        raise not_found(f"Invalid {name} specified")


def key_list(name: str) -> Slot:
    """A member that is a list whose items stand in the path, `/{name}/{item}`; a replace names the new item, which goes
    to the end (recorded: test_update_rest_api_operation_add_remove)."""

    def apply(call: Call, document: Document, patch: Patch) -> None:
        held = document.setdefault(name, [])
        if patch.op != "add":
            _take_out(call, held, name, patch.key)
        new = {"add": patch.key, "replace": patch.value}.get(patch.op)
        if new is not None and new not in held:
            held.append(str(new))

    return Slot(("add", "replace", "remove"), apply, keyed=True)


def value_list(name: str) -> Slot:
    """A member that is a list whose items stand in the value, parted by commas: add and remove at `/{name}`."""

    def apply(call: Call, document: Document, patch: Patch) -> None:
        held = document.setdefault(name, [])
        for item in str(patch.value or "").split(","):
            if patch.op == "remove":
                _take_out(call, held, name, item)
            elif item not in held:
                held.append(item)

    return Slot(("add", "remove"), apply)


def within(member: str, slot: Slot) -> Slot:
    """The slot, applied to a member's own document."""

    def apply(call: Call, document: Document, patch: Patch) -> None:
        slot.apply(call, document.setdefault(member, {}), patch)

    return replace(slot, apply=apply)


# --- applying them ----------------------------------------------------------------------------------------------


def patched(call: Call, document: Document, slots: Slots, *, listing: bool = False) -> Document:
    """The document as the call's patch operations make it, all of them, in order; the given one stays as it is.

    ``listing`` is the wording of models, validators, resources and documentation parts, which names the paths that a
    replace could have.
    """
    changed = copy.deepcopy(document)
    for asked in operations(call):
        apply(call, changed, asked, slots, listing=listing)
    return changed


def operations(call: Call) -> Iterable[Document]:
    """The patch operations that the call sends."""
    return list(call.params.get("patchOperations") or [])


def apply(call: Call, document: Document, asked: Document, slots: Slots, *, listing: bool = False) -> None:
    """Apply one patch operation to the document itself."""
    op, path = asked.get("op", ""), asked.get("path")
    slot, key = find_slot(path or "", slots)
    if path is None or slot is None:
        if call.holds(PATHS):
            raise _no_path(asked, slots) if listing and path else bad_request(f"Invalid patch path {path or 'null'}")
        return
    if op not in slot.ops:
        if call.holds(OPERATIONS):
            raise _no_path(asked, slots) if listing else _no_operation(slot, path)
        return
    value = _copied(call, document, asked) if op == "copy" else asked.get("value")
    slot.apply(call, document, Patch(op, path, unescape(key), value))


def find_slot(path: str, slots: Slots) -> tuple[Slot | None, str]:
    """The slot that a path belongs to and its key as it stands in the path, both nothing where there is none."""
    slot = slots.get(path)
    if slot is not None and not slot.keyed:
        return slot, ""
    head, _, key = path.rpartition("/")
    slot = slots.get(head)
    return (slot, key) if slot is not None and slot.keyed and key else (None, "")


def value_at(document: Document, pointer: str) -> Any:
    """What a JSON pointer leads to in a document; None where there is nothing."""
    found: Any = document
    for segment in pointer.lstrip("/").split("/"):
        found = found.get(unescape(segment)) if isinstance(found, dict) else None
    return found


def _copied(call: Call, document: Document, asked: Document) -> Any:
    found = value_at(document, asked.get("from") or "")
    if found is None and call.holds(FROM):
        raise bad_request(f"Invalid patch from {asked.get('from') or 'null'}")
    return found


def _no_operation(slot: Slot, path: str) -> Refusal:
    if slot.otherwise is not None:
        return bad_request(slot.otherwise.replace("{path}", path))
    if slot.keyed:
        return bad_request(BAD_PATH.replace("{path}", path))
    return bad_request(f"Invalid patch operation specified. Must be one of: [{', '.join(slot.ops)}]")


def _no_path(asked: Document, slots: Slots) -> Refusal:
    text = f"Invalid patch path  '{asked['path']}' specified for op '{asked.get('op')}'. "
    if asked.get("op") == "replace":
        return bad_request(text + f"Must be one of: [{', '.join(slots)}]")
    return bad_request(text + "Please choose supported operations")
