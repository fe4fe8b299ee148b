"""How much hypothesis tries: the same few examples at every run, unless a person asks for more."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "ci", deadline=None, max_examples=15, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
settings.register_profile("quick", settings.get_profile("ci"), phases=[Phase.explicit, Phase.generate], print_blob=False)
settings.register_profile("deep", deadline=None, max_examples=1000, suppress_health_check=list(HealthCheck))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
