"""What may keep a plan from being carried out, found out before anything is changed.

Each check is a pure function over what is wanted, what is there, and the plan.
"""

from dr_toolkit.engine.preflight.scene import CHECKS, examined
from dr_toolkit.engine.preflight.subject import Scene

__all__ = ["CHECKS", "Scene", "examined"]
