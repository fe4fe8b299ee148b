"""Lambda functions and their aliases: found by name where an integration or an authorizer calls one."""

from __future__ import annotations

from dr_toolkit.spec.fields import observed, physical
from dr_toolkit.spec.types import Listing, Paging, ResourceType

FUNCTION, ALIAS = "lambda.function", "lambda.alias"
_PAGES = Paging("Marker", "NextMarker")
_WHY = "a landmark is found, not restored"

TYPES = (
    ResourceType(
        name=FUNCTION,
        service="lambda",
        shape="FunctionConfiguration",
        title="Lambda function",
        listing=Listing("ListFunctions", "Functions", paging=_PAGES, named=lambda data: str(data["FunctionName"])),
        physical=lambda data: str(data["FunctionName"]),
        identity=lambda row, names: str(row.data["FunctionName"]),
        landmark=True,
        facts=("FunctionArn",),
        fields={
            "FunctionName": physical(),
            **{
                name: observed(_WHY)
                for name in (
                    *("FunctionArn", "Runtime", "Role", "Handler", "CodeSize", "Description", "Timeout", "MemorySize"),
                    *("LastModified", "CodeSha256", "Version", "VpcConfig", "DeadLetterConfig", "Environment"),
                    *("KMSKeyArn", "TracingConfig", "MasterArn", "RevisionId", "Layers", "State", "StateReason"),
                    *("StateReasonCode", "LastUpdateStatus", "LastUpdateStatusReason", "LastUpdateStatusReasonCode"),
                    *("FileSystemConfigs", "SigningProfileVersionArn", "SigningJobArn", "PackageType"),
                    *("ImageConfigResponse", "Architectures", "EphemeralStorage", "SnapStart", "RuntimeVersionConfig"),
                    *("LoggingConfig", "TenancyConfig", "CapacityProviderConfig", "ConfigSha256", "DurableConfig"),
                )
            },
        },
        notes="Known by its name, which follows the target in every ARN. One that is missing there is said.",
    ),
    ResourceType(
        name=ALIAS,
        service="lambda",
        shape="AliasConfiguration",
        title="Lambda alias",
        listing=Listing(
            "ListAliases",
            "Aliases",
            paging=_PAGES,
            per=FUNCTION,
            arguments=lambda row: {"FunctionName": row.data["FunctionName"]},
            named=lambda data: str(data["Name"]),
        ),
        identity=lambda row, names: str(row.data["Name"]),
        parent=FUNCTION,
        landmark=True,
        fields={
            name: observed(_WHY)
            for name in ("AliasArn", "Name", "FunctionVersion", "Description", "RoutingConfig", "RevisionId")
        },
        notes="Known by its function and its name.",
    ),
)
