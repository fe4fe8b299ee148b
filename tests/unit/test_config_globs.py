"""Config: which keys and which whole types a source's globs let in."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dr_toolkit.config import Source, excludes_type, selects
from dr_toolkit.config.globs import covers, matches, touches

GROUP = "ec2.security_group"
RULE = "ec2.security_group_rule"


def source(include: list[str] | None = None, exclude: list[str] | None = None) -> Source:
    return Source("a", "us-east-1", include=tuple(include or ["*"]), exclude=tuple(exclude or []))


@pytest.mark.parametrize(
    ("glob", "key", "expected"),
    [
        ("*", "ec2.vpc/main", True),
        ("ec2.vpc/main", "ec2.vpc/main", True),
        ("ec2.vpc/main", "ec2.vpc/main2", False),
        ("ec2.vpc/main", "ec2.vpc/main/below", True),
        ("ec2.vpc", "ec2.vpc/main", True),
        ("ec2.vpc/", "ec2.vpc/main", True),
        ("ec2.vp", "ec2.vpc/main", False),
        ("ec2.*/main/*", "ec2.subnet/main/a/b", True),
        ("*bastion*", "ec2.security_group/main/bastion-1", True),
        ("*/443-443/*", "ec2.security_group_rule/main/web/ingress/tcp/443-443/10.0.0.0%2F8", True),
        ("ec2?vpc/m??n", "ec2.vpc/main", True),
        ("ec2.vpc/[main]", "ec2.vpc/m", False),
        ("ec2.vpc/[main]", "ec2.vpc/[main]", True),
        ("ec2.vpc/main", "ecs2vpc/main", False),
        ("EC2.vpc/main", "ec2.vpc/main", False),
        ("ec2.vpc/*", "ec2.vpc/a\nb", True),
    ],
)
def test_globs_on_printed_keys(glob: str, key: str, expected: bool) -> None:
    assert matches(glob, key) is expected


@pytest.mark.parametrize(
    ("glob", "covered", "touched"),
    [
        ("*", True, True),
        (GROUP, True, True),
        (f"{GROUP}/", True, True),
        (f"{GROUP}/*", True, True),
        (f"{GROUP}*", True, True),
        ("ec2.*", True, True),
        ("*.security_group", True, True),
        ("ec2.security_grou?", True, True),
        ("**/**", True, True),
        (f"{GROUP}/?*", True, True),
        (f"{GROUP}/main", False, True),
        (f"{GROUP}/main/*", False, True),
        (f"{GROUP}/?", False, True),
        ("*bastion*", False, True),
        ("*/main/*", False, True),
        (f"{GROUP}_rule", False, False),
        (f"{GROUP}_*", False, False),
        ("ec2.security_grou", False, False),
        ("apigateway.*", False, False),
        ("?", False, False),
    ],
)
def test_globs_on_whole_types(glob: str, covered: bool, touched: bool) -> None:
    assert (covers(glob, GROUP), touches(glob, GROUP)) == (covered, touched)
    assert excludes_type(source(exclude=[glob]), GROUP) is covered
    assert excludes_type(source(include=[glob]), GROUP) is not touched


def test_include_then_exclude() -> None:
    mixed = source(["ec2.*", "apigateway.rest_api/shop"], [f"{GROUP}/main/scratch-*"])
    assert selects(mixed, f"{GROUP}/main/web")
    assert not selects(mixed, f"{GROUP}/main/scratch-1")
    assert selects(mixed, "apigateway.rest_api/shop")
    assert not selects(mixed, "apigateway.rest_api/other")
    assert not selects(mixed, "apigatewayv2.api/shop")
    assert not excludes_type(mixed, "apigateway.rest_api")
    assert excludes_type(mixed, "apigateway.stage")


def test_a_match_of_a_parent_takes_its_children_along() -> None:
    rule, group = f"{RULE}/main/web/ingress/tcp/443-443/10.0.0.0%2F8", f"{GROUP}/main/web"
    without = source(exclude=[group])
    assert selects(without, rule)
    assert not selects(without, rule, ancestors=[group])
    only = source(include=[group])
    assert not selects(only, rule)
    assert selects(only, rule, ancestors=[group])
    assert excludes_type(only, RULE)
    assert not excludes_type(only, RULE, ancestors=[GROUP])
    assert excludes_type(source(exclude=[GROUP]), RULE, ancestors=[GROUP])


words = st.text(alphabet="ab./*?", min_size=1, max_size=6)
names = st.text(alphabet="ab./", min_size=1, max_size=6)


@settings(max_examples=300, deadline=None)
@given(glob=words, name=names, kind=st.sampled_from(["a", "ab", "a.b"]))
def test_whole_types_agree_with_their_keys(glob: str, name: str, kind: str) -> None:
    matched = matches(glob, f"{kind}/{name}")
    assert not (matched and not touches(glob, kind))
    assert not (covers(glob, kind) and not matched)
