"""The services that are not answered here (S3, STS, KMS, ...), which moto answers in this process."""

from __future__ import annotations

import os

os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")

from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.iam.models import get_account_id_from
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import create_environ

from tests.strict_aws.wire.http import Request, Response


class Moto:
    """moto's server application, without its server."""

    def __init__(self) -> None:
        self.app = DomainDispatcherApplication(create_backend_app)

    def answer(self, request: Request) -> Response:
        """moto's answer; 501 where it has none."""
        environ = create_environ(
            request.url, method=request.method, headers=list(request.headers.items()), data=request.body
        )
        begun: list[tuple[str, list[tuple[str, str]]]] = []
        try:
            body = b"".join(self.app(environ, lambda status, headers, *_: begun.append((status, headers))))
        except NotImplementedError as error:
            return Response(501, str(error).encode(), {"content-type": "text/plain"})
        status, headers = begun[0]
        return Response(int(status.split()[0]), body, {name.lower(): value for name, value in headers})

    @staticmethod
    def account_of(access_key: str) -> str:
        """The account that an access key belongs to: moto's default one where its STS gave it to nobody."""
        return str(get_account_id_from(access_key))

    @staticmethod
    def reset() -> None:
        """Empty every service of moto's in every region."""
        BackendDict.reset()
        reset_model_data()
