"""Edge-optimised domain names, seen from another region."""

from __future__ import annotations

from typing import Any

import pytest

from dr_toolkit.engine.translate import Translation, Wishes, translate
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.resources import registry

HOME, AWAY = Scope("123456789012", "us-east-1"), Scope("123456789012", "us-west-2")
KEY = ResourceKey("apigateway.domain_name", ("api.example.com",))


def moved(edge: str | None, target: Scope = AWAY, **more: Any) -> Translation:
    attributes = {
        "domainName": "api.example.com",
        "certificateArn": "${Ref:acm.certificate/api.example.com}",
        "endpointConfiguration": {"types": ["EDGE"]},
        "securityPolicy": "TLS_1_2",
    }
    estate = Estate()
    estate.put(Resource(KEY, attributes | more))
    return translate(estate, HOME, target, Wishes(edge=edge), registry())


@pytest.mark.parametrize("edge", [None, "block"])
def test_a_name_that_is_there_once_in_the_world_blocks(edge: str | None) -> None:
    assert [b.key for b in moved(edge).blocked] == [KEY]
    assert moved(edge, HOME).blocked == []


def test_it_becomes_regional_where_the_config_says_so() -> None:
    result = moved("regional", securityPolicy="SecurityPolicy_TLS13_2025_EDGE")
    held = result.estate.get(KEY)
    assert held is not None
    assert held.attributes == {
        "domainName": "api.example.com",
        "regionalCertificateArn": "${Ref:acm.certificate/api.example.com}",
        "endpointConfiguration": {"types": ["REGIONAL"]},
        "securityPolicy": "SecurityPolicy_TLS13_1_2_2021_06",
    }
    assert [f.code for f in result.findings] == ["edge-as-regional"]
    assert "SecurityPolicy_TLS13_2025_EDGE" in result.findings[0].text
