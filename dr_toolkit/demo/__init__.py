"""The demo: the main job on an embedded AWS, by the same commands that a person would type."""

from dr_toolkit.demo.play import run

__all__ = ["run"]
