"""A held person on a real broker: shown without their data, released by whom it takes, told of."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from click.testing import CliRunner

from schemas.log import ActRefused, Decided, HoldLifted, PersonHeld
from schemas.risk import RoshAssessed
from services.agreements.signing import Asked, NobodyActs, NotAllowed
from services.agreements.signing import installation as signed_for
from services.agreements.versions import Versions
from services.hub.actors.proof import prove
from services.hub.broker.cluster import Cluster
from services.hub.held import command
from services.hub.held.desk import Desk
from services.risk.app import build
from services.runtime import wire
from services.runtime.decision import Context, Decision, Route, State
from services.runtime.faults import Refused
from services.runtime.names import Names
from services.runtime.records import Outgoing
from services.runtime.service import Service
from tests import makers
from tests.journeys.by_hand import HERE, KNOWN, SOMEBODY, Installation, put_up
from tests.journeys.hub import apart

pytestmark = pytest.mark.journey


def fails(_: State | None, __: RoshAssessed, ___: Context) -> Decision[State]:
    raise ZeroDivisionError


@pytest.fixture(scope="module")
def installation(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    with apart(cluster) as mine, put_up(mine, tmp_path_factory) as there:
        yield there


def assessed(*numbers: int) -> Sequence[RoshAssessed]:
    return [makers.a_rosh(occurred_at=makers.later(minutes=number)) for number in numbers]


def broken(names: Names) -> Service:
    """Risk with a rule that fails on every assessment."""
    service = build(names)
    routes = tuple(
        Route(route.fact, fails) if route.fact is RoshAssessed else route
        for route in service.routes
    )
    return replace(service, routes=routes)


def test_a_held_person_is_released_after_the_fix(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = installation.cluster.names
    asyncio.run(installation.said(KNOWN))
    asyncio.run(installation.admit())
    asyncio.run(installation.said(*assessed(1, 2)))
    asyncio.run(installation.work(broken(names)))
    desk = Desk(installation.cluster)
    (hold,) = desk.holds()
    assert (hold.service, hold.partition, len(hold.waits)) == ("risk", HERE, 2)
    assert desk.faults(hold) == ["ZeroDivisionError"]
    assert [waiting.kind for waiting in desk.waiting(hold)] == ["risk.rosh-assessed"] * 2

    monkeypatch.setattr(command, "_desk", lambda _: desk)
    listed = CliRunner().invoke(command.held, ["list"])
    assert hold.number in listed.output
    assert "ZeroDivisionError" in listed.output
    assert str(SOMEBODY) not in listed.output
    shown = CliRunner().invoke(command.held, ["show", hold.number, "--json"])
    assert shown.exit_code == 0
    assert str(SOMEBODY) not in shown.output
    missing = CliRunner().invoke(command.held, ["show", "risk-0-99999"])
    assert missing.exit_code == 1
    assert "hub held list" in missing.output

    nobody = CliRunner().invoke(command.held, ["release", hold.number], env={"HUB_ACTOR": ""})
    assert nobody.exit_code == 1
    assert "--as ACTOR" in nobody.output
    assert installation.actors["on-call"] in nobody.output
    with pytest.raises(NobodyActs):
        desk.lift(hold, skipped=False, asked=Asked(("a-ffffffffffff",), installation.keys))
    with pytest.raises(NotAllowed, match="role-may-not"):
        desk.lift(hold, skipped=False, asked=installation.asked("contact"))
    asyncio.run(installation.work(broken(names)))
    assert desk.now(hold) == hold
    (refused,) = installation.stands(ActRefused)
    assert isinstance(refused, ActRefused)
    assert (refused.what, refused.reason) == ("hold", "role-may-not")
    assert refused.actor == installation.actors["contact"]
    assert installation.stands(Decided) == installation.stands(HoldLifted) == []

    said = desk.lift(hold, skipped=False, asked=installation.asked("on-call"))
    (*_, told) = installation.read(names.said("deploy", Decided), 1)
    assert wire.decode(told.value or b"") == said
    asyncio.run(installation.work(broken(names)))
    assert desk.now(hold) == hold
    assert desk.faults(hold) == ["ZeroDivisionError"] * 2

    asyncio.run(installation.said(*assessed(3)))  # waits too
    asyncio.run(installation.work(broken(names)))
    with pytest.raises(NotAllowed, match="role-may-not"):
        desk.lift(hold, skipped=True, asked=installation.asked("on-call"))
    desk.lift(hold, skipped=True, asked=installation.asked("lead-officer"))
    lane = asyncio.run(installation.work(build(names)))
    assert desk.now(hold) is None
    with pytest.raises(Refused):
        desk.hold(hold.number)
    row = lane.store.get(str(SOMEBODY))
    assert row is not None
    assert row.waits == ()
    held = installation.read(names.said("risk", PersonHeld), 1)
    assert len({record.header("ce_id") for record in held}) == 2
    _proved(installation)


def _proved(installation: Installation) -> None:
    """Every act in the log is proved again; one that nobody signed is found."""
    cluster = installation.cluster
    versions, here = Versions(cluster.home / "agreements"), signed_for(cluster.home)
    proof = prove(cluster, versions, here)
    assert [one.act for one in proof.acts] == ["hold release", "hold skip"]
    assert (proof.refused, proof.wrong) == (2, ())
    lifted = [fact for fact in installation.stands(HoldLifted) if isinstance(fact, HoldLifted)]
    assert [fact.skipped for fact in lifted] == [False, True]
    forged = lifted[0].model_copy(update={"event_id": makers.CAUSE, "caused_by": makers.CAUSE})
    log, headers = cluster.names.log, tuple(wire.headers_of(forged))
    out = Outgoing(log, SOMEBODY.bytes, wire.encode(forged), headers, HERE)
    asyncio.run(installation.outbox.send([out]))
    (wrong,) = prove(cluster, versions, here).wrong
    assert wrong.startswith("log.hold-lifted at ")
    assert wrong.endswith(": nobody-decided")
