"""The play: an estate is snapshotted, drifts, loses its region, and is restored into another one."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from dr_toolkit.demo import estate, shop
from dr_toolkit.demo.cloud import EmbeddedAws, require_emulator, surroundings
from dr_toolkit.demo.estate import AWAY, BUCKET, HOME, Built
from dr_toolkit.demo.stage import Failed, Stage
from dr_toolkit.errors import UsageError
from dr_toolkit.report.page import Page
from dr_toolkit.report.style import Style

INTERRUPTED = 130

CONFIG = f"""\
version: 1

# A bucket with versioning, in the region that is recovered to.
store:
  url: s3://{BUCKET}/prod
  region: {AWAY}

sources:
  prod-use1:
    region: {HOME}
    # What the embedded AWS, an emulator, can't serve.
    exclude:
      - apigatewayv2.*
      - lambda.*
      - apigateway.client_certificate
      - apigateway.documentation_*
      - apigateway.domain_name_access_association
      - apigateway.rest_api/*/stage/*/deployed    # what stages serve: its exports are no such documents
      - ec2.security_group_vpc_association

targets:
  dr-usw2:
    region: {AWAY}
"""


def play(no_color: bool, keep: str | None) -> int:
    """Perform it; 0 where everything went as it should, 1 where not, 130 where it was interrupted."""
    require_emulator()
    page = Page(sys.stdout, Style.of(sys.stdout, no_color=no_color))
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dr-toolkit-demo-") as scratch:
        folder = _kept(keep) if keep else Path(scratch, "demo")
        folder.mkdir(exist_ok=True)
        stage = Stage(page, folder, Path(scratch))
        try:
            with surroundings():
                told = _perform(stage)
        except KeyboardInterrupt:
            print(f"\ndemo: interrupted at {stage.current}")
            return INTERRUPTED
        except BrokenPipeError:
            raise
        except Exception as error:
            kind = "" if isinstance(error, Failed) else f"{type(error).__name__}: "
            print(f"\ndemo: FAILED at {stage.current}: {kind}{' '.join(str(error).split())}")
            return 1
        stage.times()
        if keep:
            page.line(f"config, plan and reports are in {folder}")
        print(f"demo: ok: {told} ({time.monotonic() - began:.1f} s)")
    return 0


def _kept(keep: str) -> Path:
    """The folder that is to be kept; raises UsageError where it has something in it, or can't be made."""
    folder = Path(keep).resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        used = any(folder.iterdir())
    except OSError as error:
        raise UsageError(reason=f"{keep} can't be used: {error.strerror or error}") from None
    if used:
        raise UsageError(reason=f"{keep} is not empty", hint="Name a new folder: dr-toolkit demo --keep FOLDER")
    return folder


def _perform(stage: Stage) -> str:
    """All acts; the verdict in words."""
    stage.page.line(
        "The main job of dr-toolkit, on an embedded AWS on this machine. No real account is touched.", hang=0
    )
    with stage.act("starting the embedded AWS"):
        aws = EmbeddedAws()
    try:
        built = _build(stage, aws)
        taken = _snapshot(stage, aws)
        changes = _drift(stage, aws, built)
        _restore(stage, aws)
        _prove(stage, aws)
    finally:
        aws.stop()
    return f"{taken} resources snapshotted, {changes} changes reported, restored into {AWAY}, nothing differs"


def _build(stage: Stage, aws: EmbeddedAws) -> Built:
    with stage.act("building the estate", f"The estate in {HOME}, and its recovery region {AWAY}"):
        stage.say(
            f"{HOME}: the VPC main with groups that refer to each other, two of them without their default egress; the "
            "prefix list office; and the REST API shop with nested paths, methods, models, an authorizer, two stages."
        )
        stage.say(f"{AWAY}: a VPC main with other addresses, and the versioned bucket {BUCKET}. Nothing else.")
        stage.say(
            "Every type that dr-toolkit covers is included. Left out of the estate is what the embedded AWS would "
            "lose: canaries, binary media types, VPC links."
        )
        ec2, rest = aws.client("ec2", HOME), aws.client("apigateway", HOME)
        web = estate.build_groups(ec2, estate.build_vpc(ec2, "10.20.0.0/16"))
        api, pet = shop.build_shop(rest)
        estate.build_vpc(aws.client("ec2", AWAY), "10.120.0.0/16")
        estate.build_bucket(aws.client("s3", AWAY))
        (stage.folder / "dr-toolkit.yaml").write_text(CONFIG, encoding="utf-8")
        stage.page.gap()
        stage.page.line(("$ ", "dim"), ("cat dr-toolkit.yaml", "bold"))
        for line in CONFIG.splitlines():
            stage.page.line(line)
    return Built(web, api, pet)


def _snapshot(stage: Stage, aws: EmbeddedAws) -> int:
    stage.heading("A snapshot")
    (taken,) = stage.command("snapshot create prod-use1", aws.endpoint, 0, "done")
    count = int(taken["summary"]["resources"])
    if not count or not taken["coverage"]["complete"]:
        raise Failed("the snapshot is empty or incomplete")
    return count


def _drift(stage: Stage, aws: EmbeddedAws, built: Built) -> int:
    with stage.act("somebody edits by hand", "Drift"):
        done = estate.drift_by_hand(aws.client("ec2", HOME), aws.client("apigateway", HOME), built)
        stage.say("Somebody with access to the console")
        for edit in done:
            stage.page.line((f"- {edit}", "dim"), indent=2)
    report = stage.command("drift", aws.endpoint, 2, "drift")
    found = int(report["summary"]["changes"])
    if found != len(done):
        raise Failed(f"{len(done)} things were changed by hand, and {found} are reported")
    return found


def _restore(stage: Stage, aws: EmbeddedAws) -> None:
    stage.heading(f"{HOME} is gone: what a restore into {AWAY} would do, and the restore")
    stage.say(f"From here on the embedded AWS refuses, and counts, every call that is signed for {HOME}.")
    aws.gate.close(HOME)
    plan = stage.command("plan --to dr-usw2 --out plan.json", aws.endpoint, 2, "changes pending")
    if not plan["summary"]["calls"] or plan["summary"]["blocked"]:
        raise Failed("the plan has nothing to do, or something in it is blocked")
    stage.command("restore --plan plan.json --yes --quiet", aws.endpoint, 0, "done and verified")


def _prove(stage: Stage, aws: EmbeddedAws) -> None:
    stage.heading("Is it what the snapshot says?")
    checked = stage.command("verify --to dr-usw2", aws.endpoint, 0, "in sync")
    if not checked["summary"]["checked"] or not checked["summary"]["in_sync"]:
        raise Failed("nothing was compared, or it differs")
    again = stage.command("plan --to dr-usw2", aws.endpoint, 0, "nothing to do")
    if again["changes"] or again["steps"]:
        raise Failed("a second plan still has something to do")
    stage.current = f"the count of calls to {HOME}"
    if refused := aws.gate.refused[HOME]:
        raise Failed(f"{refused} calls went to the region that is gone")
    stage.page.gap()
    stage.say(f"No call went to {HOME} since it was gone; {aws.gate.calls[AWAY]} went to {AWAY}.")
