"""Where the config file is looked for, and how it is read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from dr_toolkit.config.nouns import Config
from dr_toolkit.errors import ConfigError

NAME = "dr-toolkit.yaml"
"""What the file is called where nobody names it."""


def load_config(path: Path | None, env: Mapping[str, str], cwd: Path) -> Config | None:
    """The config of the named file, else of ``./dr-toolkit.yaml``, else of the user's config folder.

    None where no file was named and there is none. Raises ConfigError, with file, line and key, where a
    named file is missing, or where a file can't be read or says what it may not.
    """
    if path is not None:
        return _load(cwd / path, shown=str(path))
    for candidate in _places(env, cwd):
        if os.path.lexists(candidate):
            return _load(candidate, shown=str(candidate))
    return None


def _places(env: Mapping[str, str], cwd: Path) -> list[Path]:
    places = [cwd / NAME]
    folder, home = env.get("XDG_CONFIG_HOME", ""), env.get("HOME", "")
    if os.path.isabs(folder):  # the XDG specification: a relative one is to be ignored
        places.append(Path(folder) / "dr-toolkit" / NAME)
    elif home:
        places.append(Path(home) / ".config" / "dr-toolkit" / NAME)
    return places


def _load(path: Path, shown: str) -> Config:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        hint = "Name one that is there, or write it: dr-toolkit init --config FILE"
        raise _unreadable(shown, "there is no such file", hint) from error
    except OSError as error:
        raise _unreadable(shown, f"can't be read: {error.strerror or error}") from error
    from dr_toolkit.config.lines import read_tree
    from dr_toolkit.config.schema import read_config

    try:
        return read_config(read_tree(data, shown), path)
    except RecursionError as error:
        raise _unreadable(shown, "is nested too deeply, or refers to itself") from error


def _unreadable(shown: str, reason: str, hint: str = "") -> ConfigError:
    return ConfigError(file=shown, line=1, key="(file)", reason=reason, **({"hint": hint} if hint else {}))
