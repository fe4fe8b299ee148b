"""What holds for any HTTP API: its own deployments are what it is, and an import of its export is the same API."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.hypothesis_profile import REGIONS
from tests.strict_aws import StrictAws
from tests.strict_aws.http.import_parts import DESCRIBED
from tests.strict_aws.http.state import HttpApi, HttpRegion
from tests.strict_aws.in_process import session
from tests.strict_aws.tests.http_compared import by_name
from tests.strict_aws.tests.http_samples import INVOKED, http_api, jwt, request_authorizer

_words = st.text("abcdef", min_size=1, max_size=4)
_segments = st.one_of(_words, _words.map(lambda word: f"{{v{word}}}"))
_paths = st.lists(_segments, max_size=3, unique=True).map(lambda parts: "/" + "/".join(parts))
_keys = st.one_of(
    st.just("$default"), st.tuples(st.sampled_from(["ANY", "GET", "POST", "DELETE"]), _paths).map(" ".join)
)
_integrations = st.one_of(
    st.fixed_dictionaries(
        {
            "IntegrationType": st.just("AWS_PROXY"),
            "IntegrationUri": st.just(INVOKED),
            "PayloadFormatVersion": st.sampled_from(["1.0", "2.0"]),
            "TimeoutInMillis": st.integers(50, 30000),
        }
    ),
    st.fixed_dictionaries(
        {
            "IntegrationType": st.just("HTTP_PROXY"),
            "IntegrationUri": _words.map(lambda word: f"https://{word}.example"),
            "IntegrationMethod": st.sampled_from(["ANY", "GET", "PATCH"]),
            "PayloadFormatVersion": st.just("1.0"),
        },
        optional={
            "RequestParameters": st.dictionaries(_words.map(lambda word: f"append:header.{word}"), _words, min_size=1),
            "ResponseParameters": st.dictionaries(
                st.integers(200, 599).map(str), st.just({"overwrite:statuscode": "200"}), min_size=1, max_size=2
            ),
        },
    ),
)
_cors = st.fixed_dictionaries(
    {}, optional={"MaxAge": st.integers(0, 99), "AllowHeaders": st.lists(_words, min_size=1, max_size=2)}
)
_routes = st.lists(
    st.tuples(_keys, st.none() | st.integers(0, 3), st.sampled_from(["NONE", "AWS_IAM", "JWT", "CUSTOM"])), max_size=6
)


def _api(aws: StrictAws) -> HttpApi:
    (api,) = aws.region("us-east-1").part(HttpRegion).apis.values()
    return api


def _fill(http: Any, api: str, integrations: list[dict[str, Any]], routes: list[Any], check: Any) -> None:
    authorizers = {"JWT": jwt(http, api), "CUSTOM": request_authorizer(http, api)}
    made = [http.create_integration(ApiId=api, **each)["IntegrationId"] for each in integrations]
    for key, which, kind in routes:
        members: dict[str, Any] = {"RouteKey": key, "AuthorizationType": kind}
        if which is not None and which < len(made):
            members["Target"] = f"integrations/{made[which]}"
        if kind in authorizers:
            members["AuthorizerId"] = authorizers[kind]
        try:
            http.create_route(ApiId=api, **members)
        except http.exceptions.ConflictException:
            continue  # two keys that can't be in one API
        check()


@REGIONS
@given(st.lists(_integrations, max_size=4), _routes, _cors)
def test_the_deployment_of_a_stage_that_deploys_by_itself_is_the_draft(
    integrations: list[dict[str, Any]], routes: list[Any], cors: dict[str, Any]
) -> None:
    aws = StrictAws()
    http = session(aws).client("apigatewayv2", "us-east-1")
    api = http_api(http, CorsConfiguration=cors)
    http.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)

    def deployed_is_draft() -> None:
        held = _api(aws)
        if any(route.get("Target") for route in held.draft.routes.values()):
            assert held.deployed[held.stages["$default"]["DeploymentId"]] == held.frozen()

    _fill(http, api, integrations, routes, deployed_is_draft)
    for found in http.get_routes(ApiId=api)["Items"][:-1]:
        http.delete_route(ApiId=api, RouteId=found["RouteId"])
        deployed_is_draft()
    http.update_api(ApiId=api, Version="2")
    deployed_is_draft()


@REGIONS
@given(st.lists(_integrations, max_size=4), _routes, _cors)
def test_an_export_holds_all_but_descriptions_tags_and_a_missing_version(
    integrations: list[dict[str, Any]], routes: list[Any], cors: dict[str, Any]
) -> None:
    aws = StrictAws()
    aws.switch_off(DESCRIBED)
    http = session(aws).client("apigatewayv2", "us-east-1")
    api = http_api(http, CorsConfiguration=cors, Version="1")
    _fill(http, api, integrations, routes, lambda: None)
    wanted = by_name(_api(aws))
    body = http.export_api(ApiId=api, Specification="OAS30", OutputType="JSON")["body"].read().decode()
    assert json.loads(body)["openapi"] == "3.0.1"
    again = http.import_api(Body=body, FailOnWarnings=True)
    assert by_name(aws.region("us-east-1").part(HttpRegion).apis[again["ApiId"]]) == wanted
