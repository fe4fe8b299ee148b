"""Patches to moto that make it answer as AWS does where the toolkit's round trip depends on it."""

from __future__ import annotations

from functools import cache


@cache
def apply() -> None:
    """Patch moto, once in a process."""
    from tests.moto_overlay import (
        ec2_groups,
        ec2_pages,
        ec2_prefix_lists,
        rest,
        rest_apis,
        rest_integrations,
        rest_parts,
        rest_resources,
        rest_stages,
    )

    handled = (rest_apis, rest_resources, rest_integrations, rest_parts, rest_stages)
    assert all(module.__name__ for module in handled)  # importing them registered their handlers
    ec2_groups.install()
    ec2_prefix_lists.install()
    ec2_pages.install()
    rest_apis.add_routes()
    rest.install()
