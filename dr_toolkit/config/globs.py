"""Globs on printed keys, such as ``ec2.security_group/main/*``.

``*`` stands for any text, slashes included, ``?`` for one character; everything else, brackets too, is
meant literally, since AWS allows it in names. A glob that matches the beginning of a key up to a slash
matches the key: ``ec2.prefix_list`` means every key of that type, ``ec2.vpc/main`` all that is under it.
"""

from __future__ import annotations

import re
from functools import lru_cache

# A character that no printed key and no glob from a file can hold: only a wildcard can match it.
_ANYTHING = "\0"


@lru_cache(maxsize=512)
def _compiled(glob: str) -> re.Pattern[str]:
    wild = {"*": ".*", "?": "."}
    text = "".join(wild.get(part, re.escape(part)) for part in re.split(r"([*?])", glob.rstrip("/")))
    return re.compile(f"{text}(?:/.*)?", re.DOTALL)


def matches(glob: str, key_text: str) -> bool:
    """Whether the glob matches the printed key, or a beginning of it that ends before a slash."""
    return _compiled(glob).fullmatch(key_text) is not None


def covers(glob: str, type_name: str) -> bool:
    """Whether the glob matches every key that a type can have."""
    longer = _ANYTHING * (len(glob) + 2)
    return all(matches(glob, f"{type_name}/{name}") for name in (_ANYTHING, longer))


def touches(glob: str, type_name: str) -> bool:
    """Whether the glob matches at least one key that a type can have."""
    pattern = glob.rstrip("/")
    places = _past_stars(pattern, {0})
    for character in f"{type_name}/":
        if len(pattern) in places and character == "/":
            return True  # the type as a whole
        places = _past_stars(pattern, _steps(pattern, places, character))
    return bool(places)


def _steps(pattern: str, places: set[int], character: str) -> set[int]:
    """Where in the pattern one can be after one more character."""
    stay = {place for place in places if pattern[place : place + 1] == "*"}
    move = {place + 1 for place in places if pattern[place : place + 1] in (character, "?")}
    return stay | move


def _past_stars(pattern: str, places: set[int]) -> set[int]:
    """The places, and those after a star, which may stand for nothing."""
    reached = set(places)
    for place in sorted(places):
        while pattern[place : place + 1] == "*":
            place += 1
            reached.add(place)
    return reached
