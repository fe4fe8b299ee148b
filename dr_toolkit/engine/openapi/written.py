"""What comes of writing an API's nouns as a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dr_toolkit.model.keys import ResourceKey


@dataclass(frozen=True)
class Written:
    """A document to be imported, and what it does not hold.

    ``document`` is JSON with ``Ref`` and ``Join`` leaves for ids that are known only in the target. ``left`` says of
    every noun that the document holds not at all, or only in part, why; every other noun is fully held.
    """

    document: Mapping[str, Any]
    left: Mapping[ResourceKey, str]
