"""What moto's WAF answers and API Gateway has to know: which web ACL stands before a stage."""

from __future__ import annotations

import json

from tests.strict_aws.call import Region
from tests.strict_aws.rest.stages import associate_web_acl

OPERATIONS = ("AssociateWebACL", "DisassociateWebACL")


def note(region: Region, operation: str, body: bytes) -> None:
    """Put the web ACL of a request that was answered on its stage, or take it off; other resources are nobody's."""
    asked = json.loads(body)
    arn = asked["ResourceArn"]
    if ":apigateway:" in arn:
        associate_web_acl(region, arn, asked["WebACLArn"] if operation == OPERATIONS[0] else None)
