"""The embedded AWS: moto's server on the loopback interface, behind the gate, and clients of it.

Nothing here, and nothing that is started with ``environment``, can reach a real account: settings and credentials
of the surroundings are taken away, and the ones in their place open nothing.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from dr_toolkit.demo.gate import Gate
from dr_toolkit.errors import DrToolkitError

ACCOUNT = "123456789012"
_FOREIGN = ("AWS_", "BOTO", "DR_TOOLKIT_", "FSSPEC_", "MOTO_", "S3FS_")
_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "demo", "AWS_SECRET_ACCESS_KEY": "demo", "AWS_EC2_METADATA_DISABLED": "true"}
_LEAN = {"MOTO_EC2_LOAD_DEFAULT_AMIS": "false"}  # thousands of machine images, which take seconds


class EmulatorMissing(DrToolkitError):
    """The demo brings its own AWS, moto's server, and that is not installed: {reason}"""

    hint = "Install the extra, where dr-toolkit's source is: pip install '.[demo]'"


def require_emulator() -> None:
    """Raise EmulatorMissing where the embedded AWS is not installed."""
    from importlib.util import find_spec

    for name in ("moto", "werkzeug", "flask_cors"):
        if find_spec(name) is None:
            raise EmulatorMissing(reason=f"there is no module {name}")


class EmbeddedAws:
    """The running server: where it listens, its gate, and boto3 clients of it."""

    def __init__(self) -> None:
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
        from werkzeug.serving import make_server

        self._session: Any = None
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.gate = Gate(DomainDispatcherApplication(create_backend_app))
        self._server = make_server("127.0.0.1", 0, self.gate, threaded=True, request_handler=MotoRequestHandler)
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, name="embedded-aws", daemon=True).start()

    def stop(self) -> None:
        """End the server; what it held is gone."""
        self._server.shutdown()
        self._server.server_close()

    def client(self, service: str, region: str) -> Any:
        """A boto3 client of the embedded AWS, with the settings of ``surroundings``."""
        import boto3

        self._session = self._session or boto3.session.Session()
        return self._session.client(service, region_name=region, endpoint_url=self.endpoint)


def environment(outer: Mapping[str, str], **more: str) -> dict[str, str]:
    """The surroundings of a process that is to see nothing but the embedded AWS."""
    kept = {n: v for n, v in outer.items() if not n.startswith(_FOREIGN) and not n.lower().endswith("_proxy")}
    nowhere = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "FSSPEC_CONFIG_DIR"), os.devnull)
    return kept | _CREDENTIALS | nowhere | _LEAN | {"NO_PROXY": "*", "no_proxy": "*"} | more


@contextmanager
def surroundings(**more: str) -> Iterator[None]:
    """Let this process itself see nothing but the embedded AWS, for as long as the block lasts."""
    before = dict(os.environ)
    wanted = environment(before, **more)
    try:
        _become(wanted)
        yield
    finally:
        _become(before)


def _become(wanted: Mapping[str, str]) -> None:
    for name in set(os.environ) - set(wanted):
        del os.environ[name]
    os.environ.update(wanted)
