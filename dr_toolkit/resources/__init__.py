"""The AWS types, one file each; a module's ``TYPES`` is its registration."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from dr_toolkit.spec.registry import Registry


@cache
def registry() -> Registry:
    """All types of this package."""
    modules = [importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)]
    return Registry(t for module in modules for t in module.TYPES)
