"""Page tokens: opaque, and good only for the list that gave them."""

from __future__ import annotations

import base64
import hashlib


class Pages:
    """Makes tokens and reads them back."""

    def token(self, start: int, of: str) -> str:
        """A token for the rest of a list from `start` on."""
        return base64.urlsafe_b64encode(f"{start}.{_mark(of)}".encode()).decode()

    def start(self, token: str | None, of: str) -> int | None:
        """Where the page begins that a token stands for: 0 without one, None where it is not one of this list."""
        if not token:
            return 0
        try:
            start, _, mark = base64.urlsafe_b64decode(token.encode()).decode().partition(".")
        except ValueError:
            return None
        return int(start) if mark == _mark(of) and start.isdecimal() else None


def _mark(of: str) -> str:
    return hashlib.sha256(of.encode()).hexdigest()[:16]
