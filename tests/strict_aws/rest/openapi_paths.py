"""The paths of a document as resources: base paths, and resources made on the way."""

from __future__ import annotations

from tests.strict_aws.call import Call
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.rest.openapi_findings import Findings
from tests.strict_aws.rest.resources import MANY, check_place
from tests.strict_aws.rest.state import Content, Document
from tests.strict_aws.rules import rule

BASE_PATHS = ("ignore", "prepend", "split")

BASE_PATH = rule(
    "rest.import-base-path",
    "The base path is ignored, put before every path, or put there without its first part",
    "recorded: test_import_rest_apis_with_base_path_swagger, test_import_rest_api_with_base_path_oas30",
)


def full_path(path: str, base_path: str, mode: str) -> str:
    """The path that a path of the document becomes under `basepath=<mode>`."""
    parts = [part for part in base_path.split("/") if part]
    before = {"prepend": parts, "split": parts[1:]}.get(mode, [])
    return "/" + "/".join([*before, *(part for part in path.split("/") if part)])


def place(call: Call, content: Content, path: str, findings: Findings, ids: dict[str, str]) -> Document | None:
    """The resource of a path, made with those above it where it is not there; None where it can't be. ``ids`` are
    those that paths have had before."""
    resource = content.root()
    for part in path.strip("/").split("/") if path.strip("/") else []:
        parent = resource["id"]
        found = next((r for r in content.resources.values() if _is(r, parent, part)), None)
        if found is None:
            try:
                check_place(call, content, parent, part)
            except Refusal as refusal:
                findings.fail(f"Unable to create resource at path '{path}': {refusal.message}")
                return None
            if len(content.resources) >= call.aws.limits.resources_per_api and call.holds(MANY):
                findings.fail(f"Unable to create resource at path '{path}': Maximum number of resources reached")
                return None
            whole = content.path(parent).rstrip("/") + "/" + part
            made = ids.get(whole) or call.aws.ids.gateway(6)
            found = content.resources[made] = {"id": made, "parentId": parent, "pathPart": part}
        resource = found
    return resource


def _is(resource: Document, parent: str, part: str) -> bool:
    return resource.get("parentId") == parent and resource.get("pathPart") == part
