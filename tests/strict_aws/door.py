"""From an HTTP request to its answer: the service that is meant, the call read and carried out, the answer written."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from tests.strict_aws import web_acls
from tests.strict_aws.aws import ACCOUNT, StrictAws
from tests.strict_aws.call import Call
from tests.strict_aws.models import SERVICES
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.weather.gate import Page
from tests.strict_aws.weather.log import Entry
from tests.strict_aws.wire import ec2_query, rest_json, write_refusal
from tests.strict_aws.wire.http import Request, Response
from tests.strict_aws.wire.recognise import recognise

if TYPE_CHECKING:
    from tests.strict_aws.moto import Moto


class Door:
    """Where requests of all services come in; those of other services go on to moto."""

    def __init__(self, aws: StrictAws) -> None:
        self.aws = aws

    @cached_property
    def _moto(self) -> Moto:
        from tests.strict_aws.moto import Moto  # takes seconds, and many never need it

        return Moto()

    def answer(self, request: Request) -> Response:
        """The answer; raises Dropped or Unreachable where none comes."""
        key, region, signing_name = request.signature
        service = service_of(signing_name, request)
        account = self.account_of(key)
        weather = self.aws.weather
        broken, operation, params = None, "", {}
        try:
            operation, params = _read(service, request)
        except Refusal as refusal:
            broken = refusal
        facts = {"service": service, "operation": operation, "region": region, "account": account, "params": params}
        if weather.is_calm:
            return self._carry_out(request, Entry(0, 0.0, **facts), broken)
        entry = weather.gate.add(self.aws.clock.now(), path=request.parts.path, **facts)
        try:
            with weather.gate.around(entry):
                answer = self._carry_out(request, entry, broken)
        except Page as page:
            entry.status = page.status
            return Response(page.status, page.body.encode(), {"content-type": "text/html; charset=utf-8"})
        except Refusal as refusal:
            return _refused(entry, refusal)
        return answer

    def _carry_out(self, request: Request, entry: Entry, broken: Refusal | None) -> Response:
        if broken is not None:
            return _refused(entry, broken)
        if entry.service not in SERVICES:
            with self.aws.lock:  # moto's models know nothing of threads
                answer = self._moto.answer(request)
            entry.status, entry.done = answer.status, answer.status < 300
            if entry.service == "wafv2" and entry.operation in web_acls.OPERATIONS and entry.done:
                web_acls.note(self.aws.region(entry.region, entry.account), entry.operation, request.body)
            return answer
        region = self.aws.region(entry.region, entry.account)
        try:
            found = self.aws.answer(Call(self.aws, region, entry.service, entry.operation, dict(entry.params)))
        except Refusal as refusal:
            return _refused(entry, refusal)
        answer = _write(entry.service, entry.operation, found)
        entry.status, entry.done = answer.status, True
        return answer

    def account_of(self, access_key: str) -> str:
        """The account of an access key: twelve digits are the number itself; others as moto's STS gave them out."""
        if not access_key or (len(access_key) == 12 and access_key.isdigit()):
            return access_key or ACCOUNT
        return self._moto.account_of(access_key)


def service_of(signing_name: str, request: Request) -> str:
    """The service that a request is for: v1 and v2 of API Gateway sign by one name."""
    if signing_name == "apigateway" and request.parts.path.startswith("/v2/"):
        return "apigatewayv2"
    return signing_name


def _read(service: str, request: Request) -> tuple[str, dict[str, Any]]:
    if service == "ec2":
        return ec2_query.read(request)
    return rest_json.read(service, request) if service in SERVICES else recognise(service, request)


def _write(service: str, operation: str, answer: dict[str, Any] | None) -> Response:
    return ec2_query.write(operation, answer) if service == "ec2" else rest_json.write(service, operation, answer)


def _refused(entry: Entry, refusal: Refusal) -> Response:
    entry.status, entry.code = refusal.status, refusal.code
    return write_refusal(entry.service, refusal)
