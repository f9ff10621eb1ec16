"""Where a process waits, and the tasks that wait there. Nothing runs but what is chosen to.

Coroutines are driven by hand: the code of the services awaits nothing but its ports, and the ports
of the simulation await nothing but a `Step`.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass, field
from typing import Any

from services.runtime.records import Outgoing


@dataclass(slots=True)
class Step:
    """A wait. What the process does next is done only once it is chosen again."""

    at: str
    ready: Callable[[], bool] | None = None
    """What has to be true before it can go on; None: nothing."""
    in_flight: Outgoing | None = None
    """What is on its way to the broker and can still arrive, whatever becomes of the process."""
    may_fail: bool = False
    """Whether the answer can be lost here."""

    def __await__(self) -> Generator[Step, None, None]:
        """Hand the turn back."""
        yield self


@dataclass(slots=True)
class Task:
    """One coroutine of a process."""

    body: Coroutine[Any, Any, None]
    step: Step = field(default_factory=lambda: Step("start"))
    sleeps_until: int = 0
    over: bool = False

    def go_on(self, fault: Exception | None = None) -> None:
        """Until the next wait, or the end.

        Raises:
            Exception: whatever ended it.
        """
        try:
            self.step = self.body.send(None) if fault is None else self.body.throw(fault)
        except StopIteration:
            self.over = True
        except Exception:
            self.over = True
            raise

    def die(self) -> None:
        """Nothing of it runs any more; what it had done is done."""
        self.over = True
        self.body.close()
