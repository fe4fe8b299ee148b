"""First-class integrations: the actions of services that an HTTP API calls by itself."""

from __future__ import annotations

from tests.strict_aws.call import Call
from tests.strict_aws.http.state import Document
from tests.strict_aws.refusals import bad_request
from tests.strict_aws.rules import rule

SUBTYPES = rule(
    "http.integration-subtype",
    "A subtype is one of those that are known, goes with AWS_PROXY, needs credentials and its own parameters, and has "
    "no URI",
    "quoted: the developer guide, 'Integration subtype reference'; botocore: CreateIntegration; the texts are recalled",
)
NEEDED = {
    "AppConfig-GetConfiguration": {"Application", "Environment", "Configuration", "ClientId"},
    "EventBridge-PutEvents": {"Detail", "DetailType", "Source"},
    "Kinesis-PutRecord": {"StreamName", "Data", "PartitionKey"},
    "SQS-DeleteMessage": {"QueueUrl", "ReceiptHandle"},
    "SQS-PurgeQueue": {"QueueUrl"},
    "SQS-ReceiveMessage": {"QueueUrl"},
    "SQS-SendMessage": {"QueueUrl", "MessageBody"},
    "StepFunctions-StartExecution": {"StateMachineArn"},
    "StepFunctions-StartSyncExecution": {"StateMachineArn"},
    "StepFunctions-StopExecution": {"ExecutionArn"},
}


def check_subtype(call: Call, integration: Document) -> None:
    """Refuse a subtype that is not known, or goes with what it can't."""
    subtype = integration.get("IntegrationSubtype")
    if not subtype or not call.holds(SUBTYPES):
        return
    if integration["IntegrationType"] != "AWS_PROXY":
        raise bad_request("IntegrationSubtype is supported for AWS_PROXY integrations only")
    if subtype not in NEEDED:
        raise bad_request(f"Invalid integration subtype specified: {subtype}")
    if not integration.get("CredentialsArn"):
        raise bad_request(f"CredentialsArn is a required parameter for the integration subtype {subtype}")
    if integration.get("IntegrationUri"):
        raise bad_request("IntegrationUri is not supported with an integration subtype")
    missing = sorted(NEEDED[subtype] - set(integration.get("RequestParameters") or {}))
    if missing:
        raise bad_request(f"Required parameters are missing for {subtype}: {', '.join(missing)}")
