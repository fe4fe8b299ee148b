"""Every operation is used by a type, or left out for a reason that somebody wrote down."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import botocore.session
import pytest

import dr_toolkit.resources
from dr_toolkit.spec import left_out

PACKAGE = Path(dr_toolkit.resources.__file__).parent.parent


@cache
def used(service: str) -> frozenset[str]:
    """The names of operations in the descriptions of a service, those put together from a direction included."""
    sources = [*PACKAGE.glob(f"resources/{service}_*.py"), *PACKAGE.glob("resources/landmarks*.py")]
    sources += [path for path in PACKAGE.glob("spec/*.py") if path.stem not in ("left_out", "rates")]
    text = "".join(path.read_text() for path in sources)
    names = set(re.findall(r'"([A-Z][A-Za-z]+)"', text))
    for stem in re.findall(r'f"([A-Z][A-Za-z]+)\{', text):
        names |= {f"{stem}Ingress", f"{stem}Egress"}
    return frozenset(names)


def operations(service: str) -> list[str]:
    names = botocore.session.get_session().get_service_model(service).operation_names
    return [n for n in names if service != "ec2" or left_out.AROUND_GROUPS.search(n)]


@pytest.mark.parametrize("service", sorted(left_out.SERVICES))
def test_every_operation_is_used_or_left_out_for_a_reason(service: str) -> None:
    unseen = [n for n in operations(service) if not left_out.reason(service, n) and n not in used(service)]
    assert unseen == []


@pytest.mark.parametrize("service", sorted(left_out.SERVICES))
def test_no_operation_that_is_used_is_said_to_be_left_out(service: str) -> None:
    both = [n for n in operations(service) if left_out.reason(service, n) and n in used(service)]
    assert both == []


@pytest.mark.parametrize("service", sorted(left_out.SERVICES))
def test_every_rule_fits_something(service: str) -> None:
    first = {n: next((p for p, _ in left_out.SERVICES[service] if re.fullmatch(p, n)), "") for n in operations(service)}
    assert {p for p, _ in left_out.SERVICES[service]} == {p for p in first.values() if p}
