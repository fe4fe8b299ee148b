"""A region that answers with given rows, read by the toolkit's own capture: for what AWS says in several ways."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dr_toolkit.engine.canonical import canonicalise
from dr_toolkit.engine.capture import Reader
from dr_toolkit.engine.pairing import Known, known_of, pair
from dr_toolkit.model.documents import Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.resources import registry
from tests.unpaced import Unpaced

HOME = Scope("111122223333", "us-east-1")
Row = dict[str, Any]

_ITEMS = {
    "DescribeVpcs": "Vpcs",
    "DescribeSecurityGroups": "SecurityGroups",
    "DescribeSecurityGroupRules": "SecurityGroupRules",
    "DescribeManagedPrefixLists": "PrefixLists",
    "GetManagedPrefixListEntries": "Entries",
    "DescribeVpcEndpoints": "VpcEndpoints",
    "GetStages": "item",
}


@dataclass
class Canned(Unpaced):
    """Rows by operation, or by operation and the id that it is asked with: ``GetStages a1``."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    scope: Scope = HOME

    def call(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """All rows on one page."""
        asked = params.get("restApiId") or params.get("PrefixListId")
        place = f"{operation} {asked}" if asked else operation
        return {_ITEMS.get(operation, "items"): copy.deepcopy(self.rows.get(place, []))}

    def copy(self) -> Canned:
        """Another region with the same rows."""
        return Canned(copy.deepcopy(self.rows), self.scope)

    def estate(self, before: Estate | None = None) -> Estate:
        """The region as a snapshot would hold it; as a drift reads it, where one from before is known."""
        known: Known = known_of(before, registry()) if before is not None else {}
        reading = Reader(self, registry()).read()
        return canonicalise(reading, registry(), pair(reading, registry(), self.scope, known))


def company() -> Canned:
    """A region with everything in it: each type with every member that is part of its configuration."""
    return Canned(json.loads(json.dumps(_company().rows)))


def _company() -> Canned:
    tags = {"Tags": [{"Key": "team", "Value": "net"}]}
    own = {"OwnerId": HOME.account, "VpcId": "vpc-0000000a"}
    rule = {"GroupId": "sg-0000000a", "GroupOwnerId": HOME.account, "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
    rule |= {"IsEgress": False, "Description": "why"} | tags
    function = f"arn:aws:lambda:us-east-1:{HOME.account}:function:f"
    invoke = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations"
    return Canned(
        {
            "DescribeVpcs": [
                {"VpcId": f"vpc-0000000{n}", "CidrBlock": "10.0.0.0/16", "Tags": [{"Key": "Name", "Value": name}]}
                for n, name in (("a", "main"), ("b", "tools"))
            ],
            "DescribeVpcEndpoints": [
                {"VpcEndpointId": f"vpce-0000000{n}", "VpcId": "vpc-0000000a", "ServiceName": f"com.x.s{n}"}
                for n in "ab"
            ],
            "DescribeSecurityGroups": [
                {"GroupId": "sg-0000000a", "GroupName": "web", "Description": "d"} | own | tags,
                {"GroupId": "sg-0000000b", "GroupName": "db", "Description": "d"} | own,
            ],
            "DescribeSecurityGroupRules": [
                {"SecurityGroupRuleId": "sgr-1", "CidrIpv4": "192.0.2.0/24"} | rule,
                {"SecurityGroupRuleId": "sgr-2", "CidrIpv6": "2001:db8::/32"} | rule,
                {"SecurityGroupRuleId": "sgr-3", "PrefixListId": "pl-0000000a"} | rule,
                {
                    "SecurityGroupRuleId": "sgr-4",
                    "ReferencedGroupInfo": {"GroupId": "sg-0000000b", "UserId": HOME.account},
                }
                | rule,
            ],
            "DescribeManagedPrefixLists": [
                {
                    "PrefixListId": f"pl-0000000{n}",
                    "PrefixListName": f"list-{n}",
                    "AddressFamily": "IPv4",
                    "MaxEntries": 5,
                    "OwnerId": HOME.account,
                    "IpamPrefixListResolverTargetId": "resolver-1",
                }
                | tags
                for n in "ab"
            ],
            "GetManagedPrefixListEntries pl-0000000a": [{"Cidr": "192.0.2.0/24", "Description": "office"}],
            "GetRestApis": [
                {
                    "id": "a1",
                    "name": "shop",
                    "description": "d",
                    "version": "1",
                    "binaryMediaTypes": ["image/png"],
                    "minimumCompressionSize": 10,
                    "apiKeySource": "AUTHORIZER",
                    "endpointConfiguration": {
                        "types": ["REGIONAL"],
                        "ipAddressType": "dualstack",
                        "vpcEndpointIds": ["vpce-0000000a"],
                    },
                    "policy": '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", '
                    '"Action": "execute-api:Invoke", "Resource": "execute-api:/*"}]}',
                    "tags": {"team": "web"},
                    "disableExecuteApiEndpoint": True,
                    "securityPolicy": "TLS_1_2",
                    "endpointAccessMode": "STRICT",
                    "createdDate": "2026-01-01T00:00:00Z",
                }
            ],
            "GetResources a1": [
                {"id": "r0", "path": "/"},
                {
                    "id": "r1",
                    "parentId": "r0",
                    "pathPart": "pets",
                    "path": "/pets",
                    "resourceMethods": {
                        "GET": {
                            "httpMethod": "GET",
                            "authorizationType": "CUSTOM",
                            "authorizerId": "u1",
                            "apiKeyRequired": True,
                            "requestValidatorId": "v1",
                            "operationName": "getPets",
                            "requestParameters": {"method.request.querystring.page": True},
                            "requestModels": {"application/json": "Pet"},
                            "authorizationScopes": ["read"],
                            "methodResponses": {
                                "200": {
                                    "responseParameters": {"method.response.header.X": True},
                                    "responseModels": {"application/json": "Pet"},
                                }
                            },
                            "methodIntegration": {
                                "type": "AWS",
                                "httpMethod": "POST",
                                "uri": invoke,
                                "connectionType": "VPC_LINK",
                                "connectionId": "${stageVariables.link}",
                                "credentials": f"arn:aws:iam::{HOME.account}:role/invoke",
                                "requestParameters": {"integration.request.header.X": "'y'"},
                                "requestTemplates": {"application/json": "{}"},
                                "passthroughBehavior": "NEVER",
                                "contentHandling": "CONVERT_TO_TEXT",
                                "timeoutInMillis": 5000,
                                "cacheNamespace": "shared",
                                "cacheKeyParameters": ["method.request.querystring.page"],
                                "integrationResponses": {
                                    "200": {
                                        "selectionPattern": "x",
                                        "responseParameters": {"method.response.header.X": "'y'"},
                                        "responseTemplates": {"application/json": "{}"},
                                        "contentHandling": "CONVERT_TO_TEXT",
                                    }
                                },
                                "tlsConfig": {"insecureSkipVerification": True},
                                "responseTransferMode": "STREAM",
                                "integrationTarget": "arn:aws:elasticloadbalancing:us-east-1:1:x",
                            },
                        }
                    },
                },
            ],
            "GetAuthorizers a1": [
                {
                    "id": f"u{n}",
                    "name": f"users{n}",
                    "type": "REQUEST",
                    "providerARNs": [f"arn:aws:cognito-idp:us-east-1:{HOME.account}:userpool/us-east-1_x"],
                    "authType": "custom",
                    "authorizerUri": invoke,
                    "authorizerCredentials": f"arn:aws:iam::{HOME.account}:role/authorize",
                    "identitySource": "method.request.header.Auth",
                    "identityValidationExpression": "^x",
                    "authorizerResultTtlInSeconds": 60,
                }
                for n in (1, 2)
            ],
            "GetRequestValidators a1": [
                {"id": f"v{n}", "name": f"all{n}", "validateRequestBody": True, "validateRequestParameters": True}
                for n in (1, 2)
            ],
            "GetModels a1": [
                {
                    "id": "m1",
                    "name": "Pet",
                    "description": "d",
                    "contentType": "application/json",
                    "schema": '{"type": "object"}',
                }
            ],
            "GetGatewayResponses a1": [
                {
                    "responseType": "ACCESS_DENIED",
                    "statusCode": "403",
                    "responseParameters": {"gatewayresponse.header.X": "'y'"},
                    "responseTemplates": {"application/json": "{}"},
                    "defaultResponse": False,
                }
            ],
            "GetDeployments a1": [
                {"id": f"d{n}", "description": "d", "createdDate": "2026-01-01T00:00:00Z"} for n in (1, 2)
            ],
            "GetClientCertificates": [{"clientCertificateId": f"c{n}", "description": f"edge {n}"} for n in (1, 2)],
            "GetStages a1": [
                {
                    "stageName": "prod",
                    "deploymentId": "d1",
                    "clientCertificateId": "c1",
                    "description": "d",
                    "cacheClusterEnabled": True,
                    "cacheClusterSize": "1.6",
                    "methodSettings": {
                        "*/*": {
                            "metricsEnabled": True,
                            "loggingLevel": "INFO",
                            "dataTraceEnabled": True,
                            "throttlingBurstLimit": 10,
                            "throttlingRateLimit": 10.5,
                            "cachingEnabled": True,
                            "cacheTtlInSeconds": 60,
                            "cacheDataEncrypted": True,
                            "requireAuthorizationForCacheControl": False,
                            "unauthorizedCacheControlHeaderStrategy": "FAIL_WITH_403",
                        }
                    },
                    "variables": {"backend": "a"},
                    "documentationVersion": "1",
                    "accessLogSettings": {
                        "format": "$context.requestId",
                        "destinationArn": f"arn:aws:logs:us-east-1:{HOME.account}:log-group:x",
                    },
                    "canarySettings": {
                        "percentTraffic": 10.0,
                        "deploymentId": "d2",
                        "stageVariableOverrides": {"backend": "b"},
                        "useStageCache": True,
                    },
                    "tracingEnabled": True,
                    "webAclArn": f"arn:aws:wafv2:us-east-1:{HOME.account}:regional/webacl/x/1",
                    "tags": {"team": "web"},
                },
            ],
        }
    )
