"""``policy snapshot`` and ``policy restore``: what a role needs in IAM in the region of a source or a target."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dr_toolkit.aws.cloud import request
from dr_toolkit.config import Source, Target
from dr_toolkit.config.values import arn_part, partition
from dr_toolkit.engine import permissions
from dr_toolkit.errors import DrToolkitError, UsageError
from dr_toolkit.model.documents import Scope
from dr_toolkit.report.store_results import PolicyResult
from dr_toolkit.resources import registry
from dr_toolkit.spec.actions import ANY, Need
from dr_toolkit.workflows.context import Context, excluded

API_KEY, ROLE, INTERFACE = "apigateway.api_key", "iam.role", "ec2.network_interface"
_STORE = "This is for AWS alone: dr-toolkit policy store prints what the same role needs on the stores and for signing."
_ACCOUNT = "No role_arn and no credentials say the account, so that * stands in its place: put the number there."
_VALUES = (
    "It can read values of API keys, as IAM knows no narrower form: else exclude apigateway.api_key/* in the config."
)


def snapshot_policy(context: Context, name: str | None) -> PolicyResult:
    """What captures, drift and verify call in a source's region: reads, without the types that its config leaves out.

    Raises UsageError where no such source is known, or several are and none is named.
    """
    source, *others = context.sources([name] if name else [])
    if others:
        known = ", ".join(sorted(each.name for each in (source, *others)))
        raise UsageError(reason=f"which source? The config has {known}", hint="Name one: each needs a role of its own.")
    place = _place(context, source)
    out = excluded(source)
    operations = permissions.reads(registry(), out)
    more = [permissions.WHO, *_keys(context, source, "kms:GenerateDataKey", "kms:Decrypt")]
    document = permissions.policy(operations, place, request, more)
    return PolicyResult(f"snapshots of {source.name}", document, _notes(place, out))


def restore_policy(context: Context, name: str) -> PolicyResult:
    """What plan, restore and verify call in a target's region: reads and changes of the types that a source has.

    Raises UsageError where no such target is known.
    """
    target = context.target(name)
    place = _place(context, target)
    sources = [excluded(source) for source in context.config.sources.values()]

    elsewhere = {_account(each) for each in context.config.sources.values()} - {_account(target)}

    def out(name: str) -> bool:
        if name == INTERFACE or (name == ROLE and not elsewhere):
            return True  # interfaces are a capture's to read; IAM is one for all regions of an account
        return bool(sources) and all(leaves_out(name) for leaves_out in sources)

    types = registry()
    operations = [*permissions.reads(types, out), *permissions.changes(types, out)]
    more = [permissions.WHO, *_keys(context, target, "kms:Decrypt")]
    document = permissions.policy(operations, place, request, more)
    return PolicyResult(f"restores into {target.name}", document, _notes(place, out))


def _place(context: Context, place: Source | Target) -> Scope:
    """Account and region: as the role says, else as the credentials at hand do, else any account."""
    if place.role_arn:
        return Scope(_account(place), place.region, arn_part(place.role_arn, "partition"))
    try:
        return context.cloud(place).scope
    except DrToolkitError:
        return Scope(ANY, place.region, partition(place.region))


def _account(place: Source | Target) -> str:
    """The account of a role; empty where that of the credentials at hand is meant."""
    return place.role_arn.split(":")[4] if place.role_arn else ""


def _notes(place: Scope, out: Callable[[str], bool]) -> tuple[str, ...]:
    keys = [] if out(API_KEY) else [_VALUES]
    return (_STORE, *keys, *([_ACCOUNT] if place.account == ANY else []))


def _keys(context: Context, place: Source | Target, *actions: str) -> Iterator[Need]:
    """The key that secrets are encrypted with, in its own region and as its replica in this one."""
    settings = context.config.secrets
    kind, _, arn = settings.encrypt_with.partition(":") if settings else ("", "", "")
    if kind == "kms":
        parts = arn.split(":")
        own = ":".join([*parts[:3], place.region, *parts[4:]])
        yield from (Need(action, tuple(sorted({arn, own}))) for action in actions)
