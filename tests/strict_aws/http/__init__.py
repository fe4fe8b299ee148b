"""API Gateway v2: HTTP and WebSocket APIs."""

from importlib import import_module
from pathlib import Path

for _module in sorted(Path(__file__).parent.glob("*.py")):  # importing them registers what answers
    if _module.stem != "__init__":
        import_module(f"{__name__}.{_module.stem}")
