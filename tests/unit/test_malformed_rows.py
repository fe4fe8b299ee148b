"""A row that is not as AWS describes it fails its type, by name, and nothing else; rewrites never merge in silence."""

from __future__ import annotations

from dr_toolkit.engine.canonical import canonicalise
from dr_toolkit.engine.capture import Reading
from dr_toolkit.engine.pairing import pair
from dr_toolkit.engine.translate import Wishes, translate
from dr_toolkit.model.documents import FAILED, READ, Coverage, Resource, Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.resources import registry
from dr_toolkit.spec.types import Row

SCOPE = Scope("123456789012", "us-east-1")


def test_a_row_without_its_name_fails_its_type_alone() -> None:
    nameless = Row("ec2.prefix_list", {"PrefixListId": "pl-0123456789", "OwnerId": SCOPE.account})
    vpc = Row("ec2.vpc", {"VpcId": "vpc-0123456789", "CidrBlock": "10.0.0.0/16"})
    reading = Reading({"ec2.prefix_list": [nameless], "ec2.vpc": [vpc]})
    reading.coverage = {name: Coverage(READ) for name in reading.rows}
    names = pair(reading, registry(), SCOPE, {})
    estate = canonicalise(reading, registry(), names, all_landmarks=True)
    assert estate.coverage["ec2.prefix_list"].status == FAILED
    assert "PrefixListName" in estate.coverage["ec2.prefix_list"].reason
    assert list(estate.lines) == ["ec2.vpc/10.0.0.0%2F16"]


def test_entries_that_rewrites_would_merge_block_their_list() -> None:
    entries = [{"Cidr": "10.0.0.0/24", "Description": "a"}, {"Cidr": "10.1.0.0/24", "Description": "b"}]
    estate = Estate()
    estate.put(Resource(ResourceKey("ec2.prefix_list", ("p",)), {"PrefixListName": "p", "Entries": entries}))
    wishes = Wishes(rewrites=(("10.0.0.0/16", "10.9.0.0/16"), ("10.1.0.0/16", "10.9.0.0/16")))
    moved = translate(estate, SCOPE, Scope(SCOPE.account, "us-west-2"), wishes, registry())
    assert [(b.key.text, b.reason) for b in moved.blocked] == [
        ("ec2.prefix_list/p", "two of its entries become 10.9.0.0/24 by the address rewrites")
    ]
