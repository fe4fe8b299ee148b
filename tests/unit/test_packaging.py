"""What the package promises to those who install it."""

from __future__ import annotations

import configparser
import importlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
import s3fs
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import dr_toolkit

ROOT = Path(__file__).resolve().parents[2]
FLOORS = {">=", ">", "==", "~="}


def setup_cfg() -> configparser.ConfigParser:
    """The project's setup.cfg."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def stated(section: str, option: str) -> list[Requirement]:
    """The requirements of one dangling list."""
    return [Requirement(line) for line in setup_cfg()[section][option].split("\n") if line.strip()]


def extras() -> dict[str, list[Requirement]]:
    """The requirements of every extra."""
    return {name: stated("options.extras_require", name) for name in setup_cfg()["options.extras_require"]}


def direct() -> list[Requirement]:
    """Every requirement that setup.cfg states, but for the package's own extras."""
    found = stated("options", "install_requires") + [each for listed in extras().values() for each in listed]
    return [each for each in found if each.name != "dr-toolkit"]


def floor(requirement: Requirement) -> Version | None:
    """The oldest version that a requirement admits."""
    versions = [Version(part.version) for part in requirement.specifier if part.operator in FLOORS]
    return max(versions, default=None)


def pins() -> dict[str, list[Version]]:
    """What constraints.txt pins; a package that differs by Python version has several."""
    found: dict[str, list[Version]] = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if text := line.partition("#")[0].strip():
            requirement = Requirement(text)
            (only,) = requirement.specifier
            found.setdefault(canonicalize_name(requirement.name), []).append(Version(only.version))
    return found


def test_s3fs_is_not_the_release_that_resolvers_fall_back_to() -> None:
    (wanted,) = [each for each in stated("options", "install_requires") if each.name == "s3fs"]
    lowest = floor(wanted)
    assert lowest is not None
    assert lowest >= Version("2025.9.0"), "older releases overwrite where they should refuse, or lack aiobotocore"
    assert Version(s3fs.__version__) >= lowest


@pytest.mark.parametrize("requirement", direct(), ids=str)
def test_every_direct_dependency_has_a_floor_and_a_pin_that_fits(requirement: Requirement) -> None:
    assert floor(requirement) is not None, f"{requirement.name} has no lower bound"
    pinned = pins().get(canonicalize_name(requirement.name), [])
    assert pinned, f"constraints.txt lacks {requirement.name}; make it anew"
    assert all(version in requirement.specifier for version in pinned)


def test_the_libraries_with_known_breaks_are_capped() -> None:
    capped = {each.name for each in direct() if any(part.operator == "<" for part in each.specifier)}
    assert {"deepdiff", "apscheduler"} <= capped


def test_extras_are_dangling_lines() -> None:
    # A one-line extra with a marker fails the build: "Ambiguous requirement marker".
    section = setup_cfg()["options.extras_require"]
    assert {"demo", "test", "check"} <= set(section)
    assert [name for name, value in section.items() if not value.startswith("\n")] == []


def test_the_test_extra_holds_the_demo() -> None:
    assert Requirement("dr-toolkit[demo]") in extras()["test"]


def test_constraints_name_no_host_and_no_path() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert [line for line in text.splitlines() if line.startswith(("-", "/"))] == []


def test_the_console_script_is_there_to_be_called() -> None:
    (script,) = setup_cfg()["options.entry_points"]["console_scripts"].split("\n")[1:]
    name, _, target = script.partition(" = ")
    module, _, attribute = target.partition(":")
    assert name == "dr-toolkit"
    assert callable(getattr(importlib.import_module(module), attribute))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """The wheel, built from a copy of the tree in which every other folder poses as a package."""
    pytest.importorskip("setuptools", "77", reason="the test extra brings setuptools")
    tree = tmp_path_factory.mktemp("tree")
    for name in ("setup.cfg", "pyproject.toml", "LICENSE", "README.md"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, tree)
    shutil.copytree(ROOT / "dr_toolkit", tree / "dr_toolkit", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("tests", "snapshots", "runbooks", "scripts", "docs"):
        (tree / name).mkdir()
        (tree / name / "__init__.py").touch()
    code = "import setuptools.build_meta as build; print(build.build_wheel('.'))"
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run([sys.executable, "-c", code], cwd=tree, env=env, check=True, capture_output=True, timeout=120)
    (built,) = tree.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        yield archive


def test_the_wheel_holds_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    inside = {name for name in wheel.namelist() if ".dist-info/" not in name}
    sources = {path.relative_to(ROOT).as_posix() for path in (ROOT / "dr_toolkit").rglob("*.py") if path.stat().st_size}
    assert {name.partition("/")[0] for name in inside} == {"dr_toolkit"}
    assert sources <= inside
    assert "dr_toolkit/py.typed" in inside


def metadata(wheel: zipfile.ZipFile) -> Message:
    """The wheel's METADATA."""
    (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    return message_from_bytes(wheel.read(name))


def test_the_wheel_says_what_it_is(wheel: zipfile.ZipFile) -> None:
    said = metadata(wheel)
    assert said["Name"] == "dr-toolkit"
    assert said["Version"] == dr_toolkit.__version__
    assert said["License-Expression"] == "Apache-2.0"
    assert said["Requires-Python"] == ">=3.11"
    assert {"demo", "test", "check"} <= set(said.get_all("Provides-Extra", []))
    assert any(name.endswith("/licenses/LICENSE") for name in wheel.namelist())


def test_the_wheel_pulls_in_the_emulator_only_by_an_extra(wheel: zipfile.ZipFile) -> None:
    needs = [Requirement(text) for text in metadata(wheel).get_all("Requires-Dist", [])]
    plain = {each.name.lower() for each in needs if each.marker is None}
    assert plain == {"apscheduler", "boto3", "click", "cryptography", "deepdiff", "pyyaml", "rich", "s3fs"}
