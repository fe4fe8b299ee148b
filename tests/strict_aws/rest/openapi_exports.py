"""GetExport: what a stage serves, written as a document."""

from __future__ import annotations

import json

import yaml

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.refusals import bad_request
from tests.strict_aws.rest import openapi_documentation, openapi_extensions, openapi_models, openapi_security
from tests.strict_aws.rest.models import JSON
from tests.strict_aws.rest.openapi_documented import write_in
from tests.strict_aws.rest.openapi_writing import APIGATEWAY, NON_JSON, Operations
from tests.strict_aws.rest.stages import find_stage
from tests.strict_aws.rest.state import Content, Document, RestApi
from tests.strict_aws.rules import rule
from tests.strict_aws.wire.rest_json import iso_date

KINDS = ("oas30", "swagger")
TYPES = ("application/json", "application/yaml")

DEPLOYED = rule(
    "rest.export-deployed",
    "An export is of what the stage's deployment froze, on a canary of the stage's own deployment, not of the draft",
    "AWS notes, sections 1.1 and 11; botocore: GetExport",
)
DATED = rule(
    "rest.export-version",
    "Where the API has no version, info.version is a date: that of its creation",
    "recorded: test_export_swagger_openapi; which date is recalled",
)
KIND = rule(
    "rest.export-kind",
    "Exports are of oas30 or swagger, in JSON or YAML",
    "botocore: GetExport; the texts are recalled",
)
DOCUMENTATION = rule(
    "rest.export-documentation",
    "The documentation version that the stage shows is exported where documentation, or no extension, is asked for; "
    "what OpenAPI knows of it is inserted into what it tells of",
    "AWS notes, section 4.1; the developer guide on publishing documentation",
)


@answers("apigateway", "GetExport")
def get_export(call: Call) -> Document:
    """A document of what a stage serves, with the extensions that were asked for."""
    kind, accepts = call.params["exportType"], call.params.get("accepts") or TYPES[0]
    if kind not in KINDS and call.holds(KIND):
        raise bad_request(f"Invalid export type specified: {kind}. Valid values are [{', '.join(KINDS)}]")
    wanted = next((each for each in accepts.split(",") if each.strip() in (*TYPES, "*/*")), None)
    if wanted is None and call.holds(KIND):
        raise bad_request(f"Invalid content type specified: {accepts}. Valid values are [{', '.join(TYPES)}]")
    api, stage = find_stage(call)
    content = api.deployed[stage["deploymentId"]] if call.holds(DEPLOYED) else api.frozen()
    _check_models(call, content)
    document = _document(call, api, stage, content)
    by_yaml = wanted == TYPES[1]
    text = yaml.safe_dump(document, sort_keys=False) if by_yaml else json.dumps(document, indent=2)
    name = f"{kind}_{document['info']['version']}.{'yaml' if by_yaml else 'json'}"
    return {
        "contentType": "application/octet-stream",
        "contentDisposition": f'attachment; filename="{name}"',
        "body": text.encode(),
    }


def _check_models(call: Call, content: Content) -> None:
    for name, model in content.models.items():
        if model["contentType"] != JSON and call.holds(NON_JSON):
            raise bad_request(f"Only found non-JSON body models for {name}")


def _document(call: Call, api: RestApi, stage: Document, content: Content) -> Document:
    """The whole document."""
    swagger = call.params["exportType"] == "swagger"
    extensions = {each.strip() for each in call.params.get("parameters", {}).get("extensions", "").split(",")}
    document: Document = {"swagger": "2.0"} if swagger else {"openapi": "3.0.1"}
    document["info"] = _info(call, content)
    document |= _address(call, api, stage, swagger)
    document["paths"] = Operations(call, content, extensions, swagger=swagger).paths()
    schemas = openapi_models.exported(content, swagger)
    in_full = bool(extensions & {APIGATEWAY, "authorizers"})
    schemes = openapi_security.exported(content, authorizers=in_full)
    if swagger:
        document |= {"securityDefinitions": schemes} if schemes else {}
        document |= {"definitions": schemas} if schemas else {}
    else:
        named = {"schemas": schemas, "securitySchemes": schemes}
        document["components"] = {name: value for name, value in named.items() if value}
    if APIGATEWAY in extensions:
        document |= openapi_extensions.exported(content)
    version = stage.get("documentationVersion")
    if extensions & {"", "documentation"} and version and call.holds(DOCUMENTATION):
        write_in(document, api.documented[version].values())
        document |= openapi_documentation.exported(api, version)
    return document


def _info(call: Call, content: Content) -> Document:
    fields = content.settings
    created = iso_date(fields["createdDate"])
    info: Document = {"title": fields["name"]}
    if fields.get("description"):
        info["description"] = fields["description"]
    return info | {"version": fields.get("version") or (created if call.holds(DATED) else "")}


def _address(call: Call, api: RestApi, stage: Document, swagger: bool) -> Document:
    """Where the stage is called: its endpoint, whatever the API's endpoint configuration."""
    host = f"{api.id}.execute-api.{call.region.name}.{call.region.dns_suffix}"
    if swagger:
        return {"host": host, "basePath": f"/{stage['stageName']}", "schemes": ["https"]}
    variables = {"basePath": {"default": stage["stageName"]}}
    return {"servers": [{"url": f"https://{host}/{{basePath}}", "variables": variables}]}
