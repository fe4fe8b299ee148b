"""Public material that nobody here wrote, loaded into the stand-in by plain calls, where it is at hand.

It is no part of the project: its folder is named by `DR_TOOLKIT_CASES`, or lies beside the checkout as `shared/cases`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cases_groups import load_groups, load_vpcs
from tests.cases_loaded import Loaded
from tests.cases_recorded import Recorded, read_rows
from tests.cases_rest import load_definition

__all__ = [
    "Loaded",
    "Recorded",
    "cases",
    "definition_cases",
    "find_cases",
    "group_cases",
    "load_definition",
    "load_groups",
    "load_vpcs",
    "recorded_rows",
]


def find_cases() -> Path | None:
    """The folder of the material, if there is one."""
    named = os.environ.get("DR_TOOLKIT_CASES")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "cases"
    return folder if folder.is_dir() else None


def cases(kind: str) -> Path:
    """The folder of one kind, `groups`, `openapi` or `recorded`; a test that needs it and has it not is skipped."""
    folder = find_cases()
    if folder is None or not (folder / kind).is_dir():
        pytest.skip("the public cases are not at hand: set DR_TOOLKIT_CASES to their folder")
    return folder / kind


def _ids(kind: str) -> list[str]:
    folder = find_cases()
    found = sorted((folder / kind).glob("*.json")) if folder else []
    return [path.stem for path in found if path.name != "manifest.json"]


def group_cases() -> list[str]:
    """Names of the security-group estates, for parametrize; empty where there is no material."""
    return _ids("groups")


def definition_cases() -> list[str]:
    """Names of the API definitions, REST and HTTP, for parametrize; empty where there is no material."""
    return _ids("openapi")


def recorded_rows(*shapes: str) -> list[Recorded]:
    """Rows of answers recorded from AWS, of the shapes asked for or of all; see `tests.cases_recorded`."""
    return read_rows(cases("recorded"), shapes)
