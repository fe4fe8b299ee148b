"""What AWS answered about stages, VPC links and documentation parts, asked for again.

A test is called as the recorded one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.tests.replayed import ACCOUNT, Replay, recorded_tests

FILE = "tests__aws__services__apigateway__test_apigateway_api.snapshot.json"
CLASSES = ("ApiGatewayStage", "ApiGatewayVpcLink", "ApiDocumentationPart")
IMPORTED = "its document was not recorded; imports of parts are shown with those of APIs"
NOT_REPLAYED = {"test_import_documentation_parts": IMPORTED, "test_import_documentation_parts_bad_file": IMPORTED}
"""recorded test -> why it is not replayed here"""
LOAD_BALANCER = f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:loadbalancer/net/lb/50dc6c495c0c9188"
LOG_GROUP = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:access"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/logs"


def patch(op: str, path: str, value: str | None = None) -> list[dict[str, str | None]]:
    """One patch operation."""
    return [{"op": op, "path": path} | ({} if value is None else {"value": value})]


@pytest.fixture
def replay(rest: Any, request: pytest.FixtureRequest) -> Iterator[Replay]:
    """The recorded test of the same name; at the end nothing of it may be left."""
    name = request.node.originalname
    made = Replay(rest, next(v for k, v in recorded_tests(FILE).items() if k.endswith(f"::{name}")))
    made.fixed |= {"<log-group-arn>": LOG_GROUP}
    yield made
    made.finish()


@pytest.fixture
def api(rest: Any) -> str:
    """An API that can be deployed, in an account that has the role for logs."""
    made = rest.create_rest_api(name="test-stages")
    own = {"restApiId": made["id"], "resourceId": made["rootResourceId"], "httpMethod": "GET"}
    rest.put_method(**own, authorizationType="NONE")
    rest.put_integration(**own, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    rest.update_account(patchOperations=patch("replace", "/cloudwatchRoleArn", ROLE))
    return str(made["id"])


def test_nothing_recorded_is_left_out() -> None:
    own = {name for name in globals() if name.startswith("test_")}
    recorded = {
        name.rpartition("::")[2] for name in recorded_tests(FILE) if any(f"{each}::" in name for each in CLASSES)
    }
    assert recorded - own == set(NOT_REPLAYED)


# --- stages ---------------------------------------------------------------------------------------------------------


def test_get_stages_filters_by_deployment_id(replay: Replay, api: str) -> None:
    first = replay.client.create_deployment(restApiId=api, stageName="stage1")["id"]
    second = replay.client.create_deployment(restApiId=api, stageName="stage2")["id"]
    replay.step("all-stages", "get_stages", restApiId=api)
    replay.step("stages-deploy1", "get_stages", restApiId=api, deploymentId=first)
    replay.step("stages-deploy2", "get_stages", restApiId=api, deploymentId=second)


def _stage(replay: Replay, api: str) -> dict[str, str]:
    made = replay.step("create-deployment", "create_deployment", restApiId=api)
    own = {"restApiId": api, "stageName": "dev"}
    replay.step("create-stage", "create_stage", **own, deploymentId=made["id"], description="dev stage")
    return own


def test_stage_access_log_settings(replay: Replay, api: str) -> None:
    own = _stage(replay, api)
    destination = "/accessLogSettings/destinationArn"
    for name, patches in {
        "dest-add": patch("add", destination, LOG_GROUP),
        "dest-replace": patch("replace", destination, f"{LOG_GROUP}a"),
        "format-add": patch("add", "/accessLogSettings/format", "$context.requestId $context.identity.sourceIp"),
        "remove-all": patch("remove", "/accessLogSettings"),
    }.items():
        replay.step(f"update-stage-access-log-{name}", "update_stage", **own, patchOperations=patches)


def test_stage_access_log_settings_validation(replay: Replay, api: str) -> None:
    own = _stage(replay, api)
    settings = "/accessLogSettings"
    for op in ("add", "remove", "replace"):
        patches = patch(op, f"{settings}/randomValue", "updated")
        replay.step(f"invalid-path-{op}", "update_stage", **own, patchOperations=patches)
        replay.step(f"star-and-{op}", "update_stage", **own, patchOperations=patch(op, f"{settings}/*", "updated"))
    for op in ("add", "replace"):
        replay.step(f"root-and-{op}", "update_stage", **own, patchOperations=patch(op, settings, "test"))
    for name, patches in {
        "dest-add": patch("add", f"{settings}/destinationArn", LOG_GROUP),
        "destinationArn-empty": patch("replace", f"{settings}/destinationArn", ""),
        "format-empty": patch("add", f"{settings}/format", ""),
        "dest-remove": patch("remove", f"{settings}/destinationArn"),
    }.items():
        replay.step(f"update-stage-access-log-{name}", "update_stage", **own, patchOperations=patches)


# --- VPC links ------------------------------------------------------------------------------------------------------


def test_vpc_link_lifecycle(replay: Replay, strict: StrictAws) -> None:
    replay.fixed["<nlb-arn:1>"] = LOAD_BALANCER
    made = replay.step("create_vpc_link", "create_vpc_link", name="link", targetArns=[LOAD_BALANCER])
    strict.clock.sleep(240)
    own = {"vpcLinkId": made["id"]}
    replay.step("get_vpc_link", "get_vpc_link", **own)
    replay.step("get_vpc_links", "get_vpc_links")
    replay.step("update_vpc_link", "update_vpc_link", **own, patchOperations=patch("replace", "/name", "link-updated"))
    replay.step("delete_vpc_link", "delete_vpc_link", **own)


def test_create_vpc_link_invalid_parameters(replay: Replay) -> None:
    replay.step("create_vpc_link_invalid_target_arn", "create_vpc_link", name="link", targetArns=["invalid-arn"])
    replay.step("create_vpc_link_empty_name", "create_vpc_link", name="", targetArns=[])


def test_get_vpc_link_invalid_id(replay: Replay) -> None:
    replay.step("get_vpc_link_invalid_id", "get_vpc_link", vpcLinkId="invalid-id")


def test_delete_vpc_link_invalid_id(replay: Replay) -> None:
    replay.step("delete_vpc_link_invalid_id", "delete_vpc_link", vpcLinkId="invalid-id")


def test_update_vpc_link_invalid_id(replay: Replay) -> None:
    patches = patch("replace", "/name", "new-name")
    replay.step("update_vpc_link_invalid_id", "update_vpc_link", vpcLinkId="invalid-id", patchOperations=patches)


# --- documentation parts --------------------------------------------------------------------------------------------

WHOLE = {"location": {"type": "API"}, "properties": '{ "description": "Sample API description" }'}
UPDATED = '{ "description": "Updated Sample API description" }'


def test_doc_parts_crud_no_api(replay: Replay) -> None:
    replay.step(
        "wrong-rest-api-id-create-doc-part", "create_documentation_part", restApiId="test-fake-rest-id", **WHOLE
    )
    replay.step("wrong-rest-api-id-get-doc-parts", "get_documentation_parts", restApiId="test-fake-rest-id")


def test_documentation_part_lifecycle(replay: Replay, api: str) -> None:
    made = replay.step("create-documentation-part", "create_documentation_part", restApiId=api, **WHOLE)
    own = {"restApiId": api, "documentationPartId": made["id"]}
    replay.step("get-documentation-part", "get_documentation_part", **own)
    replay.step("get-documentation-parts", "get_documentation_parts", restApiId=api)
    patches = patch("replace", "/properties", UPDATED)
    changed = replay.step("update-documentation-part", "update_documentation_part", **own, patchOperations=patches)
    assert json.loads(changed["properties"]) == json.loads(UPDATED)
    replay.step("get-documentation-part-after-update", "get_documentation_part", **own)
    replay.step("delete_documentation_part", "delete_documentation_part", **own)


@pytest.fixture
def part(rest: Any, api: str) -> str:
    """A part of the API."""
    return str(rest.create_documentation_part(restApiId=api, **WHOLE)["id"])


def test_invalid_get_documentation_part(replay: Replay, api: str, part: str) -> None:
    get, name = "get_documentation_part", "get-documentation-part-invalid-"
    replay.step(f"{name}api-id", get, restApiId="api_id", documentationPartId=part)
    replay.step(f"{name}doc-id", get, restApiId=api, documentationPartId="documentation_part_id")


def test_invalid_get_documentation_parts(replay: Replay) -> None:
    replay.step("get-inavlid-documentation-parts", "get_documentation_parts", restApiId="api_id")


def test_invalid_update_documentation_part(replay: Replay, api: str, part: str) -> None:
    update, name = "update_documentation_part", "update-documentation-part-invalid-"
    for step, api_id, patches in (
        ("api-id", "api_id", patch("replace", "/properties", UPDATED)),
        ("add-operation", api, patch("add", "/properties", UPDATED)),
        ("path", api, patch("replace", "/invalidPath", UPDATED)),
    ):
        replay.step(f"{name}{step}", update, restApiId=api_id, documentationPartId=part, patchOperations=patches)


def test_invalid_create_documentation_part_operations(replay: Replay, api: str) -> None:
    create, name = "create_documentation_part", "create_documentation_part_invalid_"
    replay.step(f"{name}api_id", create, restApiId="api_id", **WHOLE)
    replay.step(f"{name}location_type", create, restApiId=api, **(WHOLE | {"location": {"type": "INVALID"}}))


def test_invalid_delete_documentation_part(replay: Replay, api: str, part: str) -> None:
    delete = "delete_documentation_part"
    replay.step(f"{delete}_wrong_api_id", delete, restApiId="api_id", documentationPartId=part)
    replay.step(delete, delete, restApiId=api, documentationPartId=part)
    replay.step("delete_already_deleted_documentation_part", delete, restApiId=api, documentationPartId=part)
