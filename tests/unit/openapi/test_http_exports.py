"""What ExportApi tells is what the exported form of the draft says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given

from dr_toolkit.engine.openapi.http_exported import exported
from dr_toolkit.model.keys import ResourceKey
from tests.hypothesis_profile import REGIONS
from tests.strict_aws.estates import SMALL, STANDARD, Size, Step, build, run
from tests.unit.openapi.http_regions import (
    HOME,
    ONCE,
    Captured,
    capture,
    clients,
    drawn_http,
    export,
    lines,
    nouns_of,
    strict,
)


@pytest.fixture(autouse=True)
def empty() -> Iterator[None]:
    """Every test begins with nothing."""
    strict().clear()
    yield
    strict().clear()


def assert_exports_tell_the_draft(seen: Captured) -> int:
    """Each HTTP API's export, and that of each tied stage which serves its draft; how many there were."""
    count = 0
    for api in seen.apis():
        draft = lines(exported(seen.draft(api)))
        for stage in ("", *_tied(seen, api)):
            told = export(seen.cloud, seen.id_of(api), stage)
            assert lines(nouns_of(told, seen, api)) == draft
            count += 1
    return count


def _tied(seen: Captured, api: ResourceKey) -> list[str]:
    stages = [r for r in seen.estate if r.key.type == "apigatewayv2.stage" and r.key.path[:1] == api.path]
    return [r.key.name for r in stages if "DeploymentId" in r.attributes]


@pytest.mark.parametrize("size", [SMALL, STANDARD])
def test_the_exports_of_an_estate_tell_its_drafts(size: Size) -> None:
    build(clients(), HOME, size, kinds=("http",))
    assert assert_exports_tell_the_draft(capture(HOME)) == size.http_apis


@REGIONS
@given(drawn_http())
def test_the_exports_of_any_estate_tell_its_drafts(steps: list[Step]) -> None:
    strict().clear()
    run(steps, clients(), HOME)
    assert_exports_tell_the_draft(capture(HOME))


@ONCE
@given(drawn_http(full=True))
def test_the_exports_of_an_estate_with_everything_tell_its_drafts(steps: list[Step]) -> None:
    strict().clear()
    run(steps, clients(), HOME)
    assert assert_exports_tell_the_draft(capture(HOME)) >= 3
