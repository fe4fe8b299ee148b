"""Renames, moves between homonyms, and things made anew under the same name: told as that, and as nothing else."""

from __future__ import annotations

from typing import Any

from dr_toolkit.engine.compare import compare
from dr_toolkit.engine.identities import with_identities
from dr_toolkit.engine.pairing import known_of
from dr_toolkit.engine.rekey import rekeyed
from dr_toolkit.model.changes import Change
from dr_toolkit.model.documents import Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.resources import registry
from tests.engines import of_rows

HOME = Scope("111122223333", "us-east-1")


def api(number: str, name: str, **more: Any) -> dict[str, Any]:
    """A REST API as AWS lists it."""
    return {"id": number, "name": name, "createdDate": f"2026-01-0{number[-1]}T00:00:00Z"} | more


def told(before: Estate, after: Estate) -> list[Change]:
    """What is told of two estates of one region."""
    moved = rekeyed(after, before, registry())
    return with_identities(compare(before, moved, registry()), before, moved, registry())


def lines(changes: list[Change]) -> list[tuple[str, str, list[str]]]:
    """Changes in short: action, key, fields."""
    return [(c.action, c.key.text, [".".join(f.path) for f in c.fields]) for c in changes]


def region(
    *apis: dict[str, Any], groups: tuple[str, ...] = ("web",), lists: tuple[str, ...] = ("offices",), vpc: str = "main"
) -> Estate:
    """A region with APIs, groups that refer to each other and to lists, and a VPC."""
    rules = [
        {
            "SecurityGroupRuleId": f"sgr-{n}",
            "GroupId": "sg-0",
            "GroupOwnerId": HOME.account,
            "IsEgress": False,
            "IpProtocol": "tcp",
            "FromPort": 22,
            "ToPort": 22,
            **peer,
        }
        for n, peer in enumerate(
            [{"PrefixListId": "pl-0"}, {"ReferencedGroupInfo": {"GroupId": "sg-0", "UserId": HOME.account}}]
        )
    ]
    return of_rows(
        HOME,
        ec2__vpc=[{"VpcId": "vpc-0", "CidrBlock": "10.0.0.0/16", "Tags": [{"Key": "Name", "Value": vpc}]}],
        ec2__security_group=[
            {"GroupId": f"sg-{n}", "GroupName": name, "Description": "x", "VpcId": "vpc-0", "OwnerId": HOME.account}
            for n, name in enumerate(groups)
        ],
        ec2__prefix_list=[
            {
                "PrefixListId": f"pl-{n}",
                "PrefixListName": name,
                "MaxEntries": 5,
                "AddressFamily": "IPv4",
                "OwnerId": HOME.account,
            }
            for n, name in enumerate(lists)
        ],
        ec2__security_group_rule=rules,
        apigateway__rest_api=list(apis),
    )


def test_a_rename_between_snapshots_is_a_change_of_the_name() -> None:
    changes = told(region(api("a1", "shop")), region(api("a1", "store")))
    assert lines(changes) == [("update", "apigateway.rest_api/shop", ["name"])]


def test_a_renamed_list_is_that_and_the_rules_that_name_it_are_the_same() -> None:
    changes = told(region(lists=("offices",)), region(lists=("sites",)))
    assert lines(changes) == [("update", "ec2.prefix_list/offices", ["PrefixListName"])]


def test_a_vpc_that_is_called_otherwise_changes_nothing_in_it() -> None:
    assert told(region(vpc="main"), region(vpc="prod")) == []


def test_a_homonym_whose_elder_is_gone_is_itself() -> None:
    before = region(api("a1", "shop", description="old"), api("a2", "shop", description="new"))
    changes = told(before, region(api("a2", "shop", description="new")))
    assert lines(changes) == [("delete", "apigateway.rest_api/shop", [])]


def test_two_apis_that_swap_their_names_are_two_renames() -> None:
    before = region(api("a1", "one"), api("a2", "two"))
    changes = told(before, region(api("a1", "two"), api("a2", "one")))
    assert lines(changes) == [
        ("update", "apigateway.rest_api/one", ["name"]),
        ("update", "apigateway.rest_api/two", ["name"]),
    ]


def test_a_new_api_under_a_name_that_another_had_is_new() -> None:
    before = region(api("a1", "shop"))
    changes = told(before, region(api("a1", "store"), api("a2", "shop")))
    assert lines(changes) == [
        ("update", "apigateway.rest_api/shop", ["name"]),
        ("create", "apigateway.rest_api/shop~2", []),
    ]


def test_the_same_names_are_given_as_a_live_capture_gives() -> None:
    before = region(api("a1", "shop"), api("a2", "shop"))
    after = (api("a2", "shop"), api("a3", "shop"))
    live = of_rows(HOME, known_of(before, registry()), apigateway__rest_api=list(after))
    stored = rekeyed(region(*after), before, registry())
    assert live.lines == {k: v for k, v in stored.lines.items() if k.startswith("apigateway.")}
    assert live.ids == {k: v for k, v in stored.ids.items() if k.startswith("apigateway.")}


def test_what_was_made_anew_under_its_name_is_told_by_its_id_once() -> None:
    changes = told(region(api("a1", "shop")), region(api("a2", "shop")))
    (change,) = changes
    assert lines(changes) == [("replace", "apigateway.rest_api/shop", ["id"])]
    assert (change.fields[0].before, change.fields[0].after) == ("a1", "a2")
    assert "made anew" in change.reason
    both = told(region(api("a1", "shop")), region(api("a2", "shop", description="other")))
    assert lines(both) == [("replace", "apigateway.rest_api/shop", ["id", "description"])]


def test_nothing_is_told_of_what_is_the_same() -> None:
    assert told(region(api("a1", "shop")), region(api("a1", "shop"))) == []
