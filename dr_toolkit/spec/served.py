"""What serves each kind of API: stages, and the deployments that they are on."""

from __future__ import annotations

from dataclasses import dataclass

from dr_toolkit.model.keys import ResourceKey


@dataclass(frozen=True)
class Serving:
    """A kind of API: the types of the API, its deployments and its stages, and of what a deployment needs one at least.

    ``pointer`` is the member of a stage (and of its canary) that names a deployment; ``unserved`` are members of the
    API that take effect without a deployment, or have none. ``title`` is what a person calls it.
    """

    title: str
    api: str
    deployment: str
    stage: str
    content: str
    pointer: str
    unserved: frozenset[str]

    def api_of(self, key: ResourceKey) -> ResourceKey:
        """The API that a key beneath it belongs to."""
        return ResourceKey(self.api, key.path[:1])


REST = Serving(
    title="REST API",
    api="apigateway.rest_api",
    deployment="apigateway.deployment",
    stage="apigateway.stage",
    content="apigateway.method",
    pointer="deploymentId",
    unserved=frozenset({"name", "description", "tags"}),
)
HTTP = Serving(
    title="HTTP or WebSocket API",
    api="apigatewayv2.api",
    deployment="apigatewayv2.deployment",
    stage="apigatewayv2.stage",
    content="apigatewayv2.route",
    pointer="DeploymentId",
    unserved=frozenset({"Name", "Description", "Version", "Tags", "IpAddressType", "DisableExecuteApiEndpoint"}),
)
UNUSED = "(no route)"
"""What an integration is called that no route leads to."""

KINDS = (REST, HTTP)
APIS = frozenset(kind.api for kind in KINDS)
DEPLOYMENTS = frozenset(kind.deployment for kind in KINDS)
STAGES = frozenset(kind.stage for kind in KINDS)


def kind_of(type_name: str) -> Serving:
    """The kind of API that a type under it belongs to; raises KeyError where it belongs to none."""
    service = type_name.partition(".")[0]
    return {"apigateway": REST, "apigatewayv2": HTTP}[service]
