"""The rule book: how bad drift is, and why. A module's ``RULES`` is its registration; a rule is one line in it."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from dr_toolkit.engine.rulebook.case import Rule


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, by their ids."""
    modules = [importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)]
    return tuple(sorted((r for module in modules for r in getattr(module, "RULES", ())), key=lambda r: r.id))


@cache
def by_type() -> dict[str, tuple[Rule, ...]]:
    """The rules that look at changes of each type."""
    names = {name for rule in rules() for name in rule.types}
    return {name: tuple(rule for rule in rules() if name in rule.types) for name in names}
