"""The config file: what it may say, how it is found and read, and what it says.

``load_config`` gives a ``Config`` or raises ConfigError, which names file, line and dotted key. YAML and the
schema are imported only once there is a file to read.
"""

from dr_toolkit.config.example import EXAMPLE
from dr_toolkit.config.globs import matches
from dr_toolkit.config.loading import NAME, load_config
from dr_toolkit.config.nouns import (
    HONOURED,
    Config,
    IgnoreRule,
    Notification,
    ObjectLock,
    Retention,
    Rewrite,
    Secrets,
    Signing,
    Source,
    StoreSettings,
    Target,
    did_you_mean,
    excludes_type,
    selects,
)

__all__ = [
    "EXAMPLE",
    "HONOURED",
    "NAME",
    "Config",
    "IgnoreRule",
    "Notification",
    "ObjectLock",
    "Retention",
    "Rewrite",
    "Secrets",
    "Signing",
    "Source",
    "StoreSettings",
    "Target",
    "did_you_mean",
    "excludes_type",
    "load_config",
    "matches",
    "selects",
]
