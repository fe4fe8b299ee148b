"""Every error that a person can meet, in one tree.

An error's class docstring is its message: a template filled with the facts it was raised with.
``exit_code`` is what the command ends with, ``hint`` the next command or step, a template too.

    DrToolkitError (1)
      AwsError (1)            CloudRefused CloudDenied CloudThrottled CloudUnreachable CloudUnsupported
                              CloudInDoubt CredentialsMissing RegionUnavailable
      RestoreFailed (1)
      StoreError (10)         StoreUnreachable StoreRefused BucketMissing ObjectNotFound ObjectExists
                              SnapshotNotFound SnapshotAmbiguous SnapshotPruned BaselineNotFound
                              RunNotFound NoSuchRun BelowQuorum
      LockedError (11)
      IntegrityError (12)     BodyDamaged ManifestDamaged ObjectMissing UnknownFormat
                              SignatureMissing SignatureWrong ChainBroken RolledBack SecretsUnreadable
      GuardError (13)         TargetMoved NotConfirmed TargetIsSource BlockedSteps UnfinishedRun
                              UnfinishedUndo TakenBack
      UsageError (64)         ConfigError UnknownName NotAvailableYet BadPlanFile
"""

from __future__ import annotations

import string
from typing import ClassVar


class _Lenient(string.Formatter):
    """Formats a message even where a fact is missing: an error must never fail to speak."""

    def get_value(self, key: int | str, args: object, kwargs: object) -> object:  # noqa: ARG002
        facts = kwargs if isinstance(kwargs, dict) else {}
        return facts.get(key, f"({key} unknown)")


class DrToolkitError(Exception):
    """{reason}"""

    exit_code: ClassVar[int] = 1
    hint: ClassVar[str] = ""

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """What went wrong and with what, as one paragraph."""
        template = " ".join((type(self).__doc__ or "").split())
        return _Lenient().vformat(template, (), self.facts)

    @property
    def next_step(self) -> str:
        """What to do about it; may be empty."""
        return _Lenient().vformat(str(self.facts.get("hint", self.hint)), (), self.facts)

    def __str__(self) -> str:
        return self.message


# --- AWS (1) ------------------------------------------------------------------------------------


class AwsError(DrToolkitError):
    """{service}:{operation} failed in {region}: {reason}"""


class CloudRefused(AwsError):
    """AWS refused {service}:{operation} in {region}: {code}: {reason}"""

    @property
    def code(self) -> str:
        """AWS's error code, such as ``InvalidPermission.Duplicate``."""
        return str(self.facts.get("code", ""))


class CloudDenied(CloudRefused):
    """Not allowed: {service}:{operation} in {region}: {code}: {reason}"""

    hint = "Allow {service}:{operation} for the role in use (dr-toolkit policy prints all it needs), then run it again."


class CloudThrottled(CloudRefused):
    """AWS throttled {service}:{operation} in {region}, after retries: {code}: {reason}"""

    hint = "Run the command again; it goes on where it stopped."


class CloudUnreachable(AwsError):
    """{service} in {region} can't be reached ({operation}): {reason}"""

    hint = "Check the network, the endpoint URL and the region's status, then run the command again."


class CloudUnsupported(AwsError):
    """The endpoint does not offer {service}:{operation} in {region}: {reason}"""

    hint = "Exclude the type in the config (exclude:), or use an endpoint that offers the operation."


class CloudInDoubt(AwsError):
    """No answer to {service}:{operation} in {region}: it may or may not have taken effect: {reason}"""

    hint = "Run the command again; it looks first, and goes on where it stopped."


class CredentialsMissing(AwsError):
    """No usable AWS credentials for {service} in {region}: {reason}"""

    hint = "Set AWS_PROFILE or --profile, or log in again, then run the command again."


class RegionUnavailable(AwsError):
    """No access to region {region}: {reason}"""

    hint = "Check the region's name, and that the account has it enabled."


class RestoreFailed(DrToolkitError):
    """Run {run} stopped at {step}: {reason}"""

    hint = "Mend the cause, then: dr-toolkit restore --to {target} --resume {run}"


# --- the store (10) -----------------------------------------------------------------------------


class StoreError(DrToolkitError):
    """{store}: {reason}"""

    exit_code = 10


class StoreUnreachable(StoreError):
    """The store {store} can't be reached: {reason}"""

    hint = "Check the URL, the network and the endpoint, then run the command again."


class StoreRefused(StoreError):
    """The store {store} refused {action} of {name}: {reason}"""

    hint = "Check the permissions of the role in use on the store."


class BucketMissing(StoreError):
    """There is no bucket or folder for the store {store}"""

    hint = "Create it, with versioning on, in the recovery region: the tool never creates a bucket."


class ObjectNotFound(StoreError):
    """{name} is not in the store {store}"""


class ObjectExists(StoreError):
    """{name} is already in the store {store}, with other content"""


class SnapshotNotFound(StoreError):
    """No snapshot {snapshot} of source {source} in {store}"""

    hint = "See what there is: dr-toolkit snapshot list --source {source}"


class SnapshotAmbiguous(StoreError):
    """{snapshot} is the beginning of several snapshots of source {source}: {matches}"""

    hint = "Give more of the id: dr-toolkit snapshot list --source {source}"


class SnapshotPruned(StoreError):
    """Snapshot {snapshot} of source {source} in {store} was pruned at {at}: only its manifest is left"""

    hint = "See what there is: dr-toolkit snapshot list --source {source}"


class BelowQuorum(StoreError):
    """{name} is in {have} of {total} stores, and write_quorum is {quorum}: {reason}"""

    hint = "Mend what is named, then bring the stores to the same state: dr-toolkit snapshot mirror"


class BaselineNotFound(StoreError):
    """Source {source} has no baseline in {store}"""

    hint = "Take a snapshot (the first complete one becomes the baseline): dr-toolkit snapshot create {source}"


class RunNotFound(StoreError):
    """There is no unfinished restore{of} of target {target} in {store} to go on with"""

    def __init__(self, **facts: object) -> None:
        super().__init__(of=f" {facts['run']}" if facts.get("run") else "", **facts)

    hint = "Start anew: dr-toolkit restore --to {target}"


class NoSuchRun(StoreError):
    """There is no restore {run} of target {target} in {store}"""

    hint = "A restore says its run at its end, and so does each thing that it made: the tag dr-toolkit:run."


# --- locks, integrity, guards -------------------------------------------------------------------


class LockedError(DrToolkitError):
    """{what} is held by another run: {holder}, until {until}"""

    exit_code = 11
    hint = "Wait for it to end; if its process is dead, its claim runs out at that time."


class IntegrityError(DrToolkitError):
    """{name} in {store} is damaged: {reason}"""

    exit_code = 12
    hint = "Use another snapshot (dr-toolkit snapshot list), or a version of the object from before the damage."


class BodyDamaged(IntegrityError):
    """{name} in {store} is not what its manifest says: {reason}"""


class ManifestDamaged(IntegrityError):
    """The manifest {name} in {store} can't be read: {reason}"""


class ObjectMissing(IntegrityError):
    """{name} is named by its manifest but is not in {store}"""


class SignatureMissing(IntegrityError):
    """{name} in {store} bears no signature that counts: {reason}"""

    hint = (
        "Use a snapshot that is signed (dr-toolkit snapshot verify --all says which), or put the key into "
        "signing.trust. plan, restore and verify take it with --allow-unsigned, if you know where it comes from."
    )


class SignatureWrong(IntegrityError):
    """{name} in {store} was changed after it was signed, or its signature was: {reason}"""

    hint = "Look into who did it. Use another snapshot: dr-toolkit snapshot verify --all says which are whole."


class ChainBroken(IntegrityError):
    """{name} in {store} does not fit the snapshots around it: {reason}"""

    hint = "See all that is wrong: dr-toolkit snapshot verify --all. What is gone may be an older version there."


class RolledBack(IntegrityError):
    """Source {source} in {store} is not what the anchor {anchor} says it came to: {reason}"""

    hint = (
        "Snapshots were removed or put back. Bring back the object's version from before (aws s3api "
        "list-object-versions), or name a snapshot that you are sure of by its id."
    )


class UnknownFormat(IntegrityError):
    """{name} has format {format}, and this version reads up to format {supported}"""

    hint = "Upgrade dr-toolkit to read it."


class GuardError(DrToolkitError):
    """{reason}"""

    exit_code = 13


class TargetMoved(GuardError):
    """Target {target} has changed since the plan was made: {reason}"""

    hint = "Plan again: dr-toolkit plan --to {target} --out plan.json"


class NotConfirmed(GuardError):
    """Nothing was changed: {reason}"""

    hint = "Read the plan, then run the command again with --yes."


class TargetIsSource(GuardError):
    """Target {target} is the snapshot's own region, {region}: a restore there would change the source itself"""

    hint = "If that is what you want, say --in-place."


class BlockedSteps(GuardError):
    """{count} of the plan can't be done: {reason}"""

    hint = "Resolve what the plan names, or restore the rest with --skip-blocked (exit 3)."


class UnfinishedRun(GuardError):
    """Run {run} on target {target}, of snapshot {snapshot}, is not finished"""

    hint = "Finish it first: dr-toolkit restore --to {target} --resume {run}"


class UnfinishedUndo(GuardError):
    """Run {run} on target {target}, which takes run {undoes} back, is not finished"""

    hint = "Finish it first: dr-toolkit restore undo {undoes} --to {target}"


class TakenBack(GuardError):
    """Run {run} on target {target} was taken back already, by run {by}"""

    hint = "Restore anew: dr-toolkit restore --to {target}"


# --- usage and config (64) ----------------------------------------------------------------------


class SecretsUnreadable(IntegrityError):
    """The snapshot's secrets can't be opened: {reason}"""

    hint = "Name the right key in the config (secrets: {{encrypt_with: ...}}), or leave secrets out of it."


class UsageError(DrToolkitError):
    """{reason}"""

    exit_code = 64


class ConfigError(UsageError):
    """{file}:{line}: {key}: {reason}"""

    hint = "Correct the file; dr-toolkit init writes a commented example."


class UnknownName(UsageError):
    """There is no {kind} called {name}; known: {known}"""

    hint = "Use a name from the config file, or a region name."


class NotAvailableYet(UsageError):
    """{what} is not available yet in this version"""


class BadPlanFile(UsageError):
    """{file} is not a plan that can be applied: {reason}"""

    hint = "Make one: dr-toolkit plan --to {target} --out plan.json"
