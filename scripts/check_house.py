"""The rules of this house that no ready-made tool checks.

``check_house.py`` prints what each rule measured and what breaks it, and ends with 1 when one is broken.
``check_house.py --write`` first puts the commands' real help, the tables of types and the files that are shown into
the documents' blocks.
"""

from __future__ import annotations

import ast
import importlib
import os
import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "dr_toolkit"

LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
USUAL_FUNCTION = 30
VAGUE_NAMES = {"util", "utils", "helper", "helpers", "manager", "managers", "handler", "handlers"}
EMULATORS = re.compile(r"\bmoto\b|moto_?server|localstack|ministack", re.IGNORECASE)
# What --help and --version must not wait for.
SLOW = {"boto3", "botocore", "s3fs", "fsspec", "aiobotocore", "deepdiff", "apscheduler", "moto", "rich", "cryptography"}
HELP_BLOCK = re.compile(
    r"<!-- help: (?P<command>[^\n]+?) -->\n(?P<text>(?:(?!<!-- help:).)*?)<!-- /help -->", re.DOTALL
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Outcome:
    """What a rule measured, and what breaks it."""

    measured: str
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Module:
    """One source file of the package."""

    path: Path
    source: str
    tree: ast.Module

    @property
    def place(self) -> str:
        """The path as a person would type it."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def lines(self) -> int:
        """How long it is."""
        return len(self.source.splitlines())


def modules() -> list[Module]:
    """Every module of the package."""
    sources = [(path, path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))]
    return [Module(path, source, ast.parse(source, str(path))) for path, source in sources]


def is_demo(module: Module) -> bool:
    """Whether the module belongs to the demo, the one place that may know an emulator."""
    inside = module.path.relative_to(PACKAGE).with_suffix("").parts
    return inside[0].startswith("demo") or inside == ("cli", "demo")


# --- docstrings, sizes, names ---------------------------------------------------------------------


def public_definitions(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, ast.ClassDef | Function]]:
    """Public classes, functions and methods, those under an ``if`` or ``try`` included."""
    for node in body:
        if isinstance(node, ast.If | ast.Try):
            yield from public_definitions([*node.body, *node.orelse], prefix)
        if not isinstance(node, ast.ClassDef | Function) or node.name.startswith("_"):
            continue
        yield prefix + node.name, node
        if isinstance(node, ast.ClassDef):
            yield from public_definitions(node.body, f"{prefix}{node.name}.")


def needs_no_docstring(node: ast.ClassDef | Function) -> bool:
    """Overloads and setters say what the function or property that they belong to says."""
    marks = {ast.unparse(mark).rpartition(".")[2] for mark in node.decorator_list}
    return bool(marks & {"overload", "setter"})


def docstrings() -> Outcome:
    """Every module and every public name says what it is for."""
    seen, problems = 0, []
    for module in modules():
        seen += 1
        if not ast.get_docstring(module.tree):
            problems.append(f"{module.place}: the module has no docstring")
        for name, node in public_definitions(module.tree.body):
            if needs_no_docstring(node):
                continue
            seen += 1
            if not ast.get_docstring(node):
                problems.append(f"{module.place}:{node.lineno}: {name} has no docstring")
    return Outcome(f"{seen - len(problems)} of {seen} modules and public names are documented", problems)


def sizes() -> Outcome:
    """Modules and functions stay small."""
    found = modules()
    functions = [
        (int(node.end_lineno or node.lineno) - node.lineno + 1, f"{module.place}:{node.lineno}: {node.name}")
        for module in found
        for node in ast.walk(module.tree)
        if isinstance(node, Function)
    ]
    problems = [
        f"{module.place}: {module.lines} lines, {LONGEST_MODULE} at most"
        for module in found
        if module.lines > LONGEST_MODULE
    ]
    problems += [
        f"{name}: {length} lines, {LONGEST_FUNCTION} at most" for length, name in functions if length > LONGEST_FUNCTION
    ]
    longest = max(found, key=lambda module: module.lines)
    middle = statistics.median(module.lines for module in found)
    over = sum(length > USUAL_FUNCTION for length, _ in functions)
    measured = (
        f"{len(found)} modules, {middle:.0f} lines in the middle, "
        f"{longest.lines} at most ({longest.place}); {len(functions)} functions, "
        f"{over / max(len(functions), 1):.1%} over {USUAL_FUNCTION} lines, {max(functions)[0]} at most"
    )
    return Outcome(measured, problems)


def names() -> Outcome:
    """No module is called after nothing in particular."""
    named = [
        path
        for path in sorted(PACKAGE.rglob("*"))
        if path.suffix == ".py" or (path.is_dir() and path.name != "__pycache__")
    ]
    problems = [
        f"{path.relative_to(ROOT).as_posix()}: say what it is about"
        for path in named
        if VAGUE_NAMES & set(path.stem.lower().split("_"))
    ]
    return Outcome(f"{len(named)} modules and packages, each to be called after what it is about", problems)


def emulators() -> Outcome:
    """Outside the demo the product knows AWS only."""
    problems = [
        f"{module.place}:{number}: {line.strip()}"
        for module in modules()
        if not is_demo(module)
        for number, line in enumerate(module.source.splitlines(), 1)
        if EMULATORS.search(line)
    ]
    return Outcome("the product outside the demo, where no emulator may be named", problems)


# --- the commands' help ---------------------------------------------------------------------------


def run_python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the project, in surroundings that make help the same everywhere."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("DR_TOOLKIT_")}
    env |= {"COLUMNS": "100", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    env.pop("FORCE_COLOR", None)
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def help_text(command: str) -> str:
    """What ``dr-toolkit ... --help`` prints when it is run under its own name."""
    name, *words = command.split()
    code = f"import sys; sys.argv[0] = {name!r}; from dr_toolkit.cli.main import main; sys.exit(main())"
    done = run_python("-c", code, *words, "--help")
    if done.returncode:
        raise RuntimeError(f"{command} --help ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    return "\n".join(line.rstrip() for line in done.stdout.strip().splitlines())


def documents() -> list[Path]:
    """The README, the docs and the runbooks."""
    return [
        ROOT / "README.md",
        *sorted((ROOT / "docs").rglob("*.md")),
        *sorted((ROOT / "runbooks").rglob("*.md")),
    ]


def with_real_help(text: str) -> str:
    """A document's text with each of its help blocks as the command prints it now."""

    def block(match: re.Match[str]) -> str:
        command = match["command"]
        return f"<!-- help: {command} -->\n```text\n{help_text(command)}\n```\n<!-- /help -->"

    return HELP_BLOCK.sub(block, text)


def help_blocks(write: bool = False) -> Outcome:
    """The help that the documents show is the help that the commands print."""
    blocks, problems = 0, []
    for path in documents():
        place = path.relative_to(ROOT).as_posix()
        if not path.exists():
            problems.append(f"{place} is missing")
            continue
        text = path.read_text(encoding="utf-8")
        commands = [match["command"] for match in HELP_BLOCK.finditer(text)]
        blocks += len(commands)
        if text.count("<!-- help:") != len(commands):
            problems.append(f"{place}: a help block has no end (<!-- /help -->)")
        try:
            real = with_real_help(text)
        except RuntimeError as error:
            problems.append(f"{place}: {error}")
            continue
        if write and real != text:
            path.write_text(real, encoding="utf-8")
        elif real != text:
            stale = [command for command, (old, new) in zip(commands, paired(text, real), strict=True) if old != new]
            problems.append(f"{place}: not what --help prints: {', '.join(stale)}; run {Path(__file__).name} --write")
    if not blocks:
        problems.append("README.md shows no command's help (<!-- help: dr-toolkit --> ... <!-- /help -->)")
    return Outcome(f"{blocks} help blocks in the documents", problems)


def paired(old: str, new: str) -> Iterator[tuple[str, str]]:
    """The help blocks of two versions of a document, side by side."""
    for one, other in zip(HELP_BLOCK.finditer(old), HELP_BLOCK.finditer(new), strict=True):
        yield one[0], other[0]


def types_table() -> str:
    """The types of the registry as a table: first what is restored, then what is only found."""
    sys.path.insert(0, str(ROOT))
    registry = importlib.import_module("dr_toolkit.resources").registry()
    rows = ["| what | in keys and config | in a restore | |", "|---|---|---|---|"]
    for kind in sorted(registry, key=lambda t: (t.landmark, t.name)):
        rows.append(f"| {kind.title} | `{kind.name}` | {'found' if kind.landmark else 'made'} | {kind.notes} |")
    return "\n".join(rows)


def left_out_table() -> str:
    """The operations that no type uses, by service and reason, from what ``dr-toolkit types`` prints."""
    sys.path.insert(0, str(ROOT))
    result = importlib.import_module("dr_toolkit.workflows.covered").covered()
    alike: dict[tuple[str, str], list[str]] = {}
    for each in result.left_out:
        alike.setdefault((each.service, each.reason), []).append(each.operation)
    rows = ["| service | operations | why |", "|---|---|---|"]
    rows += [f"| {service} | {', '.join(names)} | {reason} |" for (service, reason), names in sorted(alike.items())]
    return "\n".join(rows)


TABLES = {"types": types_table, "left out": left_out_table}


def table_blocks(write: bool = False) -> Outcome:
    """The README's tables are what the registry, and the list of what is left out, say."""
    path = ROOT / "README.md"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    problems, rows = [], 0
    for name, make in TABLES.items():
        table = make()
        wanted = f"<!-- {name} -->\n{table}\n<!-- /{name} -->"
        rows += table.count("\n") - 1
        block = re.compile(rf"<!-- {name} -->\n.*?<!-- /{name} -->", re.DOTALL)
        real = block.sub(lambda match: wanted, text)  # noqa: B023 (used up at once)
        if not block.search(text):
            problems.append(f"README.md has no table of {name} (<!-- {name} --> ... <!-- /{name} -->)")
        elif not write and real != text:
            problems.append(f"README.md: not the {name} of dr-toolkit types; run {Path(__file__).name} --write")
        text = real
    if write:
        path.write_text(text, encoding="utf-8")
    return Outcome(f"{rows} rows in the README's tables", problems)


FILE_BLOCK = re.compile(r"<!-- file: (?P<path>[^\n]+?) -->\n.*?<!-- /file -->", re.DOTALL)


def file_blocks(write: bool = False) -> Outcome:
    """A file of the project that a document shows is shown as it is."""
    problems, blocks = [], 0

    def block(match: re.Match[str]) -> str:
        shown = (ROOT / match["path"]).read_text(encoding="utf-8")
        return f"<!-- file: {match['path']} -->\n```python\n{shown}```\n<!-- /file -->"

    for path in sorted((ROOT / "docs").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        real, found = FILE_BLOCK.subn(block, text)
        blocks += found
        if write:
            path.write_text(real, encoding="utf-8")
        elif real != text:
            problems.append(f"docs/{path.name}: not the file as it is; run {Path(__file__).name} --write")
    return Outcome(f"{blocks} files shown in the documents", problems)


def root_group() -> click.Group:
    """The command that all others hang from."""
    sys.path.insert(0, str(ROOT))
    found = vars(importlib.import_module("dr_toolkit.cli.main")).values()
    groups = [value for value in found if isinstance(value, click.Group)]
    if not groups:
        raise LookupError("dr_toolkit.cli.main holds no click group")
    return max(groups, key=lambda group: len(list(command_paths(group))))


def command_paths(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command and group, the root's (none) first."""
    yield words
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None:
                yield from command_paths(child, (*words, name))


def slow_imports(arguments: tuple[str, ...]) -> str:
    """What is wrong with a call that should be quick: its status, or the slow packages that it imports."""
    done = run_python("-X", "importtime", "-m", "dr_toolkit", *arguments)
    called = " ".join(("dr-toolkit", *arguments))
    if done.returncode:
        return f"{called} ended with {done.returncode}"
    imported = {
        line.rpartition("|")[2].strip().partition(".")[0]
        for line in done.stderr.splitlines()
        if line.startswith("import time:")
    }
    return f"{called} imports {', '.join(sorted(imported & SLOW))}" if imported & SLOW else ""


def quick_help() -> Outcome:
    """No help and no version waits for a slow library."""
    try:
        calls = [(*words, "--help") for words in command_paths(root_group())] + [("--version",)]
    except (ImportError, LookupError) as error:
        return Outcome("the commands can't be listed", [str(error)])
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = [problem for problem in pool.map(slow_imports, calls) if problem]
    return Outcome(f"{len(calls)} calls of --help and --version, none to import a slow library", problems)


# --- all of it ------------------------------------------------------------------------------------

RULES: dict[str, Callable[[], Outcome]] = {
    "docstrings": docstrings,
    "sizes": sizes,
    "names": names,
    "emulators": emulators,
    "help blocks": help_blocks,
    "tables": table_blocks,
    "file blocks": file_blocks,
    "quick help": quick_help,
}


def main() -> int:
    """Check every rule; 1 when one is broken."""
    if "--write" in sys.argv[1:]:
        help_blocks(write=True)
        table_blocks(write=True)
        file_blocks(write=True)
    broken = []
    for name, rule in RULES.items():
        outcome = rule()
        if outcome.problems:
            broken.append(name)
        print(f"{'FAIL' if outcome.problems else 'ok':4}  {name}: {outcome.measured}")
        for problem in outcome.problems:
            print(f"      {problem}")
    print(f"HOUSE RULES BROKEN: {', '.join(broken)}" if broken else "HOUSE RULES KEPT")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
