"""Writes the golden sample of what stages serve, in format 1: ``python -m tests.golden.make_served [FOLDER]``.

As those of ``make`` it must load for ever, and nothing here overwrites it. One snapshot: of two stages, one serves what
the draft holds, and the other an older content of it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from dr_toolkit.model import wire
from dr_toolkit.model.documents import READ, Coverage, Resource
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.store.file import FileStore
from dr_toolkit.store.objects import ObjectStore
from dr_toolkit.store.snapshots import Snapshots
from tests.golden.make import AT, SCOPE, SOURCE, VERSION

FOLDER = Path(__file__).parent / "format-1-served"
DEV, PROD = (ResourceKey("apigateway.stage", ("a/b", name)) for name in ("dev", "prod"))
KEEPER = ResourceKey("apigateway.authorizer", ("a/b", "keeper"))
METHOD = ResourceKey("apigateway.method", ("a/b", "/pets/{id}", "GET"))


def estate() -> Estate:
    """An API and its stages; what they serve names things of the draft's, and of the older content alone."""
    made = Estate()
    api = Resource(ResourceKey("apigateway.rest_api", ("a/b",)), {"name": "a/b"}, "a1b2c3d4e5")
    method = Resource(METHOD, {"authorizationType": "CUSTOM", "authorizerId": Ref(KEEPER)})
    keeper = Resource(KEEPER, {"name": "keeper", "type": "TOKEN"}, "k1")
    stages = [Resource(stage, {"stageName": stage.name}) for stage in (DEV, PROD)]
    for resource in (api, method, keeper, *stages):
        made.put(resource)
    served = [Resource(api.key, {}), method, keeper]
    older = [Resource(api.key, {"binaryMediaTypes": ["image/png"]}), Resource(METHOD, {"operationName": "Größe 🙂"})]
    for stage, content in ((DEV, served), (PROD, older)):
        made.served[stage.text] = {noun.key.text: wire.line(noun) for noun in content}
    made.coverage = {name: Coverage(READ) for name in made.counts}
    return made


def write(objects: ObjectStore) -> None:
    """The snapshot."""
    Snapshots(objects).write(SOURCE, SCOPE, estate(), AT, VERSION)


if __name__ == "__main__":
    write(FileStore(Path(sys.argv[1]).absolute() if sys.argv[1:] else FOLDER))
