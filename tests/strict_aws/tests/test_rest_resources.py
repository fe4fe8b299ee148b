"""Resources: paths and their parts, what is embedded, pages, the quota."""

from __future__ import annotations

from typing import Any

import pytest

from tests.strict_aws.tests.refused import refused
from tests.strict_aws.tests.replayed import patch


@pytest.fixture
def api(rest: Any) -> dict[str, Any]:
    """A new API."""
    return dict(rest.create_rest_api(name="x"))


def _create(rest: Any, api: dict[str, Any], path: str) -> str:
    parent = api["rootResourceId"]
    for part in path.strip("/").split("/"):
        rows = rest.get_resources(restApiId=api["id"], limit=500)["items"]
        found = [row["id"] for row in rows if row.get("parentId") == parent and row["pathPart"] == part]
        made = found or [rest.create_resource(restApiId=api["id"], parentId=parent, pathPart=part)["id"]]
        parent = made[0]
    return str(parent)


def test_methods_are_shown_by_name_or_in_full(rest: Any, api: dict[str, Any]) -> None:
    own = {"restApiId": api["id"]}
    pets = own | {"resourceId": _create(rest, api, "pets")}
    get = pets | {"httpMethod": "GET"}
    rest.put_method(**get, authorizationType="NONE", operationName="listPets")
    rest.put_method_response(**get, statusCode="200", responseModels={"application/json": "Empty"})
    rest.put_integration(**get, type="MOCK")
    rest.put_integration_response(**get, statusCode="200", selectionPattern="")
    plain = {row["path"]: row for row in rest.get_resources(**own)["items"]}
    assert "resourceMethods" not in plain["/"]
    assert plain["/pets"]["resourceMethods"] == {"GET": {}}
    full = {row["path"]: row for row in rest.get_resources(**own, embed=["methods"])["items"]}
    shown = rest.get_method(**get)
    shown.pop("ResponseMetadata")
    assert full["/pets"]["resourceMethods"] == {"GET": shown}
    assert shown["methodIntegration"]["integrationResponses"]["200"]["statusCode"] == "200"
    assert rest.get_resource(**pets, embed=["methods"])["resourceMethods"] == {"GET": shown}
    assert rest.get_resource(**pets)["resourceMethods"] == {"GET": {}}
    for embed in (["Methods"], ["methods", "x"]):
        assert refused(rest.get_resources, **own, embed=embed)[0] == "BadRequestException"


def test_lists_have_pages_in_no_order_of_paths(rest: Any, api: dict[str, Any]) -> None:
    for number in range(29):
        _create(rest, api, f"/r{number:02}")
    rows, params = [], {"restApiId": api["id"], "limit": 7}
    while True:
        page = rest.get_resources(**params)
        assert len(page["items"]) <= 7
        rows += page["items"]
        if "position" not in page:
            break
        params["position"] = page["position"]
    assert len({row["id"] for row in rows}) == len(rows) == 30
    assert [row["path"] for row in rows] != sorted(row["path"] for row in rows)
    assert len(rest.get_resources(restApiId=api["id"])["items"]) == 25


@pytest.mark.parametrize("part", ["", "a b", "a/b", "{a", "a}", "{a}b", "{a++}", "ä", "{+}", "a?", "a*"])
def test_what_no_path_part_can_be(rest: Any, api: dict[str, Any], part: str) -> None:
    asked = {"restApiId": api["id"], "parentId": api["rootResourceId"], "pathPart": part}
    code, text = refused(rest.create_resource, **asked)
    assert code == "BadRequestException"
    assert text.startswith("Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable")
    assert len(rest.get_resources(restApiId=api["id"])["items"]) == 1


@pytest.mark.parametrize("part", ["a", "a.b-c_d:e", "{a}", "{a+}", "{proxy+}", "{a.b-c}"])
def test_what_a_path_part_can_be(rest: Any, api: dict[str, Any], part: str) -> None:
    made = rest.create_resource(restApiId=api["id"], parentId=api["rootResourceId"], pathPart=part)
    assert (made["path"], made["pathPart"]) == (f"/{part}", part)


def test_a_path_is_there_once_and_one_sibling_is_a_variable(rest: Any, api: dict[str, Any]) -> None:
    root = {"restApiId": api["id"], "parentId": api["rootResourceId"]}
    for path in ("/a", "/{id}", "/a/{x}"):
        _create(rest, api, path)
    text = "Another resource with the same parent already has this name: a"
    assert refused(rest.create_resource, **root, pathPart="a") == ("ConflictException", text)
    assert refused(rest.create_resource, **root, pathPart="{id}")[0] == "ConflictException"
    assert refused(rest.create_resource, **root, pathPart="{other}")[0] == "BadRequestException"
    _create(rest, api, "/b/{other}")


def test_a_resource_moves_with_all_below_it(rest: Any, api: dict[str, Any]) -> None:
    own = {"restApiId": api["id"]}
    leaf, b, c = (_create(rest, api, path) for path in ("/a/b/c", "/a/b", "/d"))
    rest.update_resource(**own, resourceId=b, patchOperations=[patch("replace", "/parentId", c)])
    assert rest.get_resource(**own, resourceId=leaf)["path"] == "/d/b/c"
    circle = [patch("replace", "/parentId", leaf)]
    text = "Resources cannot be cyclical."
    assert refused(rest.update_resource, **own, resourceId=c, patchOperations=circle) == ("BadRequestException", text)


def test_a_resource_goes_with_all_below_it_and_the_root_stays(rest: Any, api: dict[str, Any]) -> None:
    own = {"restApiId": api["id"]}
    top = _create(rest, api, "/a")
    for path in ("/a/b/c", "/a/d", "/e"):
        _create(rest, api, path)
    rest.delete_resource(**own, resourceId=top)
    assert {row["path"] for row in rest.get_resources(**own)["items"]} == {"/", "/e"}
    assert refused(rest.delete_resource, **own, resourceId=api["rootResourceId"])[0] == "BadRequestException"


def test_an_api_has_so_many_resources_only(rest: Any, api: dict[str, Any]) -> None:
    root = {"restApiId": api["id"], "parentId": api["rootResourceId"]}
    for number in range(299):
        rest.create_resource(**root, pathPart=f"r{number}")
    code, text = refused(rest.create_resource, **root, pathPart="more")
    assert code == "LimitExceededException"
    assert text.startswith("Maximum number of resources for this API has been reached.")


def test_what_is_not_there(rest: Any, api: dict[str, Any]) -> None:
    text = "Invalid Resource identifier specified"
    for own in ({"restApiId": "nothing", "resourceId": "x"}, {"restApiId": api["id"], "resourceId": "x"}):
        assert refused(rest.get_resource, **own) == ("NotFoundException", text)
        assert refused(rest.delete_resource, **own) == ("NotFoundException", text)
    assert refused(rest.get_resources, restApiId="nothing") == (
        "NotFoundException",
        "Invalid API identifier specified 123456789012:nothing",
    )
