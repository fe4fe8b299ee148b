"""Which row is which resource: by id, by name, by age; and what nobody can say is never picked."""

from __future__ import annotations

from typing import Any

from dr_toolkit.engine.compare import compare
from dr_toolkit.engine.pairing import known_of
from dr_toolkit.model.documents import Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.resources import registry
from tests.engines import of_rows

HERE = Scope("123456789012", "us-east-1")


def apis(*rows: tuple[str, str, str], known: Estate | None = None) -> Estate:
    """APIs by id, name and birth."""
    made = [
        {"id": i, "name": n, "createdDate": b, "endpointConfiguration": {"types": ["REGIONAL"]}} for i, n, b in rows
    ]
    return of_rows(HERE, known_of(known, registry()) if known else None, apigateway__rest_api=made)


def names(estate: Estate) -> dict[str, str]:
    """Ids by name of the key."""
    return {text.partition("/")[2]: physical_id for text, physical_id in estate.ids.items()}


def told(before: Estate, after: Estate) -> list[tuple[str, str, tuple[str, ...]]]:
    """What a comparison tells."""
    return [(c.action, c.key.name, tuple(sorted(c.names))) for c in compare(before, after, registry())]


def test_a_rename_is_told_as_a_rename() -> None:
    before = apis(("1", "shop", "2026"))
    assert told(before, apis(("1", "store", "2026"), known=before)) == [("update", "shop", ("name",))]


def test_names_that_were_swapped_are_two_renames() -> None:
    before = apis(("1", "a", "2025"), ("2", "b", "2026"))
    after = apis(("1", "b", "2025"), ("2", "a", "2026"), known=before)
    assert told(before, after) == [("update", "a", ("name",)), ("update", "b", ("name",))]


def test_what_was_made_anew_under_its_name_is_the_same_thing() -> None:
    before = apis(("1", "shop", "2025"))
    after = apis(("9", "shop", "2026"), known=before)
    assert told(before, after) == []
    assert names(after) == {"shop": "9"}


def test_a_new_homonym_takes_an_ordinal_and_never_the_name() -> None:
    before = apis(("5", "shop", "2026"))
    after = apis(("1", "shop", "2020"), ("5", "shop", "2026"), known=before)
    assert names(after) == {"shop": "5", "shop~2": "1"}
    assert told(before, after) == [("create", "shop~2", ())]
    assert [(f.code, f.key) for f in after.findings] == [("homonym", "apigateway.rest_api/shop~2")]


def test_homonyms_are_told_apart_by_age() -> None:
    found = apis(("c", "shop", "2024"), ("a", "shop", "2026"), ("b", "shop", "2025"))
    assert names(found) == {"shop": "c", "shop~2": "b", "shop~3": "a"}


def test_an_ordinal_never_takes_what_another_is_really_called() -> None:
    for birth in ("2020", "2030"):
        found = apis(("1", "shop", "2024"), ("2", "shop", "2025"), ("3", "shop~2", birth))
        assert names(found) == {"shop": "1", "shop~2": "3", "shop~3": "2"}


def vpc(physical_id: str, name: str = "", **more: Any) -> dict[str, Any]:
    """A VPC."""
    tags = [{"Key": "Name", "Value": name}] if name else []
    return {"VpcId": physical_id, "CidrBlock": "10.0.0.0/16", "IsDefault": False, "Tags": tags, **more}


def group(physical_id: str, vpc_id: str, name: str = "web") -> dict[str, Any]:
    """A group."""
    return {"GroupId": physical_id, "GroupName": name, "Description": "d", "VpcId": vpc_id}


def test_vpcs_are_known_by_name_else_default_else_address() -> None:
    found = of_rows(HERE, ec2__vpc=[vpc("1", "main"), vpc("2", IsDefault=True), vpc("3")])
    assert names(found) == {"main": "1", "default": "2", "10.0.0.0%2F16": "3"}


def test_of_landmarks_with_one_name_none_is_picked() -> None:
    one = of_rows(
        HERE, ec2__vpc=[vpc("vpc-1", "main"), vpc("vpc-2", "main")], ec2__security_group=[group("sg-1", "vpc-1")]
    )
    two = of_rows(HERE, ec2__vpc=[vpc("vpc-8", "main"), vpc("vpc-9", "main")])
    assert len(one.ids) == 3
    assert not any(text.endswith("ec2.vpc/main") for text in {**one.ids, **two.ids})
    assert set(one.ids).isdisjoint(two.ids)
    assert {f.code for f in one.findings} == {"homonym"}
    again = of_rows(HERE, known_of(one, registry()), ec2__vpc=[vpc("vpc-2", "main")])
    assert set(again.ids) < set(one.ids)


def test_a_landmark_that_is_known_keeps_its_name_when_a_homonym_comes() -> None:
    before = of_rows(HERE, ec2__vpc=[vpc("vpc-2", "main")])
    after = of_rows(HERE, known_of(before, registry()), ec2__vpc=[vpc("vpc-1", "main"), vpc("vpc-2", "main")])
    assert after.ids["ec2.vpc/main"] == "vpc-2"
    assert len(after.ids) == 2


def test_what_lies_in_what_was_not_listed_is_left_out_and_said() -> None:
    found = of_rows(HERE, ec2__vpc=[], ec2__security_group=[group("sg-1", "vpc-1")])
    assert found.lines == {}
    assert [f.code for f in found.findings] == ["parent-not-listed"]
