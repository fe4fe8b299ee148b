"""Methods and their responses."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.refusals import Refusal, bad_request, conflict, not_found
from tests.strict_aws.rest.patches import as_bool, mapping, patched, scalar, value_list
from tests.strict_aws.rest.resources import find_resource
from tests.strict_aws.rest.state import Content, Document, RestApi
from tests.strict_aws.rules import rule

VERBS = ("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY")
AUTHORIZATIONS = ("NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS")
KINDS = {"CUSTOM": ("TOKEN", "REQUEST"), "COGNITO_USER_POOLS": ("COGNITO_USER_POOLS",)}
"""authorization type of a method -> types of authorizers that it may have"""
REQUEST_PARAMETER = re.compile(r"method\.request\.((multivalue)?(querystring|header)|path)\.[^\s]+")
RESPONSE_PARAMETER = re.compile(r"method\.response\.(multivalue)?header\.[^\s]+")
CONTENT_TYPE = re.compile(r"[^\s/]+/[^\s/]+(\s*;.*)?|\$default")

VERB = rule("rest.method-verb", "A method has one of eight verbs", "recorded: test_put_method_validation")
EXISTS = rule(
    "rest.method-exists",
    "PutMethod and PutMethodResponse refuse one that is there already",
    "AWS notes, appendix B; texts from memory",
)
AUTHORIZATION = rule(
    "rest.method-authorization", "A method has one of four types of authorization", "botocore: PutMethod"
)
AUTHORIZER = rule(
    "rest.method-authorizer",
    "CUSTOM and COGNITO_USER_POOLS need an authorizer of the API, of the fitting type; others ignore it",
    "recorded: test_put_method_validation, test_update_method_validation",
)
VALIDATOR = rule(
    "rest.method-validator", "A method's request validator is one of the API's", "recorded: test_put_method_validation"
)
MODEL = rule("rest.method-model", "A method's models are the API's", "recorded: test_put_method_validation")
PARAMETER = rule(
    "rest.method-parameter",
    "Names of parameters are method.request.{querystring, path or header}.{name} and method.response.header.{name}",
    "botocore: PutMethod, PutMethodResponse; recorded: test_put_integration_request_parameter_bool_type",
)
SAME_NAME = rule(
    "rest.method-parameter-names",
    "A parameter's name stands in one location only",
    "recorded: test_method_request_parameters",
)


# --- what is checked, also for imports ------------------------------------------------------------------------------


def bad_mapping(text: str) -> Refusal:
    """That the expression of a mapping, or what it speaks of, is not there."""
    return bad_request(f"Invalid mapping expression specified: Validation Result: warnings : [], errors : [{text}]")


def check_models(call: Call, content: Content, models: Mapping[str, str | None]) -> None:
    """Refuse names of models that the API does not have."""
    for name in models.values():
        if name not in content.models and call.holds(MODEL):
            raise bad_request(f"Invalid model identifier specified: {name}")


def checked_method(call: Call, content: Content, method: Document) -> Document:
    """The method, without what its type of authorization ignores; raises where it refers to what is not there."""
    kind = method.get("authorizationType", "")
    if kind not in AUTHORIZATIONS and call.holds(AUTHORIZATION):
        raise bad_request(f"Invalid authorization type specified. Valid options are {','.join(AUTHORIZATIONS)}")
    if kind in KINDS:
        found = content.authorizers.get(method.get("authorizerId", ""))
        if (found is None or found["type"] not in KINDS[kind]) and call.holds(AUTHORIZER):
            text = "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS "
            raise bad_request(text + "requires a valid authorizer.")
    else:
        method.pop("authorizerId", None)
    validator = method.get("requestValidatorId")
    if validator and validator not in content.validators and call.holds(VALIDATOR):
        raise bad_request("Invalid Request Validator identifier specified")
    check_models(call, content, method.get("requestModels", {}))
    _check_parameters(call, method.get("requestParameters", {}), REQUEST_PARAMETER)
    names = [key.split(".", 3)[-1] for key in method.get("requestParameters", {})]
    if len(set(names)) < len(names) and call.holds(SAME_NAME):
        raise bad_request("Parameter names must be unique across querystring, header and path")
    return method


def checked_method_response(call: Call, content: Content, response: Document) -> Document:
    """The method's response, if its models and parameters can be."""
    check_models(call, content, response.get("responseModels", {}))
    _check_parameters(call, response.get("responseParameters", {}), RESPONSE_PARAMETER)
    return response


def _check_parameters(call: Call, parameters: Mapping[str, bool], pattern: re.Pattern[str]) -> None:
    for name in parameters:
        if not pattern.fullmatch(name) and call.holds(PARAMETER):
            raise bad_mapping(f"Invalid mapping expression specified: {name}")


# --- methods --------------------------------------------------------------------------------------------------------


def find_method(call: Call) -> tuple[RestApi, Document, Document]:
    """API, resource and method that the call names; raises NotFoundException."""
    api, resource = find_resource(call)
    method = (resource.get("resourceMethods") or {}).get(call.params["httpMethod"])
    if method is None:
        raise not_found("Invalid Method identifier specified")
    return api, resource, method


@answers("apigateway", "PutMethod")
def put_method(call: Call) -> Document:
    """A new method; one that is there already is not replaced."""
    api, resource = find_resource(call)
    verb = call.params["httpMethod"]
    if verb not in VERBS and call.holds(VERB):
        raise bad_request(f"Invalid HttpMethod specified. Valid options are {','.join(VERBS)}")
    if verb in (resource.get("resourceMethods") or {}) and call.holds(EXISTS):
        raise conflict("Method already exists for this resource")
    method: Document = {"httpMethod": verb, "apiKeyRequired": False}
    method |= call.given("authorizationType", "authorizerId", "apiKeyRequired", "operationName", "requestParameters")
    method |= call.given("requestModels", "requestValidatorId", "authorizationScopes")
    method = checked_method(call, api.draft, {k: v for k, v in method.items() if v not in ("", [])})
    resource.setdefault("resourceMethods", {})[verb] = method
    return method


@answers("apigateway", "GetMethod")
def get_method(call: Call) -> Document:
    """A method with its responses and its integration."""
    return find_method(call)[2]


_METHOD = {
    "/authorizationType": scalar("authorizationType"),
    "/authorizerId": scalar("authorizerId", clears=True),
    "/authorizationScopes": value_list("authorizationScopes"),
    "/apiKeyRequired": scalar("apiKeyRequired", as_bool),
    "/operationName": scalar("operationName", clears=True),
    "/requestValidatorId": scalar("requestValidatorId", clears=True),
    "/requestParameters": mapping("requestParameters", "Invalid parameter name specified", as_bool),
    "/requestModels": mapping("requestModels", "Content-Type specified was not found"),
}


@answers("apigateway", "UpdateMethod")
def update_method(call: Call) -> Document:
    """Patch a method."""
    api, resource, method = find_method(call)
    changed = checked_method(call, api.draft, patched(call, method, _METHOD))
    if not changed.get("authorizationScopes"):
        changed.pop("authorizationScopes", None)
    resource["resourceMethods"][method["httpMethod"]] = changed
    return changed


@answers("apigateway", "DeleteMethod")
def delete_method(call: Call) -> None:
    """Take a method away with all that is in it."""
    _, resource, method = find_method(call)
    del resource["resourceMethods"][method["httpMethod"]]


# --- method responses -----------------------------------------------------------------------------------------------


def _find_response(call: Call) -> tuple[RestApi, Document, Document]:
    api, _, method = find_method(call)
    response = method.get("methodResponses", {}).get(call.params["statusCode"])
    if response is None:
        raise not_found("Invalid Response status code specified")
    return api, method, response


@answers("apigateway", "PutMethodResponse")
def put_method_response(call: Call) -> Document:
    """A new response of a method; one that is there already is not replaced."""
    api, _, method = find_method(call)
    code = call.params["statusCode"]
    if code in method.get("methodResponses", {}) and call.holds(EXISTS):
        raise conflict("Response already exists for this resource")
    response = {"statusCode": code} | call.given("responseParameters", "responseModels")
    method.setdefault("methodResponses", {})[code] = checked_method_response(call, api.draft, response)
    return response


@answers("apigateway", "GetMethodResponse")
def get_method_response(call: Call) -> Document:
    """One response of a method."""
    return _find_response(call)[2]


_RESPONSE = {
    "/responseParameters": mapping("responseParameters", "Invalid parameter name specified", as_bool),
    "/responseModels": mapping("responseModels", "Content-Type specified was not found"),
}


@answers("apigateway", "UpdateMethodResponse")
def update_method_response(call: Call) -> Document:
    """Patch a method's response."""
    api, method, response = _find_response(call)
    changed = checked_method_response(call, api.draft, patched(call, response, _RESPONSE))
    method["methodResponses"][response["statusCode"]] = changed
    return changed


@answers("apigateway", "DeleteMethodResponse")
def delete_method_response(call: Call) -> None:
    """Take a method's response away."""
    _, method, response = _find_response(call)
    del method["methodResponses"][response["statusCode"]]
    if not method["methodResponses"]:
        del method["methodResponses"]
