"""REST APIs themselves: what CreateRestApi makes, what answers show, and what UpdateRestApi and DeleteRestApi take."""

from __future__ import annotations

from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.refusals import bad_request, limit_exceeded, not_found
from tests.strict_aws.rest.clones import WHOLE, copied
from tests.strict_aws.rest.models import default_models
from tests.strict_aws.rest.patches import Patch, Slot, as_bool, key_list, optional, patched, scalar, value_list, within
from tests.strict_aws.rest.policies import answered_policy, kept_policy
from tests.strict_aws.rest.state import Content, Document, Domains, RestApi, RestRegion, find_api, shown
from tests.strict_aws.rules import rule

MAX_COMPRESSION = 10485760
KINDS = ("REGIONAL", "EDGE", "PRIVATE")

NAME = rule("rest.api-name", "An API needs a name that says something", "from memory", recalled=True)
DESCRIPTION = rule(
    "rest.api-description",
    "A description that is given at creation may not be empty",
    "recorded: test_create_rest_api_with_optional_params",
)
COMPRESSION = rule(
    "rest.api-compression",
    "The least size to compress is between 0 and 10 MB; an empty value takes it away",
    "recorded: test_update_rest_api_compression",
)
ENDPOINTS = rule(
    "rest.api-endpoint-types",
    "An API has one endpoint type, EDGE if none is said",
    "recorded: test_create_rest_api_with_endpoint_configuration",
)
DUALSTACK = rule(
    "rest.api-private-dualstack",
    "A private API is dualstack, others are ipv4 unless said otherwise",
    "recorded: test_create_rest_api_private_type, test_update_rest_api_ip_address_type",
)
VPC_ENDPOINTS = rule(
    "rest.api-vpc-endpoints",
    "Only a private API has VPC endpoints",
    "botocore: EndpointConfiguration.vpcEndpointIds; quoted: terraform-aws-api-gateway issue 24",
)
ACCESS_MODE = rule(
    "rest.api-endpoint-access-mode",
    "An endpoint access mode needs a security policy whose name begins with SecurityPolicy_",
    "botocore: CreateRestApi.endpointAccessMode",
)
ACCESS_MODE_MISSING = rule(
    "rest.api-endpoint-access-mode-missing",
    "A security policy whose name begins with SecurityPolicy_ needs an endpoint access mode",
    "quoted: aws-sam-cli issue 9007",
)
TAGS = rule("rest.tags", "Keys of tags do not begin with aws:", "botocore: CreateRestApi.tags")
TAGS_SHOWN = rule(
    "rest.tags-shown",
    "Get and Update show `tags: {}`, Create and List leave it out",
    "AWS notes, appendix B; recorded: test_update_rest_api_compression",
)
UPDATING = rule(
    "rest.api-updating",
    "A private API is UPDATING for a while after it was made or changed, and is not updated meanwhile",
    "AWS notes, section 4.4; quoted: terraform-provider-aws issue 45905",
)
STATUS = rule(
    "rest.api-status",
    "Every answer shows apiStatus",
    "botocore: RestApi.apiStatus; quoted: floci issue 2804, terraform-provider-aws waits for it after each creation",
)
MANY = rule("rest.api-quota", "600 regional, 120 edge and 600 private APIs a region", "AWS notes, section 2.2")
MAPPED = rule(
    "rest.api-mapped", "An API that a custom domain leads to is not deleted", "AWS notes, appendix B and section 6"
)
LEAVES_PLANS = rule(
    "rest.api-leaves-plans",
    "Usage plans lose the stages of an API that is deleted",
    "by analogy with stages: quoted in terraform-provider-aws issue 14100",
    recalled=True,
)


# --- what an API is -----------------------------------------------------------------------------------------------


def new_api(call: Call, given: Document) -> RestApi:
    """An API with its defaults, a root resource and no models; not yet in the region. ``given`` are members of
    CreateRestApi that are checked already."""
    apis = call.part(RestRegion).apis
    api_id, root = call.aws.ids.gateway(10, apis), call.aws.ids.gateway(10)
    fields: Document = {"id": api_id, "createdDate": call.created(), "apiKeySource": "HEADER"}
    fields |= {"disableExecuteApiEndpoint": False, "rootResourceId": root, "apiStatus": "AVAILABLE"}
    fields |= {k: v for k, v in given.items() if v not in ("", [], {}) and k not in ("policy", "endpointConfiguration")}
    fields["endpointConfiguration"] = endpoint_configuration(call, given.get("endpointConfiguration"))
    if given.get("policy"):
        fields["policy"] = kept_policy(call, given["policy"], api_id)
    return RestApi(api_id, fields, Content(resources={root: {"id": root}}))


def api_answer(call: Call, api: RestApi, *, tags: bool = False) -> Document:
    """An API as it is answered: its policy escaped once more; with ``tags`` an empty map of them is shown too."""
    document = shown(api.fields)
    if "policy" in document:
        document["policy"] = answered_policy(call, document["policy"])
    if tags and call.holds(TAGS_SHOWN):
        document.setdefault("tags", {})
    if _is_updating(call, api):
        document["apiStatus"] = "UPDATING"
    if not call.holds(STATUS):
        document.pop("apiStatus", None)
    return document


def _is_updating(call: Call, api: RestApi) -> bool:
    return call.now < api.updating_until and call.holds(UPDATING)


def begin_update(call: Call, api: RestApi) -> None:
    """Let a private API be UPDATING for as long as the weather has it."""
    weather = call.aws.weather
    if api.fields["endpointConfiguration"]["types"] == ["PRIVATE"] and not weather.is_calm:
        api.updating_until = call.now + weather.update_lag


def refuse_while_updating(call: Call, api: RestApi) -> None:
    """Refuse an update of an API while another one is under way."""
    if _is_updating(call, api):
        text = "Please wait until the current update finishes before making another request."
        raise bad_request(f"There is already an update in progress. {text}")


def endpoint_configuration(call: Call, given: Document | None) -> Document:
    """An endpoint configuration with its defaults; BadRequestException where there can be none like that."""
    types = ["EDGE"] if given is None or given.get("types") is None else list(given["types"])
    if call.holds(ENDPOINTS) and not types:
        raise bad_request("REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.")
    if call.holds(ENDPOINTS) and len(types) > 1:
        raise bad_request("Cannot create an api with multiple Endpoint Types.")
    private = types == ["PRIVATE"]
    configuration: Document = {"types": types, "ipAddressType": "dualstack" if private else "ipv4"}
    configuration |= {k: v for k, v in (given or {}).items() if k != "types" and v not in (None, "", [])}
    check_endpoints(call, configuration)
    return configuration


def check_endpoints(call: Call, configuration: Document) -> None:
    """Refuse what a private API can't be, and what only a private one is."""
    private = configuration["types"] == ["PRIVATE"]
    if private and configuration["ipAddressType"] == "ipv4" and call.holds(DUALSTACK):
        raise bad_request("Only dualstack ipAddressType is supported for Private APIs.")
    if configuration.get("vpcEndpointIds") and not private and call.holds(VPC_ENDPOINTS):
        raise bad_request("VPCEndpoints can only be specified with PRIVATE apis.")


def compression(call: Call, value: Any) -> int:
    """A least size to compress; BadRequestException where it is none."""
    try:
        size = int(value)
    except ValueError:
        size = -1
    if not 0 <= size <= MAX_COMPRESSION and call.holds(COMPRESSION):
        raise bad_request(f"Invalid minimum compression size, must be between 0 and {MAX_COMPRESSION}")
    return size


def check_tags(call: Call, tags: Document | None) -> None:
    """Refuse tags of AWS's own."""
    if call.holds(TAGS) and any(key.lower().startswith("aws:") for key in tags or {}):
        raise bad_request("Invalid tag key: aws: prefixed tag key names are not allowed for external use.")


def check_settings(call: Call, fields: Document) -> None:
    """Refuse what does not go together among an API's own members."""
    policy = fields.get("securityPolicy", "")
    if (
        policy.startswith("SecurityPolicy_")
        and not fields.get("endpointAccessMode")
        and call.holds(ACCESS_MODE_MISSING)
    ):
        raise bad_request("Endpoint access mode is required for the specified security policy")
    if fields.get("endpointAccessMode") and not policy.startswith("SecurityPolicy_") and call.holds(ACCESS_MODE):
        raise bad_request("endpointAccessMode is only supported for security policies that start with SecurityPolicy_")


def check_number(call: Call, configuration: Document) -> None:
    """Refuse one API more than the region may have of its type."""
    kind = configuration["types"][0]
    there = [a for a in call.part(RestRegion).apis.values() if a.fields["endpointConfiguration"]["types"] == [kind]]
    limits = call.aws.limits
    most = {"REGIONAL": limits.regional_apis, "EDGE": limits.edge_apis, "PRIVATE": limits.private_apis}[kind]
    if len(there) >= most and call.holds(MANY):
        raise limit_exceeded(f"Maximum number of {kind} REST APIs has been reached. Please contact AWS for more.")


# --- operations -----------------------------------------------------------------------------------------------------


@answers("apigateway", "CreateRestApi")
def create_rest_api(call: Call) -> Document:
    """A new API with its root resource and the models Empty and Error; or a copy of another one's definition."""
    given = call.given(*(name for name in call.params if name != "cloneFrom"))
    if not given["name"].strip() and call.holds(NAME):
        raise bad_request("Name cannot be empty")
    if given.get("description") == "" and call.holds(DESCRIPTION):
        raise bad_request("Description cannot be an empty string")
    source = _source(call)
    if source is not None:
        kept = ("binaryMediaTypes", "minimumCompressionSize", "apiKeySource", "endpointConfiguration", "version")
        given = {k: v for k, v in source.fields.items() if k in kept} | given
    if "minimumCompressionSize" in given:
        given["minimumCompressionSize"] = compression(call, given["minimumCompressionSize"])
    check_tags(call, given.get("tags"))
    check_settings(call, given)
    api = new_api(call, given)
    check_number(call, api.fields["endpointConfiguration"])
    if source is None:
        api.draft.models = default_models(call)
    elif call.holds(WHOLE):
        api.draft = copied(call, source, api)
    call.part(RestRegion).apis[api.id] = api
    begin_update(call, api)
    return api_answer(call, api)


def _source(call: Call) -> RestApi | None:
    """The API that is to be cloned, if any."""
    wanted = call.params.get("cloneFrom")
    found = call.part(RestRegion).apis.get(wanted) if wanted else None
    if wanted and found is None:
        raise not_found(f"Invalid API identifier specified {call.region.account}:{wanted}")
    return found


@answers("apigateway", "GetRestApis")
def get_rest_apis(call: Call) -> Document:
    """The region's APIs, in an order that says nothing."""
    apis = call.part(RestRegion).apis
    rows, position = call.page([{"id": api_id} for api_id in sorted(apis)])
    return {"items": [api_answer(call, apis[row["id"]]) for row in rows], "position": position}


@answers("apigateway", "GetRestApi")
def get_rest_api(call: Call) -> Document:
    """One API."""
    return api_answer(call, find_api(call), tags=True)


@answers("apigateway", "UpdateRestApi")
def update_rest_api(call: Call) -> Document:
    """Patch an API's own settings."""
    api = find_api(call)
    refuse_while_updating(call, api)
    changed = patched(call, api.fields, _slots(call, api))
    check_settings(call, changed)
    if changed["endpointConfiguration"] != api.fields["endpointConfiguration"]:
        check_endpoints(call, changed["endpointConfiguration"])
    api.fields = changed
    begin_update(call, api)
    return api_answer(call, api, tags=True)


@answers("apigateway", "DeleteRestApi")
def delete_rest_api(call: Call) -> None:
    """Take an API away with all that is in it; not while a custom domain leads to it."""
    api, domains = find_api(call), call.part(Domains)
    names = {
        domains.names.get(key, {}).get("domainName", key)
        for key, mappings in domains.mappings.items()
        if any(each["apiId"] == api.id for each in mappings.values())
    }
    if names and call.holds(MAPPED):
        text = "Please remove all base path mappings related to the RestApi in your domains: "
        raise bad_request(f"Deleting RestApi {api.id} failed. {text}{', '.join(sorted(names))}")
    region = call.part(RestRegion)
    del region.apis[api.id]
    for plan in region.usage_plans.values() if call.holds(LEAVES_PLANS) else ():
        if plan.get("apiStages"):
            plan["apiStages"] = [each for each in plan["apiStages"] if each["apiId"] != api.id]


def _slots(call: Call, api: RestApi) -> dict[str, Slot]:
    return {
        "/name": scalar("name"),
        "/description": optional("description"),
        "/version": scalar("version", clears=True),
        "/apiKeySource": scalar("apiKeySource", _one_of("apiKeySource", "HEADER", "AUTHORIZER")),
        "/binaryMediaTypes": key_list("binaryMediaTypes"),
        "/disableExecuteApiEndpoint": scalar("disableExecuteApiEndpoint", as_bool),
        "/minimumCompressionSize": scalar("minimumCompressionSize", lambda v: compression(call, v), clears=True),
        "/policy": scalar("policy", lambda value: kept_policy(call, value, api.id), clears=True),
        "/securityPolicy": scalar("securityPolicy", clears=True),
        "/endpointAccessMode": scalar("endpointAccessMode", _one_of("endpointAccessMode", "BASIC", "STRICT")),
        "/endpointConfiguration/types": _TYPES,
        "/endpointConfiguration/ipAddressType": _ADDRESSES,
        "/endpointConfiguration/vpcEndpointIds": within("endpointConfiguration", value_list("vpcEndpointIds")),
    }


def _one_of(name: str, *values: str) -> Any:
    def convert(value: str) -> str:
        if value not in values:
            raise bad_request(f"Invalid {name} specified. Valid options are {','.join(values)}")
        return value

    return convert


def _replace_type(call: Call, document: Document, patch: Patch) -> None:
    """The type is replaced whatever index the path has; a private API becomes dualstack by itself."""
    if patch.value not in KINDS:
        raise bad_request("Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE")
    held = document["endpointConfiguration"]
    held["types"] = [patch.value]
    if patch.value == "PRIVATE":
        held["ipAddressType"] = "dualstack"


def _replace_addresses(call: Call, document: Document, patch: Patch) -> None:
    if patch.value not in ("ipv4", "dualstack"):
        raise bad_request("ipAddressType must be either ipv4 or dualstack.")
    document["endpointConfiguration"]["ipAddressType"] = patch.value


_ADDRESSES = Slot(("replace",), _replace_addresses)
_TYPES = Slot(
    ("replace",),
    _replace_type,
    keyed=True,
    otherwise="Invalid patch operation specified. Must be 'add'|'remove'|'replace'",
)
