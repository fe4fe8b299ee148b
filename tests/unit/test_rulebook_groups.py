"""The rule book on groups, rules and prefix lists: each rule fires where it must, and keeps quiet where it may."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dr_toolkit.engine.compare import compare
from dr_toolkit.engine.judge import Judgement, judge
from dr_toolkit.model.documents import Resource
from dr_toolkit.resources import registry
from tests.exposed import estate, group, prefix_list, rule

Sides = tuple[list[Resource | str], list[Resource | str]]

PORTS = {
    "ssh": ("tcp 22", "tcp 2222"),
    "rdp": ("udp 3389", "tcp 3390"),
    "winrm": ("tcp 5986", "tcp 5984"),
    "telnet": ("tcp 23", "udp 23"),
    "vnc": ("tcp 5901", "tcp 5904"),
    "ftp": ("tcp 20-21", "tcp 19"),
    "smb": ("tcp 445", "tcp 446"),
    "nfs": ("tcp 2049", "tcp 2048"),
    "ldap": ("tcp 636", "udp 636"),
    "smtp": ("tcp 25", "tcp 587"),
    "dns": ("udp 53", "tcp 853"),
    "snmp": ("udp 161", "udp 163"),
    "mysql": ("tcp 3306", "udp 3306"),
    "postgres": ("tcp 5432", "tcp 5433"),
    "sqlserver": ("tcp 1433", "tcp 1435"),
    "oracle": ("tcp 1521", "tcp 1522"),
    "mongodb": ("tcp 27018", "tcp 27020"),
    "redis": ("tcp 6379", "tcp 6380"),
    "memcached": ("udp 11211", "tcp 11212"),
    "search": ("tcp 9200", "tcp 9301"),
    "cassandra": ("tcp 9042", "tcp 9041"),
    "kafka": ("tcp 9092", "tcp 9095"),
    "docker": ("tcp 2375", "tcp 2374"),
    "kubernetes": ("tcp 10250", "tcp 10251"),
    "hadoop": ("tcp 50070", "tcp 50071"),
    "web": ("tcp 443", "tcp 8443"),
    "icmp": ("icmp 8--1", "udp 8"),
    "port": ("tcp 8443", "tcp 443"),
}
CASES: dict[str, tuple[Sides, Sides]] = {
    **{
        f"sg-world-{name}": (([], [f"in {open_} 0.0.0.0/0"]), ([], [f"in {near} 0.0.0.0/0"]))
        for name, (open_, near) in PORTS.items()
    },
    "sg-world-all": (([], ["in all - ::/0"]), ([], ["in tcp 8000-8100 ::/0", "in 50 - 0.0.0.0/0"])),
    "sg-world-protocol": (([], ["in 50 - 0.0.0.0/0"]), ([], ["in all - 0.0.0.0/0", "in tcp 0-65535 ::/0"])),
    "sg-ingress-public": (([], ["in tcp 22 203.0.113.0/24"]), ([], ["in tcp 22 192.168.0.0/16"])),
    "sg-ingress-private": (([], ["in tcp 22 10.0.0.0/8"]), ([], ["in tcp 22 203.0.113.0/24"])),
    "sg-ingress-account": (([], ["in tcp 22 sg:1a2b@444455556666"]), ([], ["in tcp 22 sg:db"])),
    "sg-ingress-elsewhere": (([], ["in tcp 22 sg:1a2b@self"]), ([], ["in tcp 22 sg:1a2b@444455556666"])),
    "sg-ingress-group": (([], ["in tcp 22 sg:db"]), ([], ["out tcp 22 sg:db"])),
    "sg-ingress-list": (
        ([], ["in tcp 22 aws:com.amazonaws.s3"]),
        ([], ["in tcp 22 pl:offices", prefix_list("offices", "10.0.0.0/8")]),
    ),
    "sg-ingress-refused": (
        (["in tcp 22 10.0.0.0/8"], ["in tcp 22 10.0.0.0/9"]),
        (["in tcp 22 10.0.0.0/8"], ["in tcp 22 10.0.0.0/9", "in tcp 22 10.128.0.0/9"]),
    ),
    "sg-egress-world": (([], ["out all - 0.0.0.0/0"]), ([], ["out all - 10.0.0.0/8"])),
    "sg-egress-widened": (([], ["out all - 10.0.0.0/8"]), ([], ["in all - 10.0.0.0/8"])),
    "sg-egress-refused": ((["out tcp 443 ::/0"], []), (["in tcp 443 ::/0"], [])),
    "sg-default-opened": (
        ([], [rule("in all - sg:default", "default")]),
        ([rule("in all - sg:default", "default")], []),
    ),
    "sg-regrouped": (
        (["in tcp 80-81 10.0.0.0/8"], ["in tcp 80 10.0.0.0/8", "in tcp 81 10.0.0.0/8"]),
        (["in tcp 80 10.0.0.0/8"], ["in tcp 80 10.0.0.0/8", "in tcp 81 10.0.0.0/8"]),
    ),
    "sg-described": (
        (["in tcp 80 10.0.0.0/8"], [rule("in tcp 80 10.0.0.0/8", Description="web")]),
        ([], ["in tcp 80 10.0.0.0/8"]),
    ),
    "sg-added": (([], [group("db")]), ([group("db")], [group("db", Tags=[{"Key": "a", "Value": "b"}])])),
    "sg-removed": (([group("db")], []), ([group("db")], [group("db", Tags=[{"Key": "a", "Value": "b"}])])),
    "pl-entries": (
        ([prefix_list("x", "10.0.0.0/8")], [prefix_list("x", "10.0.0.0/8", "9.9.9.9/32")]),
        (
            ["in tcp 22 pl:x", prefix_list("x", "10.0.0.0/8")],
            ["in tcp 22 pl:x", prefix_list("x", "10.0.0.0/8", "9.9.9.9/32")],
        ),
    ),
    "pl-size": (
        ([prefix_list("x")], [prefix_list("x", MaxEntries=20)]),
        ([prefix_list("x")], [prefix_list("x", "9.9.9.9/32")]),
    ),
    "pl-added": (([], [prefix_list("x")]), ([prefix_list("x")], [])),
    "pl-removed": (([prefix_list("x")], []), ([], [prefix_list("x")])),
}


def judged(sides: Sides) -> Judgement:
    """What the book says of a change from one estate to another."""
    before, after = (estate(*side) for side in sides)
    return judge(compare(before, after, registry()), before, after, datetime(2026, 11, 25, tzinfo=UTC))


@pytest.mark.parametrize("name", CASES)
def test_a_rule_fires_and_keeps_quiet(name: str) -> None:
    fires, quiet = CASES[name]
    assert name in {alert.rule for alert in judged(fires).alerts}
    assert name not in {alert.rule for alert in judged(quiet).alerts}


def test_halves_of_the_world_are_the_world() -> None:
    found = judged((["in tcp 22 0.0.0.0/1"], ["in tcp 22 0.0.0.0/1", "in tcp 22 128.0.0.0/1"]))
    assert [(a.rule, a.key.name) for a in found.alerts] == [("sg-world-ssh", "128.0.0.0/1")]


def test_a_list_that_opens_the_world_is_told_at_the_list() -> None:
    rules = ["in tcp 22 pl:x"]
    found = judged(([*rules, prefix_list("x", "10.0.0.0/8")], [*rules, prefix_list("x", "0.0.0.0/0")]))
    assert ("sg-world-ssh", "ec2.prefix_list/x") in {(a.rule, a.key.text) for a in found.alerts}
    assert found.severities["ec2.prefix_list/x"] == "critical"


def test_the_worst_comes_first_and_a_change_is_as_bad_as_the_worst_of_it() -> None:
    before: list[Resource | str] = [group()]
    after: list[Resource | str] = [
        group(Tags=[{"Key": "a", "Value": "b"}]),
        "in tcp 21-23 0.0.0.0/0",
        "in tcp 443 0.0.0.0/0",
    ]
    found = judged((before, after))
    ranks = ["critical", "high", "medium", "low", "info"]
    assert [a.severity for a in found.alerts] == sorted((a.severity for a in found.alerts), key=ranks.index)
    assert found.severities["ec2.security_group/main/web"] == "info"
    assert found.severities["ec2.security_group_rule/main/web/ingress/tcp/443-443/0.0.0.0%2F0"] == "low"
    assert found.severities["ec2.security_group_rule/main/web/ingress/tcp/21-23/0.0.0.0%2F0"] == "critical"
    assert {a.rule for a in found.alerts} >= {"sg-world-ssh", "sg-world-telnet", "sg-world-ftp", "sg-world-web"}


def test_a_rule_that_only_repeats_what_was_open_says_so_and_nothing_else() -> None:
    found = judged((["in tcp 1-1000 0.0.0.0/0"], ["in tcp 1-1000 0.0.0.0/0", "in tcp 22 0.0.0.0/0"]))
    assert [(a.rule, a.severity) for a in found.alerts] == [("sg-regrouped", "info")]
