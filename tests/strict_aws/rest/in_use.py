"""What holds a stage, a deployment or a VPC link, so that it can't be deleted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.strict_aws.call import Call
from tests.strict_aws.refusals import bad_request
from tests.strict_aws.rest.state import Content, Domains, RestApi, RestRegion
from tests.strict_aws.rules import rule

Document = dict[str, Any]

MAPPED_STAGE = rule(
    "rest.delete-of-mapped-stage",
    "A stage that a custom domain name leads to can't be deleted",
    "AWS notes, appendix B; the text is recalled",
)
RULED_STAGE = rule(
    "rest.delete-of-routed-stage",
    "A stage that a routing rule leads to can't be deleted",
    "by analogy with base path mappings",
    recalled=True,
)
PLANNED_STAGE = rule(
    "rest.delete-of-planned-stage",
    "A stage that is part of a usage plan can't be deleted",
    "AWS notes, section 6",
    recalled=True,
)


def domains_leading_to(call: Call, api_id: str, stage: str) -> list[str]:
    """Names of the domains with mappings (and, where that rule holds, routing rules) to a stage of an API."""
    domains = call.part(Domains)
    found = set()
    for key, domain in domains.names.items():
        leads = [(each["apiId"], each.get("stage")) for each in domains.mappings.get(key, {}).values()]
        if call.holds(RULED_STAGE):
            for each in domains.routing_rules.get(key, {}).values():
                leads += [(a["InvokeApi"]["ApiId"], a["InvokeApi"]["Stage"]) for a in each["Actions"]]
        if (api_id, stage) in leads:
            found.add(domain["domainName"])
    return sorted(found)


def refuse_mapped_stage(call: Call, api_id: str, stage: str) -> None:
    """Raise BadRequestException where a domain leads to the stage that is to be deleted."""
    found = domains_leading_to(call, api_id, stage)
    if found and call.holds(MAPPED_STAGE):
        text = "Please remove all base path mappings related to the stage in your domains: "
        raise bad_request(f"Deleting stage {stage} failed. {text}{', '.join(found)}")


def refuse_planned_stage(call: Call, api_id: str, stage: str) -> None:
    """Raise BadRequestException where a usage plan has the stage that is to be deleted."""
    for plan in call.part(RestRegion).usage_plans.values():
        for each in plan.get("apiStages", []):
            if (each["apiId"], each["stage"]) == (api_id, stage) and call.holds(PLANNED_STAGE):
                raise bad_request(f"Cannot delete stage {stage}, it is part of the usage plan {plan['id']}")


def deployments_in_use(api: RestApi) -> dict[str, list[str]]:
    """Names of stages by the deployment that they, or their canaries, are on."""
    found: dict[str, list[str]] = {}
    for name, stage in api.stages.items():
        canary = stage.get("canarySettings", {}).get("deploymentId")
        for deployment in {stage["deploymentId"], canary} - {None}:
            found.setdefault(deployment, []).append(name)
    return found


def links_in(content: Content) -> Iterator[tuple[str, str, str]]:
    """(VPC link id, verb, resource id) of every integration that goes through one."""
    for resource_id, resource in content.resources.items():
        for verb, method in resource.get("resourceMethods", {}).items():
            integration = method.get("methodIntegration", {})
            if integration.get("connectionType") == "VPC_LINK" and integration.get("connectionId"):
                yield integration["connectionId"], verb, resource_id


def references_to_link(call: Call, link_id: str) -> tuple[list[str], list[str]]:
    """Where integrations refer to a VPC link, as AWS writes it: of drafts, and of what stages have deployed."""
    drafts, stages = [], []
    for api in call.part(RestRegion).apis.values():
        drafts += [f"{api.id}:{verb}:{where}" for link, verb, where in links_in(api.draft) if link == link_id]
        for deployment, names in deployments_in_use(api).items():
            for link, verb, where in links_in(api.deployed[deployment]):
                stages += [f"{api.id}:{verb}:{where}:{name}" for name in names if link == link_id]
    return drafts, stages
