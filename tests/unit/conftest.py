"""Fixtures of the tests of the stand-in: an API, a method and a stage in it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stand import Stand

REGION = "eu-west-1"


@pytest.fixture
def rest(aws: Stand) -> Any:
    """API Gateway's client."""
    return aws.client("apigateway", REGION)


@pytest.fixture
def rest_api(rest: Any) -> str:
    """An API that holds nothing yet."""
    return str(rest.create_rest_api(name="api", endpointConfiguration={"types": ["REGIONAL"]})["id"])


@pytest.fixture
def rest_root(rest: Any, rest_api: str) -> str:
    """The API's root resource."""
    return str(rest.get_rest_api(restApiId=rest_api)["rootResourceId"])


@pytest.fixture
def rest_method(rest: Any, rest_api: str, rest_root: str) -> dict[str, str]:
    """GET / with a mock behind it, by the parameters that name it."""
    own = {"restApiId": rest_api, "resourceId": rest_root, "httpMethod": "GET"}
    rest.put_method(**own, authorizationType="NONE")
    rest.put_integration(**own, type="MOCK")
    return own


@pytest.fixture
def rest_stage(rest: Any, rest_api: str, rest_method: dict[str, str]) -> dict[str, str]:
    """A stage on a deployment, by the parameters that name it."""
    deployment = rest.create_deployment(restApiId=rest_api)["id"]
    rest.create_stage(restApiId=rest_api, stageName="live", deploymentId=deployment)
    return {"restApiId": rest_api, "stageName": "live"}
