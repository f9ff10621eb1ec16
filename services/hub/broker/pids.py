"""Whether a process is still the one it was: ids are used again, id and start time are not."""

import os
import subprocess
import time
from pathlib import Path

STAT_STATE, STAT_STARTED = 0, 19  # fields 3 and 22 of /proc/<pid>/stat, counted after the name


def started(pid: int) -> str | None:
    """When the process started, in words only good for comparing; None if there is none.

    One that has ended but was not yet collected by its parent counts as none.
    """
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        return None if fields[STAT_STATE] in "ZX" else fields[STAT_STARTED]
    return _started_by_ps(pid)


def alive(pid: int | None, since: str | None) -> bool:
    """Whether the very process with this id and start time is running."""
    return pid is not None and since is not None and started(pid) == since


def age_s(pid: int) -> float | None:
    """Seconds since the process started; None if there is none or nobody knows."""
    since, uptime = started(pid), Path("/proc/uptime")
    if since is None or not since.isdecimal() or not uptime.exists():
        return None
    return float(uptime.read_text().split()[0]) - int(since) / os.sysconf("SC_CLK_TCK")


def older(pid: int, moment_s: float) -> bool:
    """Whether the process started before that moment; where nobody knows, it did."""
    running_s = age_s(pid)
    return running_s is None or time.time() - running_s <= moment_s


def _started_by_ps(pid: int) -> str | None:
    """The same on systems without /proc."""
    answer = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    state, _, since = answer.stdout.strip().partition(" ")
    return None if not since or state.startswith("Z") else since.strip()
