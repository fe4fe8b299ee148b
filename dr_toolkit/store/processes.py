"""Whether a process that said where it runs can still be alive."""

from __future__ import annotations

import hashlib
import os
import socket
import uuid
from functools import cache
from pathlib import Path


def this_host() -> str:
    """The host's name, for people to read: several hosts may have the same one."""
    return socket.gethostname() or "localhost"


@cache
def machine() -> str:
    """A text that two processes share only if they see each other's process ids.

    On Linux that is this boot of this kernel and this process-id namespace: containers with the same
    host name differ, and so do two Lambda environments. Elsewhere it rests on the network address.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        space = os.readlink("/proc/self/ns/pid")
    except OSError:
        boot, space = f"{uuid.getnode():012x}", ""
    return hashlib.sha256(f"{boot} {space} {this_host()}".encode()).hexdigest()[:16]


def is_gone(pid: int) -> bool:
    """Whether there is certainly no process ``pid`` on this machine; never true of this one."""
    if pid == os.getpid() or pid <= 0 or os.name != "posix":
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False
