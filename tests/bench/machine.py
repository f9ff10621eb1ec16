"""What is asked of the machine: a process's processor time, and how busy everybody keeps it."""

import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Machine:
    """Where a run took place; without it no figure means anything."""

    cores: int
    load: tuple[float, float]
    """Runnable processes, mean of one minute, when the run began and when it ended."""
    python: str
    system: str


def machine(load_at_start: float) -> Machine:
    """This machine, as the run leaves it."""
    cores = len(os.sched_getaffinity(0))
    return Machine(cores, (load_at_start, load()), sys.version.split()[0], platform.platform())


def load() -> float:
    """Runnable processes of this machine, mean of the last minute."""
    return round(os.getloadavg()[0], 1)


def cpu_s(pid: int) -> float:
    """Processor time of that process and its threads so far, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * _TICK_S


def memory_mb(pid: int) -> float:
    """What that process holds of the machine's memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    (resident,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(resident.split()[1]) / 1024
