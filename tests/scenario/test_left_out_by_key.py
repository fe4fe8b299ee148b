"""What a config leaves out by key is said, and is nobody's extra: no restore removes it."""

from __future__ import annotations

from dr_toolkit.config import Config, Source, Target
from dr_toolkit.workflows import capture, restore
from dr_toolkit.workflows.context import LEFT_OUT, Context, Flags
from dr_toolkit.workflows.drift import Request, drift
from dr_toolkit.workflows.targets import Options
from tests import estates
from tests.stand import Stand

GLOBS = ("*/ingress/tcp/80-80/*", "ec2.security_group/main/cache")


def test_what_was_left_out_by_key_is_said_and_left_alone(aws: Stand) -> None:
    store = Config.empty("memory://left-out-by-key").store
    source = Source("prod", "us-east-1", exclude=GLOBS)
    config = Config(store=store, sources={"prod": source}, targets={"dr": Target("dr", "us-west-2")})
    clock = aws.world.clock
    context = Context(config, Flags(endpoint_url=aws.endpoint), pause=clock.sleep, ticks=clock.now)
    estates.build_standard(aws, "us-east-1")
    estates.build_target(aws, "us-west-2")
    taken = capture.create(context, ()).entries[0].manifest
    assert taken is not None and taken.complete
    said = {f.key: f.text for f in taken.findings if f.code == LEFT_OUT}
    assert said.keys() == {"ec2.security_group", "ec2.security_group_rule"}
    assert "exclude ec2.security_group/main/cache" in said["ec2.security_group"]
    assert taken.selection is not None and taken.selection.exclude == GLOBS

    home = restore.plan(context, "us-east-1", "latest", Options(prune=True, in_place=True)).plan
    assert [c.key.text for c in home.changes] == []
    report = drift(context, Request())
    assert (report.exit_code, {f.key for f in report.results[0].findings if f.code == LEFT_OUT}) == (0, said.keys())

    everything = Context(Config(store=store, sources={"prod": Source("prod", "us-east-1")}), context.flags)
    assert drift(everything, Request()).exit_code == 0
