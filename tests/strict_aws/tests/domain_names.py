"""What the tests of custom domain names have in common."""

from __future__ import annotations

import json
from typing import Any

ACCOUNT = "123456789012"
CERTIFICATE = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/11111111-2222"
NAME = "api.example.com"
REGIONAL = {"regionalCertificateArn": CERTIFICATE, "endpointConfiguration": {"types": ["REGIONAL"]}}
PRIVATE = {"certificateArn": CERTIFICATE, "endpointConfiguration": {"types": ["PRIVATE"]}}
BAD, MISSING, CONFLICT = "BadRequestException", "NotFoundException", "ConflictException"
NO_DOMAIN = (MISSING, "Invalid domain name identifier specified")
POLICY = json.dumps({"Version": "2012-10-17", "Statement": []})


def patch(path: str, value: str, op: str = "replace") -> list[dict[str, str]]:
    """One patch operation."""
    return [{"op": op, "path": path, "value": value}]


def staged_api(rest: Any) -> str:
    """A REST API with the stages dev and prod; its id."""
    made = rest.create_rest_api(name="mapped")
    own = {"restApiId": made["id"], "resourceId": made["rootResourceId"], "httpMethod": "GET"}
    rest.put_method(**own, authorizationType="NONE")
    rest.put_integration(**own, type="MOCK")
    rest.create_deployment(restApiId=made["id"], stageName="dev")
    rest.create_deployment(restApiId=made["id"], stageName="prod")
    return str(made["id"])
