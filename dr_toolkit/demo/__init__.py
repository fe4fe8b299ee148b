"""The demo: the main job on an embedded AWS, by the same commands that a person would type."""

from __future__ import annotations


def run(no_color: bool, keep: str | None) -> int:
    """Play the demo on stdout; the exit code is the result.

    Config, plan and reports stay in the folder ``keep``, if one is named. Raises EmulatorMissing where the embedded
    AWS is not installed, and UsageError where the folder can't be used.
    """
    from dr_toolkit.demo.play import play

    return play(no_color, keep)
