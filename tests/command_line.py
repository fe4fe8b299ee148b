"""The command line as a person or a script meets it: in this process, or in one of its own."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from dr_toolkit.cli import main
from tests.stand import ACCESS_KEY, SECRET_KEY

ROOT = Path(__file__).parents[1]
_SCHEMAS = {
    path.name: json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "docs" / "schemas").glob("*.json")
}
_REFERENCES: Registry[Any] = Registry().with_resources(
    (name, Resource.from_contents(schema)) for name, schema in _SCHEMAS.items()
)


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Both streams."""
        return self.out + self.err

    @property
    def document(self) -> Any:
        """stdout as JSON, held against its published schema."""
        return checked(self.out)


def checked(text: str) -> Any:
    """A JSON document, or list of documents, that its schema has nothing against."""
    document = json.loads(text)
    parts = document if isinstance(document, list) else [document]
    schema = _SCHEMAS[f"{parts[0]['kind']}.schema.json"]
    faults = Draft202012Validator(schema, registry=_REFERENCES).iter_errors(document)
    assert [f"{fault.json_path}: {fault.message}" for fault in faults] == []
    for part in parts:
        assert part["schema_version"] == 1
        assert {"summary", "coverage"} <= part.keys()
    return document


def run(*arguments: str) -> Ended:
    """Run a command in this process; what no output may ever hold is looked for."""
    root, ours = logging.getLogger(), logging.getLogger("dr_toolkit")
    handlers, levels = list(root.handlers), (root.level, ours.level)
    out, err = io.StringIO(), io.StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = main.run(list(arguments))
    finally:
        root.handlers[:] = handlers
        root.setLevel(levels[0])
        ours.setLevel(levels[1])
    return clean(Ended(code, out.getvalue(), err.getvalue()))


def child(*arguments: str, **environment: str) -> Ended:
    """Run a command in a process of its own, without a terminal."""
    done = subprocess.run(
        [sys.executable, "-m", "dr_toolkit", *arguments],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        timeout=120,
        check=False,
    )
    return clean(Ended(done.returncode, done.stdout, done.stderr))


def clean(ended: Ended) -> Ended:
    """The same, once it is sure that it holds no traceback and no key."""
    assert "Traceback" not in ended.said
    assert "itself failed" not in ended.said, ended.said
    assert SECRET_KEY not in ended.said
    assert ACCESS_KEY not in ended.said
    return ended


def refused(ended: Ended, code: int, *words: str, next_step: str = "") -> Ended:
    """An error as it ought to be: its code, what it names, its next step, and nothing on stdout."""
    assert ended.code == code, ended.said
    assert "error: " in ended.err
    for word in words:
        assert word in ended.err, f"{word!r} is not in {ended.err!r}"
    assert f"{next_step}" in ended.err.partition("→")[2], ended.err
    return ended
