"""ImportRestApi and PutRestApi: a document becomes an API, or goes into one that is there."""

from __future__ import annotations

import copy
from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.refusals import bad_request
from tests.strict_aws.rest.apis import (
    KINDS,
    api_answer,
    begin_update,
    check_number,
    new_api,
    refuse_while_updating,
)
from tests.strict_aws.rest.openapi_document import Source, read
from tests.strict_aws.rest.openapi_documentation import make_parts
from tests.strict_aws.rest.openapi_extensions import make_gateway_responses, make_settings, make_validators
from tests.strict_aws.rest.openapi_methods import NAMESPACE, Methods
from tests.strict_aws.rest.openapi_models import Models
from tests.strict_aws.rest.openapi_paths import BASE_PATH, BASE_PATHS, full_path, place
from tests.strict_aws.rest.openapi_security import make_authorizers
from tests.strict_aws.rest.state import Content, Document, RestApi, RestRegion, find_api
from tests.strict_aws.rules import rule

PARAMETERS = rule(
    "rest.import-parameters",
    "basepath, ignore and endpointConfigurationTypes have a few values each",
    "botocore: ImportRestApi.parameters; the texts are recalled",
)
NOT_ATOMIC = rule(
    "rest.put-not-atomic",
    "PutRestApi is idempotent and not atomic: broken off it leaves a bad state, which a repetition mends",
    "AWS notes, section 4.4",
)
REPLACED = rule(
    "rest.overwrite-content",
    "Overwriting takes away resources, methods, models, authorizers, validators, gateway responses and documentation "
    "that the document does not have; what has the same path or name keeps its id",
    "AWS notes, section 4.4; recorded: test_import_rest_api_with_base_path_oas30 (the root, and ids by path)",
)
NEW_NAMESPACE = rule(
    "rest.overwrite-cache-namespace",
    "Overwritten resources keep their ids, but their integrations' cache namespaces are new ones",
    "recorded: test_import_rest_api_with_base_path_oas30[ignore]",
)


@answers("apigateway", "ImportRestApi")
def import_rest_api(call: Call) -> Document:
    """A new API out of a document: without the models Empty and Error, and edge-optimised unless said otherwise."""
    parameters = _parameters(call)
    source = read(call)
    types = parameters.get("endpointConfigurationTypes", "EDGE").split(",")
    api = new_api(call, {"endpointConfiguration": {"types": types}})
    check_number(call, api.fields["endpointConfiguration"])
    _carry_out(call, source, api, overwrite=False)
    call.part(RestRegion).apis[api.id] = api
    begin_update(call, api)
    return api_answer(call, api) | {"warnings": source.findings.warnings or None}


@answers("apigateway", "PutRestApi")
def put_rest_api(call: Call) -> Document:
    """A document into an API that is there: merged with what it has, or in its place.

    Errors leave it as it was. It is not atomic: broken off, it leaves the new settings and the old methods behind.
    """
    _parameters(call)
    source = read(call)
    api = find_api(call)
    refuse_while_updating(call, api)
    changed = RestApi(api.id, copy.deepcopy(api.fields), copy.deepcopy(api.draft))
    changed.documentation_parts = copy.deepcopy(api.documentation_parts)
    _carry_out(call, source, changed, overwrite=call.params.get("mode") == "overwrite")
    api.fields, changed.draft.resources, resources = changed.fields, api.draft.resources, changed.draft.resources
    api.draft = changed.draft
    if call.holds(NOT_ATOMIC):
        call.aws.weather.break_off(call)
    api.draft.resources, api.documentation_parts = resources, changed.documentation_parts
    begin_update(call, api)
    return api_answer(call, api, tags=True) | {"warnings": source.findings.warnings or None}


def _parameters(call: Call) -> dict[str, Any]:
    """The parameters in the query; raises BadRequestException."""
    parameters = call.params.get("parameters", {})
    allowed = {"basepath": BASE_PATHS, "ignore": ("documentation",), "endpointConfigurationTypes": KINDS}
    for name, values in allowed.items():
        given = parameters.get(name)
        if given is not None and set(given.split(",")) - set(values) and call.holds(PARAMETERS):
            raise bad_request(f"Invalid value '{given}' for parameter '{name}'. Valid values are [{', '.join(values)}]")
    return parameters


def _carry_out(call: Call, source: Source, api: RestApi, *, overwrite: bool) -> None:
    """Put all that the document holds into the API; raises BadRequestException, and then the API is of no use."""
    parameters = call.params.get("parameters", {})
    clears = overwrite and call.holds(REPLACED)
    before = copy.deepcopy(api.draft)
    make_settings(call, source, api, overwrite=overwrite)
    if clears:
        _empty(api.draft)
    models = Models(call, source, api, before.models)
    models.make_named()
    make_authorizers(call, source, api, before)
    make_validators(call, source, api.draft, before)
    make_gateway_responses(call, source, api.draft)
    _make_methods(call, source, api, models, before if clears else None)
    if parameters.get("ignore") != "documentation":
        make_parts(call, api, source.document, source.findings, overwrite=clears)
    refusal = source.findings.refusal(call)
    if refusal:
        raise refusal


def _empty(content: Content) -> None:
    root = content.root()
    root.pop("resourceMethods", None)
    content.resources = {root["id"]: root}
    for held in (content.models, content.authorizers, content.validators, content.gateway_responses):
        held.clear()


def _make_methods(call: Call, source: Source, api: RestApi, models: Models, before: Content | None) -> None:
    """Make resources and methods; ``before`` is what is overwritten: its paths keep their ids."""
    mode = call.params.get("parameters", {}).get("basepath", "ignore") if call.holds(BASE_PATH) else "ignore"
    there = {before.path(own): own for own in before.resources} if before else {}
    methods = Methods(call, source, api.draft, models)
    for path, item in source.paths(call):
        whole = full_path(path, source.base_path, mode)
        resource = place(call, api.draft, whole, source.findings, there)
        if resource is None:
            continue
        if whole in there and call.holds(NEW_NAMESPACE):
            resource.setdefault(NAMESPACE, call.aws.ids.gateway(6))
        for verb, operation in source.operations(item):
            methods.make(whole, verb, operation, item.get("parameters") or [], resource)
    for resource in api.draft.resources.values():
        resource.pop(NAMESPACE, None)
