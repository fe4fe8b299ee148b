"""Loads how much hypothesis tries."""

from __future__ import annotations

from tests import hypothesis_profile

__all__ = ["hypothesis_profile"]
