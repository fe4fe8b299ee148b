"""What capture and restore cost in calls, against the stand-in for AWS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dr_toolkit.config import Config, StoreSettings
from dr_toolkit.model.changes import CREATE, Change
from dr_toolkit.model.documents import Manifest
from dr_toolkit.report.results import RestoreResult
from dr_toolkit.workflows import capture, restore
from dr_toolkit.workflows.context import Context, Flags
from tests.bench.engines import Sizes
from tests.bench.measure import wall
from tests.bench.section import Section
from tests.estates import build_standard, build_target
from tests.stand import Stand, stand
from tests.strict_aws.weather.log import Entry

SOURCE, TARGET, STORE = "eu-west-1", "us-west-2", "eu-central-1"
RULE = "ec2.security_group_rule"
_BUCKET = "bench-snapshots"
_NOUNS = {
    "ec2.security_group": "security group",
    "apigateway.rest_api": "REST API",
    "apigateway.resource": "path",
    "apigateway.method": "method",
    "apigateway.stage": "stage",
    "apigateway.model": "model",
    "ec2.prefix_list": "prefix list",
}
_BY_OPERATION = (
    ("PrefixList", "ec2.prefix_list"),
    ("SecurityGroup", "ec2.security_group"),
    ("PutMethod", "apigateway.method"),
    ("PutIntegration", "apigateway.method"),
    ("CreateResource", "apigateway.resource"),
    ("Model", "apigateway.model"),
    ("Stage", "apigateway.stage"),
    ("CreateDeployment", "apigateway.stage"),
)


@dataclass(frozen=True)
class Scene:
    """An estate in the stand-in, and the toolkit's view of it."""

    aws: Stand
    context: Context


def prepared(scale: int) -> Scene:
    """The standard estate in one region, a bucket in a second one, the landmarks of a target in a third."""
    aws = stand()
    aws.reset()
    build_standard(aws, SOURCE, scale)
    build_target(aws, TARGET)
    place = {"LocationConstraint": STORE}
    aws.client("s3", STORE).create_bucket(Bucket=_BUCKET, CreateBucketConfiguration=place)
    settings = StoreSettings(url=f"s3://{_BUCKET}/bench", region=STORE)
    flags = Flags(endpoint_url=aws.endpoint, source=SOURCE)
    return Scene(aws, Context(Config(store=settings), flags, {}))


def take(scene: Scene) -> Manifest:
    """Take a snapshot; raises whatever went wrong."""
    entry = capture.take(scene.context, scene.context.source())
    if entry.error is not None:
        raise entry.error
    assert entry.manifest is not None
    return entry.manifest


def bring_back(scene: Scene) -> RestoreResult:
    """Restore the newest snapshot into the target, without asking."""
    return restore.restore(scene.context, restore.Request(TARGET), lambda plan: True)


def measure_capture(sizes: Sizes) -> Section:
    """Calls and wall time of one snapshot of the standard estate."""
    scene = prepared(sizes.scale)
    mark = scene.aws.gate.mark()
    seconds, manifest = wall(lambda: take(scene))
    calls = scene.aws.gate.since(mark)
    section = Section("capture", f"one snapshot of the standard estate at scale {sizes.scale}")
    _tell(section, calls, manifest.counts)
    apis = manifest.counts.get("apigateway.rest_api", 0)
    exports = [c for c in calls if c.operation == "GetExport"]
    reads = [c for c in calls if c.params.get("restApiId") and c not in exports]
    _sum_up(section, seconds, calls, manifest)
    section.facts["read_calls_a_REST_API"] = round(len(reads) / max(1, apis), 2)
    stages = manifest.counts.get("apigateway.stage", 0)
    section.facts["exports_a_stage"] = round(len(exports) / max(1, stages), 2)
    return section


def measure_restore(sizes: Sizes) -> Section:
    """Calls and wall time of a restore into a bare region, and of one more that finds nothing to do."""
    scene = prepared(sizes.scale)
    manifest = take(scene)
    mark = scene.aws.gate.mark()
    seconds, result = wall(lambda: bring_back(scene))
    calls = scene.aws.gate.since(mark)
    mark = scene.aws.gate.mark()
    again, second = wall(lambda: bring_back(scene))
    repeated = scene.aws.gate.since(mark)
    section = Section("restore", f"a restore of the standard estate at scale {sizes.scale} into a bare region")
    _tell(section, calls, manifest.counts)
    _sum_up(section, seconds, calls, manifest)
    section.facts |= {
        "steps": len(result.plan.steps),
        "steps_failed": len(result.failed),
        "authorize_calls": sum(c.operation.startswith("AuthorizeSecurityGroup") for c in calls),
        "groups_x_directions_x_tag_sets": len(_bundles(result.plan.changes)),
        "verdict": result.verify.verdict if result.verify else "not verified",
        "second_restore_wall_seconds": again,
        "second_restore_steps": len(second.plan.steps),
        "second_restore_changing_calls": sum(c.mutating and c.service != "s3" for c in repeated),
        "second_restore_calls_to_the_store": sum(c.service == "s3" for c in repeated),
    }
    return section


def _bundles(changes: Sequence[Change]) -> set[tuple[object, ...]]:
    """What one authorize call each should do for: the rules to be made, by group, direction and tags."""
    made = [c.after.attributes for c in changes if c.key.type == RULE and c.action == CREATE and c.after]
    return {(str(a["GroupId"]), bool(a.get("IsEgress")), repr(a.get("Tags"))) for a in made}


def _tell(section: Section, calls: Sequence[Entry], counts: Mapping[str, int]) -> None:
    """A row for each operation, with the ratio to what there is of the type that it is about."""
    tally = Counter((c.service, c.operation) for c in calls)
    for (service, operation), number in sorted(tally.items()):
        about = _about(service, operation)
        size = counts.get(about, 0)
        section.add(
            service=service,
            operation=operation,
            calls=number,
            per=_NOUNS.get(about, "-"),
            ratio=round(number / size, 2) if size else "-",
        )


def _about(service: str, operation: str) -> str:
    """The type that an operation is about; empty for what is called once a region."""
    if service not in ("ec2", "apigateway") or operation in ("GetRestApis", "GetVpcLinks"):
        return ""
    if service == "apigateway" and operation.startswith("Get"):
        return "apigateway.rest_api"
    about = next((name for part, name in _BY_OPERATION if part in operation), "")
    return about or ("apigateway.rest_api" if service == "apigateway" else "")


def _sum_up(section: Section, seconds: float, calls: Sequence[Entry], manifest: Manifest) -> None:
    resources = sum(manifest.counts.values())
    kept = sum(c.service == "s3" for c in calls)
    section.facts |= {
        "wall_seconds": seconds,
        "resources": resources,
        "calls_to_AWS": len(calls) - kept,
        "calls_to_the_store": kept,
        "calls_to_AWS_a_resource": round((len(calls) - kept) / max(1, resources), 2),
        "contents": ", ".join(f"{n} {_NOUNS[t]}s" for t, n in manifest.counts.items() if t in _NOUNS),
    }
