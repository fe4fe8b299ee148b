"""What is done about each difference, and by which steps: with replacements, where a person allows them."""

from __future__ import annotations

from dr_toolkit.engine import planner, replacing, replays
from dr_toolkit.engine.ports import Cloud
from dr_toolkit.engine.situation import Situation
from dr_toolkit.model.changes import Step
from dr_toolkit.workflows.standing import standing_on


def drafted(cloud: Cloud, situation: Situation, *, replace_allowed: bool) -> tuple[planner.Draft, list[Step]]:
    """What a plan is made of, and its steps in their order; what stands on things to be replaced is asked of EC2."""
    if replace_allowed:
        used = standing_on(cloud, replacing.candidates(situation), situation.bindings)
        return replacing.planned(situation, used, cloud.scope)
    draft = planner.draft(situation)
    return draft, replays.steps(draft, situation, cloud.scope)
