"""What UpdateStage takes: a stage's own settings, variables, canary, access logs, and the settings of methods."""

from __future__ import annotations

import copy
import re
from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.refusals import Refusal, bad_request
from tests.strict_aws.rest.patches import Slot, as_bool, as_number, operations, scalar, unescape
from tests.strict_aws.rest.patches import apply as apply_patch
from tests.strict_aws.rest.stage_cache import change_cache
from tests.strict_aws.rest.stages import (
    canary_of,
    check_deployments,
    check_documentation,
    check_variables,
    find_stage,
    shown_stage,
)
from tests.strict_aws.rest.state import RestRegion
from tests.strict_aws.rules import rule

Document = dict[str, Any]

PATHS = rule(
    "rest.stage-patch-paths",
    "A patch of a stage that AWS does not know is refused; its texts name the paths",
    "recorded: test_create_update_stages, test_update_stage_canary_deployment_validation",
)
ACCESS_LOG_PATHS = rule(
    "rest.stage-access-log-paths",
    "Access logs are set by their two paths, not empty, and removed as a whole",
    "recorded: test_stage_access_log_settings_validation",
)
DESTINATION = rule(
    "rest.stage-access-log-destination",
    "Access logs go to a log group, or to a delivery stream whose name begins with amazon-apigateway-",
    "botocore: AccessLogSettings.destinationArn; the text is recalled",
)
FORMAT = rule(
    "rest.stage-access-log-format",
    "The format of access logs has the request's id, and is at most 3 KB",
    "botocore: AccessLogSettings.format; AWS notes, section 2.2; the text is recalled",
)
ROLE = rule(
    "rest.logging-needs-role", "Logging needs the account's CloudWatch role first", "AWS notes, section 3.3, appendix B"
)
COPIES = rule(
    "rest.stage-patch-copy", "A canary is promoted by two copies", "recorded: test_update_stage_with_copy_ops"
)
VALUES = rule(
    "rest.method-setting-values",
    "Levels, strategies and sizes are of the enums; what is cached lives for at most an hour",
    "botocore: MethodSetting, CacheClusterSize; the texts are recalled",
)
CERTIFICATE = rule(
    "rest.stage-client-certificate", "A stage's client certificate has to be there", "from memory", recalled=True
)

NO_ROLE = "CloudWatch Logs role ARN must be set in account settings to enable logging"
_METHOD_PATHS = (
    "/metrics/enabled, {0}/logging/dataTrace, {0}/logging/loglevel, {0}/throttling/burstLimit{1}"
    "{0}/throttling/rateLimit{1}{0}/caching/ttlInSeconds, {0}/caching/enabled, {0}/caching/dataEncrypted, "
    "{0}/caching/requireAuthorizationForCacheControl, {0}/caching/unauthorizedCacheControlHeaderStrategy, "
)
_KNOWN = (
    "[/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, /accessLogSettings, "
    "/accessLogSettings/destinationArn, /accessLogSettings/format, /{resourcePath}/{httpMethod}"
    + _METHOD_PATHS.replace("{0}", "/{resourcePath}/{httpMethod}").replace("{1}", "")
    + "/*/*"
    + _METHOD_PATHS.replace("{0}", "/*/*").replace("{1}", " ")
    + "/variables/{variable_name}, /tracingEnabled]"
)
_SIZES = ("0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237")
_STRATEGIES = ("FAIL_WITH_403", "SUCCEED_WITH_RESPONSE_HEADER", "SUCCEED_WITHOUT_RESPONSE_HEADER")
_PLAIN: dict[str, Slot] = {
    "/description": scalar("description", clears=True),
    "/deploymentId": scalar("deploymentId"),
    "/cacheClusterEnabled": scalar("cacheClusterEnabled", as_bool),
    "/cacheClusterSize": scalar("cacheClusterSize"),
    "/clientCertificateId": scalar("clientCertificateId", clears=True),
    "/documentationVersion": scalar("documentationVersion", clears=True),
    "/tracingEnabled": scalar("tracingEnabled", as_bool),
}
_METHOD_SETTINGS: dict[str, tuple[str, Any]] = {
    "metrics/enabled": ("metricsEnabled", as_bool),
    "logging/loglevel": ("loggingLevel", str),
    "logging/dataTrace": ("dataTraceEnabled", as_bool),
    "throttling/burstLimit": ("throttlingBurstLimit", lambda v: as_number(v, int, "burstLimit")),
    "throttling/rateLimit": ("throttlingRateLimit", lambda v: as_number(v, float, "rateLimit")),
    "caching/enabled": ("cachingEnabled", as_bool),
    "caching/ttlInSeconds": ("cacheTtlInSeconds", lambda v: as_number(v, int, "ttlInSeconds")),
    "caching/dataEncrypted": ("cacheDataEncrypted", as_bool),
    "caching/requireAuthorizationForCacheControl": ("requireAuthorizationForCacheControl", as_bool),
    "caching/unauthorizedCacheControlHeaderStrategy": ("unauthorizedCacheControlHeaderStrategy", str),
}
_CANARY: dict[str, Any] = {
    "deploymentId": str,
    "percentTraffic": lambda v: as_number(v, float, "percentTraffic"),
    "useStageCache": as_bool,
}
_COPIES = {
    "/deploymentId": "/canarySettings/deploymentId",
    "/variables": "/canarySettings/stageVariableOverrides",
}


def _default_settings(stage: Document, key: str) -> Document:
    """What a method's settings are beside those that are set: those of the whole stage, if it has some."""
    whole = stage["methodSettings"].get("*/*")
    if whole is not None:
        return dict(whole)
    burst, rate = (5000, 10000.0) if key == "*/*" else (-1, -1.0)
    return {
        "metricsEnabled": False,
        "dataTraceEnabled": False,
        "throttlingBurstLimit": burst,
        "throttlingRateLimit": rate,
        "cachingEnabled": False,
        "cacheTtlInSeconds": 300,
        "cacheDataEncrypted": False,
        "requireAuthorizationForCacheControl": True,
        "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
    }


def _unknown(path: str) -> Refusal:
    return bad_request(f"Invalid method setting path: {path}. Must be one of: {_KNOWN}")


def _canary_in(call: Call, stage: Document) -> Document:
    """The stage's canary; one without traffic on the stage's own deployment where there is none."""
    made: Document = stage.setdefault("canarySettings", canary_of(call, {}, stage["deploymentId"]))
    return made


def _remove(call: Call, stage: Document, path: str) -> None:
    head, _, last = path.strip("/").rpartition("/")
    name, whole = unescape(last), path.strip("/")
    if whole in ("accessLogSettings", "canarySettings") and whole in stage:
        del stage[whole]
    elif head == "variables" and name in stage.get("variables", {}):
        del stage["variables"][name]
    elif head == "canarySettings/stageVariableOverrides" and "canarySettings" in stage:
        overrides = stage["canarySettings"].get("stageVariableOverrides", {})
        overrides.pop(name, None)
        if not overrides:
            stage["canarySettings"].pop("stageVariableOverrides", None)
    elif whole in stage["methodSettings"]:
        del stage["methodSettings"][whole]
    elif call.holds(PATHS):
        text = "because there is no method setting for this method "
        raise bad_request(f"Cannot remove method setting {whole} {text}")


def _copy(call: Call, stage: Document, asked: Document) -> None:
    path, source = asked.get("path"), asked.get("from")
    if call.holds(COPIES) and (path not in _COPIES or _COPIES[path] != source):
        valid = "Valid copy:path are [/deploymentId, /variables] and valid copy:from are "
        valid += "[/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]"
        raise bad_request(f"Invalid copy operation with path: {path} and from {source}. {valid}")
    canary = stage.get("canarySettings")
    if canary is None:
        if call.holds(COPIES):
            raise bad_request("Promotion not available. Canary does not exist.")
    elif path == "/deploymentId":
        stage["deploymentId"] = canary["deploymentId"]
    elif canary.get("stageVariableOverrides"):
        stage["variables"] = {**stage.get("variables", {}), **canary["stageVariableOverrides"]}


def _set_access_log(call: Call, stage: Document, name: str, value: Any) -> None:
    if name not in ("destinationArn", "format") and call.holds(ACCESS_LOG_PATHS):
        paths = "[/accessLogSettings/destinationArn, /accessLogSettings/format]"
        raise bad_request(f"Invalid accessLogSettings path. Must be one of : {paths}")
    if not value and call.holds(ACCESS_LOG_PATHS):
        raise bad_request("Access Log value must not be empty")
    stream = (
        r"arn:[a-z-]+:(logs:[a-z0-9-]+:\d+:log-group:[^*]+|firehose:[a-z0-9-]+:\d+:deliverystream/amazon-apigateway-.+)"
    )
    if name == "destinationArn" and call.holds(DESTINATION) and not re.fullmatch(stream, value):
        raise bad_request(f"Invalid access log destination ARN: {value}")
    fits = re.search(r"\$context\.(requestId|extendedRequestId)", value) and len(value.encode()) <= 3072
    if name == "format" and not fits and call.holds(FORMAT):
        raise bad_request("Access log format must include $context.requestId and be at most 3 KB")
    stage.setdefault("accessLogSettings", {})[name] = value


def _set_method_setting(call: Call, stage: Document, path: str, value: str) -> None:
    segments = path.strip("/").split("/")
    setting = _METHOD_SETTINGS.get("/".join(segments[2:]))
    if len(segments) != 4 or setting is None:
        if call.holds(PATHS):
            raise _unknown(path)
        return
    key, (name, convert) = "/".join(segments[:2]), setting
    settings = stage["methodSettings"].setdefault(key, _default_settings(stage, key))
    settings[name] = convert(value)
    if not call.holds(VALUES):
        return
    if name == "loggingLevel" and value not in ("OFF", "ERROR", "INFO"):
        raise bad_request("Invalid logging level specified. Must be one of: [OFF, ERROR, INFO]")
    if name == "unauthorizedCacheControlHeaderStrategy" and value not in _STRATEGIES:
        raise bad_request(f"Invalid strategy specified. Must be one of: [{', '.join(_STRATEGIES)}]")
    if name == "cacheTtlInSeconds" and not 0 <= settings[name] <= 3600:
        raise bad_request("Invalid cache TTL specified. Must be between 0 and 3600 seconds")


def _set(call: Call, stage: Document, asked: Document) -> None:
    """A replace, or an add, which only access logs take."""
    path, value = asked.get("path") or "", asked.get("value")
    head, _, last = path.strip("/").rpartition("/")
    if head == "accessLogSettings" or path == "/accessLogSettings":
        _set_access_log(call, stage, last if head else "", value)
    elif asked["op"] == "add":
        if call.holds(PATHS):
            raise bad_request(f"Invalid add operation with path: {path}")
    elif path in _PLAIN:
        apply_patch(call, stage, asked, _PLAIN)
    elif head == "variables":
        stage.setdefault("variables", {})[unescape(last)] = str(value)
    elif head == "canarySettings/stageVariableOverrides":
        _canary_in(call, stage).setdefault("stageVariableOverrides", {})[unescape(last)] = str(value)
    elif head == "canarySettings" and last in _CANARY:
        _canary_in(call, stage)[last] = _CANARY[last](value)
    else:
        _set_method_setting(call, stage, path, str(value))


def _check(call: Call, before: Document, stage: Document) -> None:
    """Raise the refusal of what the stage would be, if there is a reason."""
    api = find_stage(call)[0]
    check_deployments(call, api, stage)
    if stage.get("documentationVersion") != before.get("documentationVersion"):
        check_documentation(call, api, stage.get("documentationVersion"))
    check_variables(call, stage.get("variables", {}))
    canary_of(call, stage.get("canarySettings", {}), "")
    region = call.part(RestRegion)
    certificate = stage.get("clientCertificateId")
    if certificate and certificate not in region.client_certificates and call.holds(CERTIFICATE):
        raise bad_request("Invalid client certificate identifier specified")
    if stage.get("cacheClusterSize", "0.5") not in _SIZES and call.holds(VALUES):
        raise bad_request(f"Invalid cache cluster size specified. Must be one of: [{', '.join(_SIZES)}]")
    levels = {key: each.get("loggingLevel", "OFF") for key, each in stage["methodSettings"].items()}
    logs = any(level != "OFF" for level in levels.values()) or stage.get("accessLogSettings")
    if logs and not region.account.get("cloudwatchRoleArn") and call.holds(ROLE):
        raise bad_request(NO_ROLE)


@answers("apigateway", "UpdateStage")
def update_stage(call: Call) -> Document:
    """Patch a stage: all of the patches, in order, or none."""
    api, stage = find_stage(call)
    changed: Document = copy.deepcopy({"methodSettings": {}} | stage)
    for asked in operations(call):
        op, path = asked.get("op"), asked.get("path") or ""
        if op == "remove":
            _remove(call, changed, path)
        elif op == "copy":
            _copy(call, changed, asked)
        elif op in ("add", "replace"):
            _set(call, changed, asked)
        elif call.holds(PATHS):
            raise bad_request(f"Invalid {op} operation with path: {path}")
    _check(call, stage, changed)
    change_cache(call, api.id, changed, stage)
    changed["lastUpdatedDate"] = call.created()
    api.stages[stage["stageName"]] = changed
    return shown_stage(call, api, changed)
