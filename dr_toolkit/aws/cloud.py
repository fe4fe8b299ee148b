"""One AWS account and region behind the engine's port.

Every call waits for its turn under AWS's quotas, and one that is throttled is made again: it had no effect. A call that
only reads is also repeated after a failure that may pass. A call that changes something is not: whether a lost answer
may be followed by another try is for the engine to say, since most creations know no client token.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from dr_toolkit.aws.faults import from_answer, from_failure
from dr_toolkit.aws.hush import carries_secrets, hushed
from dr_toolkit.aws.pacing import Pacer
from dr_toolkit.engine.ports import Lane
from dr_toolkit.errors import AwsError, CloudRefused, CloudThrottled, CloudUnreachable, UsageError
from dr_toolkit.model.documents import Scope
from dr_toolkit.model.secrets import Vault, holds_secret, resolved
from dr_toolkit.spec.actions import Request
from dr_toolkit.spec.rates import rates

log = logging.getLogger(__name__)

_READS = ("Get", "Describe", "Export", "List", "Lookup", "Simulate")
_CONNECT_SECONDS, _READ_SECONDS = 10, 60

_LONGEST = 32.0

PATIENCE = 10
"""How often a throttled call is made at most."""

RETRIES = (0.5, 1.0, 2.0, 4.0)
"""Seconds before the next try of a read that failed in a way that may pass."""


@dataclass(frozen=True)
class Access:
    """How to get in: profile, endpoint URL for every service, and a role to assume; all optional."""

    profile: str | None = None
    endpoint_url: str | None = None
    role_arn: str | None = None
    external_id: str | None = None


class AwsCloud:
    """A region seen through boto3 clients, one a service; safe in threads."""

    def __init__(
        self, clients: _Clients, scope: Scope, pacer: Pacer, vault: Vault, throttles: threading.Event | None = None
    ) -> None:
        self._clients, self._pacer, self._vault = clients, pacer, vault
        self._throttles = throttles or threading.Event()
        self._region, self._place = scope.region, f"{scope.account}/{scope.region}"
        self.scope = scope

    def paced_by(self, pacer: Pacer) -> AwsCloud:
        """The same region on the same clients, under another pacer from the first call on."""
        other = AwsCloud(self._clients, self.scope, pacer, self._vault)
        other._throttles.set()
        return other

    def with_secrets(self, vault: Vault) -> AwsCloud:
        """The same region, in whose calls the values of this vault are put in."""
        return AwsCloud(self._clients, self.scope, self._pacer, vault, self._throttles)

    def call(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Make one call; see ``engine.ports.Cloud``."""

        log.debug("%s:%s in %s", service, operation, self._region)
        limits, place = rates(service, operation, params), self._place
        waits = iter(() if _changes(operation) else RETRIES)
        for left in range(PATIENCE - 1, -1, -1):
            if self._is_paced(service):
                self._pacer.wait(place, limits)
            answer = self._once(service, operation, params)
            if not isinstance(answer, _Failure):
                self._pacer.passed(place, limits)
                return answer
            if isinstance(answer.error, CloudThrottled) and left:
                self._throttles.set()
                self._pacer.refused(place, limits, answer.after)
                if not limits:  # there is no turn to wait for where AWS publishes no rate
                    self._pacer.pause(min(_LONGEST, 0.5 * 2 ** (PATIENCE - 1 - left)))
            elif answer.may_pass and (wait := next(waits, None)) is not None:
                self._pacer.pause(wait)
            else:
                raise answer.error from answer.cause
        raise AssertionError("the last try returns or raises")

    def lane(self, service: str, operation: str, params: Mapping[str, Any]) -> Lane:
        """What limits such a call; see ``engine.ports.Cloud``."""
        limits = rates(service, operation, params)
        return Lane(service, limits, max((1 / rate.per_second for rate in limits), default=0.0))

    def delay(self, lane: Lane, ahead: Sequence[Lane] = ()) -> float:
        """Seconds until a call of a lane may go; see ``engine.ports.Cloud``."""
        if not self._is_paced(lane.service):
            return 0.0
        return self._pacer.delay(self._place, lane.limits, [each.limits for each in ahead])

    def _once(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any] | _Failure:
        """One try. Of a call that carries secrets nothing is logged, and no exception of the libraries is kept."""
        if not (carries_secrets(service, operation) or holds_secret(params)):
            return self._try(service, operation, params)
        client = self._clients.of(service)
        with hushed(on=True):
            answer = self._try(service, operation, resolved(dict(params), self._vault), client)
        if isinstance(answer, _Failure):
            reason = str(answer.error.facts.get("reason", ""))
            if isinstance(answer.error, CloudRefused) and answer.error.code == "ParamValidation":
                reason = "botocore does not take its parameters, of which one is a secret"
            answer.error.facts["reason"] = self._vault.without_values(reason)
            return replace(answer, error=type(answer.error)(**answer.error.facts), cause=None)
        return answer

    def _try(
        self, service: str, operation: str, params: Mapping[str, Any], client: Any = None
    ) -> dict[str, Any] | _Failure:
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        changes = _changes(operation)
        facts = {"service": service, "operation": operation, "region": self._region}
        try:
            answer = _call(client or self._clients.of(service), operation, params)
        except ClientError as error:
            told = from_answer(error, facts, changes=changes)
            return _Failure(told, error, may_pass=_status(error) >= 500, after=_retry_after(error))
        except (BotoCoreError, ResponseParserError) as error:
            told = from_failure(error, facts, changes=changes)
            return _Failure(told, error, may_pass=isinstance(told, CloudUnreachable))
        answer.pop("ResponseMetadata", None)
        return answer

    def _is_paced(self, service: str) -> bool:
        """Whether calls wait: an endpoint on this machine need not have AWS's quotas, and is paced once it refuses."""
        return self._throttles.is_set() or not _is_local(self._clients.endpoint(service))


class _Clients:
    """The clients of a region, each made when it is first asked for; safe in threads, which sessions are not."""

    def __init__(self, session: Any, region: str, endpoint_url: str | None) -> None:
        self._session, self._region, self._endpoint_url = session, region, endpoint_url
        self._made: dict[str, Any] = {}
        self._lock = threading.Lock()

    def of(self, service: str) -> Any:
        """The service's client."""
        with self._lock:
            if service not in self._made:
                self._made[service] = _make_client(self._session, service, self._region, self._endpoint_url, attempts=1)
            return self._made[service]

    def endpoint(self, service: str) -> str:
        """The URL that a service is called at; empty where it is AWS's own and no client was made yet."""
        client = self._made.get(service)
        return str(client.meta.endpoint_url) if client else self._endpoint_url or ""


@dataclass(frozen=True)
class _Failure:
    """A call that failed: what to raise, whether another try may succeed, and when AWS wants it."""

    error: AwsError
    cause: Exception | None
    may_pass: bool
    after: float | None = None


def _is_local(url: str) -> bool:
    """Whether an endpoint is this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _changes(operation: str) -> bool:
    return not operation.startswith(_READS)


def _status(error: Any) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) or 0)


def _retry_after(error: Any) -> float | None:
    text = str(error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("retry-after", ""))
    return float(text) if text.isdigit() else None


def _call(client: Any, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
    from botocore import xform_name

    answer = dict(getattr(client, xform_name(operation))(**params))
    # A body that is the whole answer comes as a stream, which is read while a failure of it is one of the call's.
    return {name: value.read() if hasattr(value, "read") else value for name, value in answer.items()}


def _make_client(session: Any, service: str, region: str, endpoint_url: str | None, attempts: int) -> Any:
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    config = Config(
        retries={"mode": "standard", "total_max_attempts": attempts},
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        user_agent_extra="dr-toolkit",
    )
    try:
        return session.create_client(service, region_name=region, endpoint_url=endpoint_url, config=config)
    except BotoCoreError:
        raise
    except ValueError as error:  # that is how botocore says that an endpoint is no URL
        raise UsageError(
            reason=str(error), hint="Write it as https://HOST in --endpoint-url, or in AWS's own settings."
        ) from None


class Clouds:
    """Opens regions; sessions share one loader, for each would otherwise keep its own copy of the service models.

    All of them are paced together, by ``pacer``.
    """

    def __init__(self, pacer: Pacer | None = None, vault: Vault | None = None) -> None:
        self._pacer, self._vault = pacer or Pacer(), vault or Vault()

    def open(self, region: str, access: Access) -> AwsCloud:
        """The region, with the account found out; raises CredentialsMissing, RegionUnavailable or CloudUnreachable.

        Rests on sts:GetCallerIdentity of the region itself, and sts:AssumeRole where a role is to be assumed.
        """
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        facts = {"service": "sts", "operation": "GetCallerIdentity", "region": region}
        try:
            session = self._session(region, access)
            sts = _make_client(session, "sts", region, access.endpoint_url, attempts=3)
            identity = sts.get_caller_identity()
        except ClientError as error:
            raise from_answer(error, facts, changes=False) from error
        except (BotoCoreError, ResponseParserError) as error:
            raise from_failure(error, facts, changes=False) from error
        partition = str(identity["Arn"]).split(":")[1]
        scope = Scope(str(identity["Account"]), region, partition)
        return AwsCloud(_Clients(session, region, access.endpoint_url), scope, self._pacer, self._vault)

    def _session(self, region: str, access: Access) -> Any:
        import botocore.session

        session = botocore.session.Session(profile=access.profile)
        session.register_component("data_loader", _loader(session.get_config_variable("data_path")))
        if access.role_arn:
            _assume(session, region, access)
        return session


@cache
def _loader(data_path: str | None) -> Any:
    """What reads and keeps the service models."""
    from botocore.loaders import create_loader

    return create_loader(data_path)


def _assume(session: Any, region: str, access: Access) -> None:
    """Have the session's credentials come from a role, and renew themselves before they run out."""
    from botocore.credentials import DeferredRefreshableCredentials

    base = _make_client(session, "sts", region, access.endpoint_url, attempts=3)

    def fetch() -> dict[str, str]:
        params = {"RoleArn": access.role_arn, "RoleSessionName": "dr-toolkit", "DurationSeconds": 3600}
        if access.external_id:
            params["ExternalId"] = access.external_id
        credentials = base.assume_role(**params)["Credentials"]
        return {
            "access_key": credentials["AccessKeyId"],
            "secret_key": credentials["SecretAccessKey"],
            "token": credentials["SessionToken"],
            "expiry_time": credentials["Expiration"].isoformat(),
        }

    # botocore offers no public way to give a session refreshing credentials of one's own.
    session._credentials = DeferredRefreshableCredentials(refresh_using=fetch, method="sts-assume-role")


def operations(service: str) -> list[str]:
    """The names of a service's operations, by the botocore that is installed; nothing is called."""
    import botocore.session

    return list(botocore.session.get_session().get_service_model(service).operation_names)


def request(service: str, operation: str) -> Request:
    """What an operation is on the wire, by the botocore that is installed; nothing is called."""
    import botocore.session

    session = botocore.session.get_session()
    session.register_component("data_loader", _loader(None))
    http = session.get_service_model(service).operation_model(operation).http
    return Request(str(http["method"]), str(http["requestUri"]).partition("?")[0])
