"""Patches to moto that make it answer as AWS does where the toolkit's round trip depends on it."""

from __future__ import annotations

from functools import cache
from importlib import import_module

HANDLERS = ("apis", "resources", "integrations", "parts", "gateway_responses", "stages")


@cache
def apply() -> None:
    """Patch moto, once in a process."""
    from tests.moto_overlay import ec2_groups, ec2_pages, ec2_prefix_lists, rest, rest_apis

    for name in HANDLERS:  # importing a module registers its handlers
        import_module(f"tests.moto_overlay.rest_{name}")
    ec2_groups.install()
    ec2_prefix_lists.install()
    ec2_pages.install()
    rest_apis.add_routes()
    rest.install()
