"""Whether the broker still holds what was agreed: looked at on a schedule, known to whoever asks.

The supervisor runs it (`python -m services.hub.drift HOME`). What was seen is in `run/drift.json`,
and for a collector of text files in `run/drift.prom`. It changes nothing at the broker.

Exit codes: 0 as agreed · 1 it could not be told · 3 the broker differs.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from confluent_kafka import KafkaException

from services.agreements import apply as applying
from services.agreements.commands import DRIFT, FAILED, SAME
from services.agreements.plan import Plan
from services.agreements.versions import Versions
from services.hub.broker.cluster import Cluster
from services.hub.broker.faults import BrokerFault
from services.hub.broker.private import private_directory, write_private
from services.runtime.faults import Fault
from services.runtime.symptoms import Symptom

KINDS = ("create", "configure", "give", "limit", "take", "look at by hand")
"""What there may be to do about a difference."""
OLD_S = 3600.0
"""Nobody has looked for so long, four times as long as it should take: that is wrong too."""


@dataclass(frozen=True, slots=True)
class Drift:
    """What was seen."""

    at: float
    """Seconds since 1970."""
    version: str = ""
    """The agreements the broker was held against: those applied last."""
    differs: Mapping[str, int] = field(default_factory=dict)
    """How many differences of each kind, none of them nought."""
    failed: str = ""
    """Why nothing could be seen, or empty."""

    @property
    def code(self) -> int:
        """The exit code that says it."""
        return FAILED if self.failed else DRIFT if self.differs else SAME

    def __str__(self) -> str:
        when = f"{datetime.fromtimestamp(self.at, UTC):%d %B %H:%M} UTC"
        if self.failed:
            return f"drift: at {when} nobody could look: {self.failed}"
        if self.differs:
            said = ", ".join(f"{count} to {kind}" for kind, count in self.differs.items())
            return f"drift: at {when} the broker differed from what was agreed: {said}"
        return f"drift: none at {when}"


def of(made: Plan, version: str, at: float) -> Drift:
    """What a plan shows, counted: names of principals and topics stay out of it."""
    counts = (
        len(made.create),
        len(made.configure),
        len(made.give),
        len(made.quotas),
        len(made.take) + len(made.withdrawn),
        len(made.foreign) + len(made.denied),
    )
    return Drift(at, version, {k: count for k, count in zip(KINDS, counts, strict=True) if count})


def look(home: Path, at: float) -> Drift:
    """What the broker holds against what was applied last."""
    try:
        agreements = Versions(home / "agreements").latest()
        return of(applying.plan(Cluster.load(home), agreements), agreements.version, at)
    except (Fault, BrokerFault) as fault:
        return Drift(at, failed=str(fault).splitlines()[0])
    except KafkaException as refused:
        return Drift(at, failed=f"the broker refused or did not answer: {refused.args[0].name()}")


def write_down(home: Path, seen: Drift) -> None:
    """It is known to whoever comes later; what was seen to differ, as metrics too."""
    run = private_directory(home / "run")
    write_private(run / "drift.json", json.dumps(asdict(seen)))
    write_private(run / "drift.prom", "\n".join((*_metrics(seen), "")))


def last(home: Path) -> Drift | None:
    """What was seen last; None: nobody has looked yet."""
    try:
        return Drift(**json.loads((home / "run" / "drift.json").read_text()))
    except FileNotFoundError:
        return None


def symptoms(seen: Drift | None, now: datetime) -> Iterator[Symptom]:
    """That nobody could look, or has for long; what differs the check of rights says itself."""
    if seen is None:
        return
    if seen.failed:
        yield Symptom("drift", str(seen).removeprefix("drift: "), "run: hub agreements plan")
    elif now.timestamp() - seen.at > OLD_S:
        wrong = f"the last look was on {datetime.fromtimestamp(seen.at, UTC):%d %B %H:%M} UTC"
        yield Symptom("drift", wrong, "see whether the supervisor runs: hub status")


def _metrics(seen: Drift) -> Iterator[str]:
    yield "# TYPE hub_agreements_drift_looked_at_seconds gauge"
    yield f"hub_agreements_drift_looked_at_seconds {seen.at:.0f}"
    yield "# TYPE hub_agreements_drift_failed gauge"
    yield f"hub_agreements_drift_failed {int(bool(seen.failed))}"
    yield "# TYPE hub_agreements_drift gauge"
    for kind in KINDS:
        yield f'hub_agreements_drift{{to="{kind}"}} {seen.differs.get(kind, 0)}'


def main() -> None:
    """Look once, in the home named on the command line."""
    home = Path(sys.argv[1])
    seen = look(home, time.time())
    write_down(home, seen)
    sys.stderr.write(f"{seen}\n")
    sys.exit(seen.code)


if __name__ == "__main__":
    main()
