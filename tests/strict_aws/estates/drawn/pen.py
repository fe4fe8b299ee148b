"""What draws: a hypothesis strategy's `draw`, and whether to leave nothing out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests.strict_aws.estates.steps import Document

Drawn = TypeVar("Drawn")


class Pen:
    """Draws values. A ``full`` one gives every optional member, and one thing of every variant."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any], *, full: bool = False) -> None:
        self.draw, self.full = draw, full

    def __call__(self, strategy: st.SearchStrategy[Drawn]) -> Drawn:
        """A value."""
        return self.draw(strategy)  # type: ignore[no-any-return]

    def given(self, required: Document, /, **optional: st.SearchStrategy[Any]) -> Document:
        """The required members, and any of the optional ones."""
        chosen = {name: self(value) for name, value in optional.items() if self.full or self(st.booleans())}
        return required | chosen

    def some(self, variants: Sequence[Drawn], most: int = 2) -> list[Drawn]:
        """Some of the variants, or all of them; one of them may come more than once."""
        return list(variants) if self.full else self(st.lists(st.sampled_from(variants), max_size=most))

    def one(self, variants: Sequence[Drawn]) -> Drawn:
        """One of the variants."""
        return self(st.sampled_from(variants))

    def numbers(self, most: int) -> Iterator[int]:
        """As many numbers from 0 on as there are to be things."""
        return iter(range(most if self.full else self(st.integers(0, most))))
