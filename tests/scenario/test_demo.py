"""The demo, run for real in a process of its own; and what it says when a step of it breaks."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = {
    "AWS_PROFILE": "production",
    "AWS_ENDPOINT_URL": "https://aws.invalid",
    "AWS_ENDPOINT_URL_S3": "https://s3.invalid",
    "AWS_REGION": "eu-central-1",
    "AWS_CONFIG_FILE": "/nowhere/config",
    "DR_TOOLKIT_STORE": "s3://production-snapshots",
    "DR_TOOLKIT_CONFIG": "/nowhere/dr-toolkit.yaml",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
    "MOTO_ACCOUNT_ID": "999999999999",
}
"""What may be in somebody's shell; the demo must not see any of it."""


def environment(**more: str) -> dict[str, str]:
    """A shell without a terminal that has the toolkit's sources at hand."""
    found = dict(os.environ) | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    if found.pop("PYTHONDONTWRITEBYTECODE", ""):  # else every process compiles the libraries anew
        found["PYTHONPYCACHEPREFIX"] = str(Path(tempfile.gettempdir(), "dr-toolkit-tests-bytecode"))
    return found | more


def demo(*arguments: str, cwd: Path, before: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """Run ``dr-toolkit demo``; ``before`` is Python that is run in its process first."""
    code = textwrap.dedent(before) + "\nimport sys\nfrom dr_toolkit.cli.main import main\nmain()\n"
    return subprocess.run(
        [sys.executable, "-c", code, "demo", *arguments],
        cwd=cwd,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.mark.slow
def test_the_whole_loop_in_a_shell_full_of_settings(tmp_path: Path) -> None:
    done = demo("--keep", "kept", cwd=tmp_path, **HOSTILE)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    lines = done.stdout.splitlines()
    verdict = (
        r"demo: ok: (\d+) resources snapshotted, 3 changes reported, restored into us-west-2, "
        r"nothing differs \(\d+\.\d s\)"
    )
    said = re.fullmatch(verdict, lines[-1])
    assert said and int(said[1]) > 40, lines[-1]
    assert "$ dr-toolkit snapshot create prod-use1" in lines
    assert "$ dr-toolkit restore --plan plan.json --yes --quiet" in lines
    assert "+ ingress tcp 22 from 0.0.0.0/0 'just for today'" in done.stdout
    assert re.search(r"No call went to us-east-1 since it was gone; \d{3,} went to us-west-2\.", done.stdout)
    assert "\x1b" not in done.stdout
    assert "error" not in done.stderr.lower(), done.stderr
    kept = {path.name for path in (tmp_path / "kept").iterdir()}
    assert {"dr-toolkit.yaml", "plan.json", "2-drift.json", "5-verify.json"} <= kept
    assert json.loads((tmp_path / "kept" / "4-restore.json").read_text())["summary"]["verified"] is True
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]

    again = demo("--keep", "kept", cwd=tmp_path)
    assert again.returncode == 64
    assert "kept is not empty" in again.stderr


# What is broken, and how the demo's last line begins.
BREAKS = {
    "nobody edits": (
        "from dr_toolkit.demo import estate; estate.drift_by_hand = lambda *a: ['nothing']",
        "demo: FAILED at dr-toolkit drift: it ended with exit code 0, and 2 was expected",
    ),
    "the recovery region is gone too": (
        """
        from dr_toolkit.demo.gate import Gate
        Gate.close = lambda gate, region: setattr(gate, '_closed', frozenset({'us-east-1', 'us-west-2'}))
        """,
        "demo: FAILED at dr-toolkit plan --to dr-usw2 --out plan.json: it ended with exit code 1",
    ),
    "the estate can't be built": (
        "from dr_toolkit.demo import shop; shop.build_shop = lambda rest: rest.get_rest_api(restApiId='nothing')",
        "demo: FAILED at building the estate: NotFoundException: ",
    ),
    "no port": (
        """
        import werkzeug.serving
        def refused(*a, **k): raise OSError(99, 'Cannot assign requested address')
        werkzeug.serving.make_server = refused
        """,
        "demo: FAILED at starting the embedded AWS: OSError: [Errno 99] Cannot assign requested address",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_step_is_named_and_nothing_after_it_is_run(name: str, tmp_path: Path) -> None:
    before, told = BREAKS[name]
    done = demo(before=before, cwd=tmp_path)
    assert done.returncode == 1, done.stdout[-2000:]
    last = done.stdout.splitlines()[-1]
    assert last.startswith(told), last
    assert "demo: ok" not in done.stdout
    assert "Traceback" not in done.stderr, done.stderr
    broken = next((line for line in told.partition("FAILED at ")[2].split(": ") if "dr-toolkit" in line), None)
    if broken is not None:
        assert [line for line in done.stdout.splitlines() if line.startswith("$ dr-toolkit")][-1] == f"$ {broken}"


def test_without_the_emulator_it_names_the_extra(tmp_path: Path) -> None:
    done = demo(before="import sys; sys.modules['moto'] = None", cwd=tmp_path)
    assert done.returncode == 1
    assert "pip install '.[demo]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert not done.stdout


def test_ctrl_c_ends_it_with_130_and_leaves_nothing(tmp_path: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "dr_toolkit", "demo"],
        cwd=tmp_path,
        env=environment(TMPDIR=str(tmp_path)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert running.stdout is not None
    told = ""
    while "$ dr-toolkit snapshot create" not in told:
        line = running.stdout.readline()
        assert line, told
        told += line
    time.sleep(0.3)
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130, out + err
    assert out.splitlines()[-1] == "demo: interrupted at dr-toolkit snapshot create prod-use1"
    assert "dr_toolkit/demo" not in err, err
    assert not list(tmp_path.iterdir())
