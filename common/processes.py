"""Processes by a name that tells whether they still live, to whoever looks from the same machine."""

import os
import socket
from pathlib import Path


def name_of(pid: int) -> str:
    """Return host, pid and start of a process; a pid alone may be another process by now."""
    return f"{socket.gethostname()}:{pid}:{started_at(pid)}"


def started_at(pid: int) -> str:
    """Return when a process began, in the kernel's ticks; empty where the system does not tell."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def is_dead(holder: str) -> bool:
    """Return whether a holder is a process of this machine that is no more; of others nothing is known."""
    host, _, rest = holder.partition(":")
    pid, _, began = rest.partition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return started_at(int(pid)) != began or is_zombie(int(pid))


def is_zombie(pid: int) -> bool:
    """Return whether a process has died and nobody has buried it yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False
