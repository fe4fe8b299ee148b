"""What lies in other services: found and never made, and only where something that was captured names one.

Each is known by just enough to find its like in another region; where two are alike there, nothing is picked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_toolkit.spec.fields import Field, elsewhere, observed, physical
from dr_toolkit.spec.types import Detail, Listing, Names, Paging, ResourceType, Row

_KEY_TYPES = ("RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1")
_BALANCERS = Paging("Marker", "NextMarker", {"PageSize": 400})
LOAD_BALANCER, LISTENER = "elbv2.load_balancer", "elbv2.listener"


def _observed(*members: str) -> dict[str, Field]:
    return {name: observed("a landmark is found, not restored") for name in members}


def _certificate(row: Row, names: Names) -> str:
    """The domain, then the other names; one that is not issued is no match for one that is."""
    domain = str(row.data.get("DomainName", ""))
    others = sorted({str(n) for n in row.data.get("SubjectAlternativeNameSummaries") or ()} - {domain})
    more = ["..."] if row.data.get("HasAdditionalSubjectAlternativeNames") else []
    status = str(row.data.get("Status") or "ISSUED")
    return ",".join((domain, *others, *more)) + ("" if status == "ISSUED" else f" ({status.lower()})")


CERTIFICATE = ResourceType(
    name="acm.certificate",
    service="acm",
    shape="CertificateSummary",
    title="ACM certificate",
    listing=Listing(
        "ListCertificates",
        "CertificateSummaryList",
        params={"Includes": {"keyTypes": list(_KEY_TYPES)}},
        paging=Paging("NextToken", "NextToken", {"MaxItems": 1000}),
    ),
    physical=lambda data: str(data["CertificateArn"]),
    identity=_certificate,
    landmark=True,
    facts=("DomainName", "SubjectAlternativeNameSummaries", "Status", "NotAfter"),
    fields={"CertificateArn": physical()}
    | _observed(
        *("DomainName", "SubjectAlternativeNameSummaries", "HasAdditionalSubjectAlternativeNames", "Status", "Type"),
        *("KeyAlgorithm", "KeyUsages", "ExtendedKeyUsages", "ExportOption", "InUse", "Exported"),
        *("RenewalEligibility", "NotBefore", "NotAfter", "CreatedAt", "IssuedAt", "ImportedAt", "RevokedAt"),
        *("ManagedBy", "CertificateKeyPairOrigin"),
    ),
    notes="Known by its domain and its other names. Of two that are alike, one has to be mapped.",
)

BALANCER = ResourceType(
    name=LOAD_BALANCER,
    service="elbv2",
    shape="LoadBalancer",
    title="Load balancer",
    listing=Listing(
        "DescribeLoadBalancers",
        "LoadBalancers",
        paging=_BALANCERS,
        named=lambda data: str(data["LoadBalancerName"]),
        details=(
            Detail(
                "DescribeListeners",
                lambda row: {"LoadBalancerArn": row.data["LoadBalancerArn"]},
                "Listeners",
                "Listeners",
                paging=_BALANCERS,
            ),
        ),
    ),
    physical=lambda data: str(data["LoadBalancerArn"]),
    identity=lambda row, names: str(row.data["LoadBalancerName"]),
    landmark=True,
    facts=("DNSName", "Type", "Scheme"),
    fields={"LoadBalancerArn": physical(), "Listeners": elsewhere(LISTENER)}
    | _observed(
        *("DNSName", "CanonicalHostedZoneId", "CreatedTime", "LoadBalancerName", "Scheme", "VpcId", "State", "Type"),
        *("AvailabilityZones", "SecurityGroups", "IpAddressType", "CustomerOwnedIpv4Pool", "IpamPools"),
        *("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic", "EnablePrefixForIpv6SourceNat"),
    ),
    notes="Known by its name, where a VPC link or a private integration leads to it.",
)

LISTENER_TYPE = ResourceType(
    name=LISTENER,
    service="elbv2",
    shape="Listener",
    title="Listener of a load balancer",
    listing=Listing(within=LOAD_BALANCER, split=lambda row: row.data.get("Listeners") or ()),
    physical=lambda data: str(data["ListenerArn"]),
    identity=lambda row, names: f"{row.data.get('Protocol', '')}:{row.data.get('Port', '')}",
    parent=LOAD_BALANCER,
    landmark=True,
    fields={"ListenerArn": physical()}
    | _observed(
        *("LoadBalancerArn", "Port", "Protocol", "Certificates", "SslPolicy", "DefaultActions", "AlpnPolicy"),
        "MutualAuthentication",
    ),
    notes="Known by its load balancer, its protocol and its port.",
)

USER_POOL = ResourceType(
    name="cognito_idp.user_pool",
    service="cognito-idp",
    shape="UserPoolDescriptionType",
    title="Cognito user pool",
    listing=Listing("ListUserPools", "UserPools", paging=Paging("NextToken", "NextToken", {"MaxResults": 60})),
    physical=lambda data: str(data["Id"]),
    identity=lambda row, names: str(row.data.get("Name") or "unnamed"),
    landmark=True,
    fields={"Id": physical()}
    | _observed("Name", "LambdaConfig", "Status", "LastModifiedDate", "CreationDate", "ReplicaRegions"),
    notes="Known by its name. Its users stay where they are: the pool of the target has users of its own.",
)

WEB_ACL = ResourceType(
    name="wafv2.web_acl",
    service="wafv2",
    shape="WebACLSummary",
    title="Web ACL",
    listing=Listing(
        "ListWebACLs",
        "WebACLs",
        params={"Scope": "REGIONAL"},
        paging=Paging("NextMarker", "NextMarker", {"Limit": 100}),
    ),
    physical=lambda data: str(data["ARN"]),
    identity=lambda row, names: str(row.data["Name"]),
    landmark=True,
    fields={"ARN": physical()} | _observed("Name", "Id", "Description", "LockToken"),
    notes="Known by its name, where a stage is behind it.",
)

KMS_KEY = ResourceType(
    name="kms.key",
    service="kms",
    shape="AliasListEntry",
    title="KMS key",
    listing=Listing("ListAliases", "Aliases", paging=Paging("Marker", "NextMarker", {"Limit": 100})),
    physical=lambda data: str(data.get("TargetKeyId") or ""),
    identity=lambda row, names: str(row.data["AliasName"]),
    landmark=True,
    fields={"TargetKeyId": physical()} | _observed("AliasName", "AliasArn", "CreationDate", "LastUpdatedDate"),
    notes="Known by its alias, where a policy names it.",
)


def _log_group(name: str) -> Mapping[str, Any]:
    return {"logGroupNamePrefix": name}


LOG_GROUP = ResourceType(
    name="logs.log_group",
    service="logs",
    shape="LogGroup",
    title="Log group",
    listing=Listing(
        "DescribeLogGroups",
        "logGroups",
        paging=Paging("nextToken", "nextToken", {"limit": 50}),
        by_name=_log_group,
        named=lambda data: str(data["logGroupName"]),
    ),
    identity=lambda row, names: str(row.data["logGroupName"]),
    landmark=True,
    fields=_observed(
        *("logGroupName", "creationTime", "retentionInDays", "metricFilterCount", "arn", "storedBytes", "kmsKeyId"),
        *("dataProtectionStatus", "inheritedProperties", "logGroupClass", "logGroupArn"),
        *("deletionProtectionEnabled", "bearerTokenAuthenticationEnabled"),
    ),
    notes="Known by its name, where a stage writes its access log to it. One that is missing in a target is said.",
)

DELIVERY_STREAM = ResourceType(
    name="firehose.delivery_stream",
    service="firehose",
    shape="DeliveryStreamDescription",
    title="Delivery stream",
    listing=Listing(
        "DescribeDeliveryStream",
        "DeliveryStreamDescription",
        by_name=lambda name: {"DeliveryStreamName": name},
        named=lambda data: str(data["DeliveryStreamName"]),
    ),
    identity=lambda row, names: str(row.data["DeliveryStreamName"]),
    landmark=True,
    fields=_observed(
        *("DeliveryStreamName", "DeliveryStreamARN", "DeliveryStreamStatus", "FailureDescription"),
        *("DeliveryStreamEncryptionConfiguration", "DeliveryStreamType", "VersionId", "CreateTimestamp"),
        *("LastUpdateTimestamp", "Source", "Destinations", "HasMoreDestinations"),
    ),
    notes="Known by its name, where a stage writes its access log to it. One that is missing in a target is said.",
)

ROLE = ResourceType(
    name="iam.role",
    service="iam",
    shape="Role",
    title="IAM role",
    listing=Listing(
        "ListRoles",
        "Roles",
        paging=Paging("Marker", "Marker", {"MaxItems": 1000}),
        named=lambda data: str(data["RoleName"]),
    ),
    identity=lambda row, names: str(row.data["RoleName"]),
    landmark=True,
    fields=_observed(
        *("Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument", "Description"),
        *("MaxSessionDuration", "PermissionsBoundary", "Tags", "RoleLastUsed", "SourceRoleTemplate"),
    ),
    notes="Known by its name. Looked for only in a target of another account: IAM is one for all regions.",
)

TYPES = (
    *(CERTIFICATE, BALANCER, LISTENER_TYPE, USER_POOL, WEB_ACL, KMS_KEY),
    *(LOG_GROUP, DELIVERY_STREAM, ROLE),
)
