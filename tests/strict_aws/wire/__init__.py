"""HTTP requests read into calls by botocore's models, and answers written back as AWS writes them."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

from tests.strict_aws.refusals import Refusal
from tests.strict_aws.wire.http import Response

REQUEST_ID = "00000000-0000-4000-8000-000000000000"


def write_refusal(service: str, refusal: Refusal) -> Response:
    """An error in the form that a service's protocol has."""
    code, message = escape(refusal.code), escape(refusal.message)
    headers = {name.lower(): value for name, value in refusal.headers.items()}
    match service:
        case "ec2":
            text = f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
            text += f"<RequestID>{REQUEST_ID}</RequestID></Response>"
        case "s3":
            text = f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>{REQUEST_ID}</RequestId></Error>"
        case "sts" | "iam" | "elasticloadbalancing":
            text = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
            text += f"<RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
        case _:
            gateway = service.startswith("apigateway")
            document = {"message": refusal.message} | ({} if gateway else {"__type": refusal.code})
            headers |= {"content-type": "application/json", "x-amzn-errortype": refusal.code}
            return Response(refusal.status, json.dumps(document).encode(), headers)
    body = b'<?xml version="1.0" encoding="UTF-8"?>\n' + text.encode()
    return Response(refusal.status, body, headers | {"content-type": "text/xml;charset=UTF-8"})
