"""From an HTTP request to its HTTP answer: which service is meant, the call read, carried out, and the answer written."""

from __future__ import annotations

from functools import cached_property

from tests.strict_aws.aws import ACCOUNT, StrictAws
from tests.strict_aws.call import Call
from tests.strict_aws.models import SERVICES
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.wire import ec2_query, rest_json
from tests.strict_aws.wire.http import Request, Response


class Door:
    """Where requests of all services come in; those of other services go on to moto."""

    def __init__(self, aws: StrictAws) -> None:
        self.aws = aws

    @cached_property
    def _moto(self) -> "Moto":  # noqa: UP037 - imported only where it is needed: that takes seconds
        from tests.strict_aws.moto import Moto

        return Moto()

    def answer(self, request: Request) -> Response:
        """The answer; raises Dropped or Unreachable where none comes."""
        key, region, signing_name = request.signature
        service = service_of(signing_name, request)
        if service not in SERVICES:
            return self._moto.answer(request)
        write_refusal = ec2_query.write_refusal if service == "ec2" else rest_json.write_refusal
        try:
            operation, params = ec2_query.read(request) if service == "ec2" else rest_json.read(service, request)
            call = Call(self.aws, self.aws.region(region, self.account_of(key)), service, operation, params)
            answer = self.aws.answer(call)
        except Refusal as refusal:
            return write_refusal(refusal)
        except rest_json.NoSuchRoute as unknown:
            return write_refusal(
                Refusal("MissingAuthenticationTokenException", f"Missing Authentication Token: {unknown}", 403)
            )
        if service == "ec2":
            return ec2_query.write(operation, answer)
        return rest_json.write(service, operation, answer)

    def account_of(self, access_key: str) -> str:
        """The account of an access key: twelve digits are the number itself; others as moto's STS gave them out."""
        if len(access_key) == 12 and access_key.isdigit():
            return access_key
        return self._moto.account_of(access_key) or ACCOUNT


def service_of(signing_name: str, request: Request) -> str:
    """The service that a request is for: v1 and v2 of API Gateway sign by one name."""
    if signing_name == "apigateway" and request.parts.path.startswith("/v2/"):
        return "apigatewayv2"
    return signing_name
