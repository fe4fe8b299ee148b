"""Request validators."""

from __future__ import annotations

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.refusals import bad_request, conflict, not_found
from tests.strict_aws.rest.patches import as_bool, patched, scalar
from tests.strict_aws.rest.state import Document, RestApi, RestRegion, find_api
from tests.strict_aws.rules import rule

NO_API = rule(
    "rest.validator-no-api",
    "A validator of an API that is not there is a bad request when created, not found by its own id otherwise",
    "recorded: test_validators_crud_no_api, test_invalid_get_request_validator",
)
NAME = rule(
    "rest.validator-name",
    "A validator is not renamed to nothing",
    "recorded: test_invalid_update_request_validator_operations",
)
USED = rule(
    "rest.validator-used",
    "A validator that a method refers to is not deleted",
    "from memory; as recorded of models: test_put_method_model",
    recalled=True,
)


def _find(call: Call) -> tuple[RestApi, Document]:
    api = call.part(RestRegion).apis.get(call.params["restApiId"])
    if api is None and not call.holds(NO_API):
        api = find_api(call)
    validator = api.draft.validators.get(call.params["requestValidatorId"]) if api else None
    if api is None or validator is None:
        raise not_found("Invalid Request Validator identifier specified")
    return api, validator


@answers("apigateway", "CreateRequestValidator")
def create_request_validator(call: Call) -> Document:
    """A new validator; names need not be unique."""
    if call.params["restApiId"] not in call.part(RestRegion).apis and call.holds(NO_API):
        raise bad_request("Invalid REST API identifier specified")
    validators = find_api(call).draft.validators
    made: Document = {"id": call.aws.ids.gateway(6, validators)}
    made |= {"validateRequestBody": False, "validateRequestParameters": False}
    made |= call.given("name", "validateRequestBody", "validateRequestParameters")
    validators[made["id"]] = made
    return made


@answers("apigateway", "GetRequestValidators")
def get_request_validators(call: Call) -> Document:
    """The API's validators, in an order that says nothing."""
    rows, position = call.page(sorted(find_api(call).draft.validators.values(), key=lambda row: str(row["id"])))
    return {"items": rows, "position": position}


@answers("apigateway", "GetRequestValidator")
def get_request_validator(call: Call) -> Document:
    """One validator."""
    return _find(call)[1]


def _name(value: str) -> str:
    if not value.strip():
        raise bad_request("Request Validator name cannot be blank")
    return value


_SLOTS = {
    "/name": scalar("name", _name),
    "/validateRequestParameters": scalar("validateRequestParameters", as_bool),
    "/validateRequestBody": scalar("validateRequestBody", as_bool),
}


@answers("apigateway", "UpdateRequestValidator")
def update_request_validator(call: Call) -> Document:
    """Patch a validator."""
    api, validator = _find(call)
    slots = _SLOTS if call.holds(NAME) else _SLOTS | {"/name": scalar("name")}
    changed = patched(call, validator, slots, listing=True)
    api.draft.validators[validator["id"]] = changed
    return changed


@answers("apigateway", "DeleteRequestValidator")
def delete_request_validator(call: Call) -> None:
    """Take a validator away; not while a method refers to it."""
    api, validator = _find(call)
    for path, verb, method in api.draft.methods():
        if method.get("requestValidatorId") == validator["id"] and call.holds(USED):
            name = validator.get("name", validator["id"])
            raise conflict(f"Cannot delete request validator '{name}', is referenced in method: {verb}/{path}")
    del api.draft.validators[validator["id"]]
