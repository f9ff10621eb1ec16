"""A selection of the hostile inputs of `python -m tests.hostile`, and its guards made to fail."""

import logging
import tracemalloc

import pytest

from services.runtime.faults import Unreadable
from tests.hostile import __main__ as run
from tests.hostile import mutate, targets
from tests.hostile.targets import TARGETS, Broken, coded, overheard, silent, thrown

SEED = 20_261_126
SELECTION = {"wire": 3000, "door": 400, "rows": 1500, "events": 1500, "requests": 300, "files": 80}


@pytest.mark.parametrize("target", TARGETS)
async def test_every_input_is_answered_or_put_aside(target: str) -> None:
    count = SELECTION[target]
    became = await TARGETS[target][0](SEED, 0, count)
    assert became.total() >= count
    assert len(became) >= 2, "inputs that all meet one end test little"


async def test_memory_is_flat() -> None:
    await targets.the_wire(SEED, 0, 500)
    tracemalloc.start()
    try:
        await targets.the_rows(SEED, 0, 200)
        settled, _ = tracemalloc.get_traced_memory()
        await targets.the_rows(SEED, 200, 800)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - settled < 300_000


def test_an_input_is_its_seed_and_number() -> None:
    def made(seed: int, index: int) -> bytes:
        return mutate.some_json(mutate.chance(seed, "rows", index), {"a": [1, "b"]})

    assert [made(1, i) for i in range(50)] == [made(1, i) for i in range(50)]
    assert [made(1, i) for i in range(50)] != [made(2, i) for i in range(50)]


def test_a_run_covers_every_number_once_and_mixes_its_targets() -> None:
    planned = list(run.runs(10_000, 0, None))
    for name in TARGETS:
        mine = [
            number
            for n, start, count in planned
            if n == name
            for number in range(start, start + count)
        ]
        assert mine == list(range(len(mine)))
    assert len({name for name, _, _ in planned[:6]}) == len(TARGETS)
    assert [n for n, _, _ in run.runs(600, 1500, "door")] == ["door", "door"]


# -- the guards


def test_what_escapes_is_told_by_seed_and_number_alone() -> None:
    with (
        pytest.raises(Broken, match=r"^door: seed 7, input 9: KeyError escaped$"),
        thrown("door", 7, 9),
    ):
        raise KeyError(mutate.CANARIES[0])


@pytest.mark.parametrize(
    ("reason", "field"), [("Not A Code", ""), ("x", "a b"), ("", ""), ("x", "CANARY-REF")]
)
def test_a_reason_that_is_none_is_noticed(reason: str, field: str) -> None:
    with pytest.raises(Broken):
        coded(reason, field)


def test_a_value_repeated_or_logged_is_noticed() -> None:
    with pytest.raises(Broken):
        silent(f"no person called {mutate.CANARIES[0]}")
    with overheard() as ears:
        logging.getLogger("x").warning("refused", extra={"at": mutate.CANARIES[1]})
    with pytest.raises(Broken, match="logged"):
        ears.check()
    with overheard() as ears:
        logging.getLogger("aiohttp.server").error("Unhandled exception")
    with pytest.raises(Broken, match="an error was logged by aiohttp.server"):
        ears.check()


async def test_a_row_the_broker_would_refuse_is_noticed() -> None:
    with pytest.raises(Broken):
        await targets.LimitedRows().save(0, {"person": bytes(targets.ROW_TAKEN + 1)})


def test_a_worker_that_grows_is_noticed() -> None:
    assert run.grown({1: [100, 100, 100, 100, 101, 102], 2: [50, 60, 60, 60, 60, 90]}) == 1.5


async def test_a_decoder_that_fails_otherwise_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def decode(_: bytes) -> None:
        raise Unreadable("Testperson Canary")

    monkeypatch.setattr("services.runtime.wire.decode", decode)
    with pytest.raises(Broken, match="no code"):
        await targets.the_wire(SEED, 0, 1)
