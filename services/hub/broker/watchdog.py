"""Ends brokers whose owner is gone, however it went.

Run as a process of its own: `python -m services.hub.broker.watchdog OWNER BROKER…`, each given as
`pid:start-time`. It ends by itself once every broker has ended.
"""

import os
import signal
import sys
import time

from services.hub.broker import pids

LOOK_EVERY_S = 0.5
GRACE_S = 20.0


def watch(owner: tuple[int, str], brokers: list[tuple[int, str]]) -> None:
    """Returns when no broker is left: ended on its own, or because its owner did."""
    while any(pids.alive(*broker) for broker in brokers):
        if not pids.alive(*owner):
            end(brokers, GRACE_S)
            return
        time.sleep(LOOK_EVERY_S)


def end(processes: list[tuple[int, str]], grace_s: float) -> bool:
    """Whether all ended within the grace; those that did not have been killed."""
    _send(processes, signal.SIGTERM)
    deadline = time.monotonic() + grace_s
    while any(pids.alive(*process) for process in processes):
        if time.monotonic() > deadline:
            _send(processes, signal.SIGKILL)
            return False
        time.sleep(0.05)
    return True


def _send(processes: list[tuple[int, str]], what: signal.Signals) -> None:
    for pid, since in processes:
        if pids.alive(pid, since):
            try:
                os.kill(pid, what)
            except ProcessLookupError:
                continue


def parsed(argument: str) -> tuple[int, str]:
    """`pid:start-time` as a pair."""
    pid, _, since = argument.partition(":")
    return int(pid), since


if __name__ == "__main__":
    watch(parsed(sys.argv[1]), [parsed(argument) for argument in sys.argv[2:]])
