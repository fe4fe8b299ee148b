"""Snapshots of earlier versions in today's terms, so that nothing differs for having been written otherwise. Pure."""

from __future__ import annotations

from dataclasses import replace

from dr_toolkit.model.documents import READ, WARNING, Finding
from dr_toolkit.model.estate import Estate
from dr_toolkit.spec import models, policies
from dr_toolkit.spec.registry import Registry

NEW_TYPE = "new-type"
"""The code of a finding that says what an earlier version did not read."""

_MODEL = "apigateway.model"


def upgrade(estate: Estate, registry: Registry) -> Estate:
    """The estate of a snapshot, put into today's form where an earlier version took it.

    Of what was a landmark then there is no more than a name: it is found as before, and not compared.
    """
    once = {t.name for t in registry if t.once_landmark}
    policies_of = {t.name: [name for name, f in t.fields.items() if f.policy] for t in registry}
    for text, line in list(estate.lines.items()):
        name = text.partition("/")[0]
        if name in once and b'"attributes":{}' in line:
            estate.coverage.pop(name, None)
        elif members := policies_of.get(name):
            _in_one_form(estate, text, members)
        elif name == _MODEL:
            _without_the_unsaid(estate, text)
    return estate


def _without_the_unsaid(estate: Estate, text: str) -> None:
    """Earlier versions kept the whole schema of a model, what goes without saying too."""
    model = estate.get(text)
    schema = model.attributes.get("schema") if model else None
    if model is None or not isinstance(schema, dict):
        return
    left = models.telling(schema, model.attributes.get("description"))
    if left != schema:
        attributes = {name: value for name, value in model.attributes.items() if name != "schema"}
        estate.put(replace(model, attributes=attributes | ({"schema": left} if left else {})))


def _in_one_form(estate: Estate, text: str, members: list[str]) -> None:
    """Policies of earlier versions, which kept them as they were written."""
    resource = estate.get(text)
    if resource is None:
        return
    held = {member: resource.attributes[member] for member in members if member in resource.attributes}
    told = {member: policies.form(policy) for member, policy in held.items()}
    if told != held:
        estate.put(replace(resource, attributes={**resource.attributes, **told}))


def new_types(before: Estate, live: Estate, registry: Registry) -> list[Finding]:
    """What is read now and was not when the snapshot was taken, which therefore can't be compared."""
    text = "the snapshot is of a version that did not read it; take another one, and make it the baseline"
    return [
        Finding(WARNING, NEW_TYPE, name, text)
        for name, coverage in sorted(live.coverage.items())
        if coverage.status == READ and name not in before.coverage and name in registry and not registry[name].landmark
    ]
