"""Drift of a target: measured against the source's baseline, while the source's region is gone."""

from __future__ import annotations

from dr_toolkit.config import Config, Source, Target
from dr_toolkit.report import as_json
from dr_toolkit.store.memory import MemoryStore
from dr_toolkit.workflows import capture, restore
from dr_toolkit.workflows.context import Context, Flags
from dr_toolkit.workflows.drift import Request, drift
from tests import estates
from tests.stand import Gate, Stand


def test_what_was_changed_in_a_target_is_named_and_the_source_is_not_asked(aws: Stand, gate: Gate) -> None:
    config = Config.empty("memory://drift-of-target")
    sources = {"prod": Source("prod", "us-east-1")}
    targets = {"dr": Target("dr", "us-west-2")}
    config = Config(store=config.store, sources=sources, targets=targets)
    clock = aws.world.clock
    context = Context(config, Flags(endpoint_url=aws.endpoint), pause=clock.sleep, ticks=clock.now)
    assert isinstance(context.store, MemoryStore)
    estates.build_standard(aws, "us-east-1")
    built = estates.build_target(aws, "us-west-2")
    assert capture.create(context, ()).exit_code == 0
    gate.refuse("us-east-1")
    assert restore.restore(context, restore.Request("dr"), lambda plan: True).exit_code == 0
    assert drift(context, Request(["dr"])).exit_code == 0

    ec2 = aws.client("ec2", "us-west-2")
    groups = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["db"]}])["SecurityGroups"]
    everyone = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=groups[0]["GroupId"], IpPermissions=[everyone])
    ec2.create_security_group(GroupName="elsewhere", Description="not ours", VpcId=built.vpcs["main"])

    report = drift(context, Request(["dr"]))
    assert report.exit_code == 2
    assert [(c.action, c.key.text) for c in report.results[0].changes] == [
        ("create", "ec2.security_group_rule/main/db/ingress/tcp/5432-5432/0.0.0.0%2F0")
    ]


def test_what_keeps_one_source_from_being_compared_does_not_keep_the_others(aws: Stand) -> None:
    store = Config.empty("memory://drift-of-several").store
    sources = {"prod": Source("prod", "us-east-1"), "new": Source("new", "eu-west-1")}
    context = Context(Config(store=store, sources=sources), Flags(endpoint_url=aws.endpoint))
    estates.build_target(aws, "us-east-1")
    assert capture.create(context, ["prod"]).exit_code == 0

    report = drift(context, Request())
    assert report.exit_code == 10
    assert [r.source for r in report.results] == ["prod"]
    assert [(name, type(error).__name__) for name, error in report.failed] == [("new", "BaselineNotFound")]
    document = as_json.document(report)
    assert document["failed"][0]["source"] == "new"
    assert document["summary"]["in_sync"] is False
    assert document["coverage"]["complete"] is False
