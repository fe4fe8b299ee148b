"""One AWS account and region behind the engine's port.

Calls that only read are repeated by botocore's standard mode. Calls that change something are made once: whether a
lost answer may be followed by another try is for the engine to say, since most creations know no client token.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from dr_toolkit.aws.faults import from_answer, from_failure
from dr_toolkit.errors import UsageError
from dr_toolkit.model.documents import Scope

log = logging.getLogger(__name__)

_READS = ("Get", "Describe", "List", "Lookup")
_CONNECT_SECONDS, _READ_SECONDS = 10, 60


@dataclass(frozen=True)
class Access:
    """How to get in: profile, endpoint URL for every service, and a role to assume; all optional."""

    profile: str | None = None
    endpoint_url: str | None = None
    role_arn: str | None = None
    external_id: str | None = None


class AwsCloud:
    """A region seen through boto3 clients, one a service for reading and one for changing; safe in threads."""

    def __init__(self, session: Any, region: str, endpoint_url: str | None, scope: Scope) -> None:
        self._session, self._region, self._endpoint_url = session, region, endpoint_url
        self._clients: dict[tuple[str, bool], Any] = {}
        self.scope = scope

    def call(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Make one call; see ``engine.ports.Cloud``."""
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        changes = not operation.startswith(_READS)
        facts = {"service": service, "operation": operation, "region": self._region}
        log.debug("%s:%s in %s", service, operation, self._region)
        try:
            client = self._client(service, changes)
            answer = _call(client, operation, params)
        except ClientError as error:
            raise from_answer(error, facts, changes=changes) from error
        except (BotoCoreError, ResponseParserError) as error:
            raise from_failure(error, facts, changes=changes) from error
        answer.pop("ResponseMetadata", None)
        return answer

    def _client(self, service: str, changes: bool) -> Any:
        if (service, changes) not in self._clients:
            self._clients[(service, changes)] = _make_client(
                self._session, service, self._region, self._endpoint_url, attempts=1 if changes else 5
            )
        return self._clients[(service, changes)]


def _call(client: Any, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
    from botocore import xform_name

    answer = getattr(client, xform_name(operation))(**params)
    return dict(answer)


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
    """Opens regions; sessions share one loader, for each would otherwise keep its own copy of the service models."""

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
        return AwsCloud(session, region, access.endpoint_url, Scope(str(identity["Account"]), region, partition))

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
