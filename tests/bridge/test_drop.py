"""Files are in exactly one folder at any time, and done only when the broker has confirmed."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.bridge.drop import DropFolder, work_off
from services.bridge.rows import Report
from services.bridge.watch import Watch
from services.runtime.faults import Refused, Unavailable
from tests.bridge.kit import QUICK, a_while, eventually


class Desk:
    """A folder and somebody who takes files in."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = DropFolder(root, max_file=1000)
        self.watch = Watch("em")
        self.away = False
        self.taken: list[str] = []

    async def take(self, path: Path) -> Report:
        if self.away:
            raise Unavailable("the broker did not take it")
        if path.name.startswith("bad"):
            raise Refused("unknown-feed", "file")
        self.taken.append(path.name)
        return Report(rows=1, facts=1)

    def drop(self, name: str, content: bytes = b"{}\n") -> None:
        upload = self.folder.begin(name)
        upload.write(0, content)
        upload.close()
        self.folder.complete(upload)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        task = asyncio.create_task(work_off(self.folder, self.take, self.watch, QUICK))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def names(self, folder: str) -> list[str]:
        return sorted(path.name for path in (self.folder.public / folder).iterdir())

    def report(self, name: str) -> Any:
        path = self.folder.public / "reports" / f"{name}.report.json"
        return json.loads(path.read_bytes())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_a_dropped_file_is_taken_reported_and_done(desk: Desk) -> None:
    async with desk.working():
        desk.drop("a.jsonl")
        await eventually(lambda: desk.names("done") == ["a.jsonl"])
    assert desk.names("drop") == []
    assert desk.report("a.jsonl")["facts"] == 1
    assert desk.report("a.jsonl")["file"] == "a.jsonl"


async def test_a_file_refused_as_a_whole_says_why_and_the_next_is_taken(desk: Desk) -> None:
    desk.drop("bad.jsonl")
    desk.drop("good.jsonl")
    async with desk.working():
        await eventually(lambda: desk.names("done") == ["good.jsonl"])
    assert desk.names("refused") == ["bad.jsonl"]
    assert desk.report("bad.jsonl")["faults"] == [
        {"row": 0, "field": "file", "reason": "unknown-feed"}
    ]


async def test_while_the_broker_is_away_nothing_is_done_or_reported(desk: Desk) -> None:
    desk.away = True
    desk.drop("a.jsonl")
    async with desk.working():
        await eventually(lambda: desk.watch.fault() != "")
        await a_while()
        assert (desk.names("done"), desk.names("reports")) == ([], [])
        desk.away = False
        await eventually(lambda: desk.names("done") == ["a.jsonl"])


async def test_killed_with_a_file_in_hand_it_is_taken_again(desk: Desk) -> None:
    desk.away = True
    desk.drop("a.jsonl")
    async with desk.working():
        await eventually(lambda: desk.watch.fault() != "")
    again = Desk(desk.root)
    async with again.working():
        await eventually(lambda: again.names("done") == ["a.jsonl"])
    assert again.taken == ["a.jsonl"]


async def test_a_file_of_the_same_name_dropped_meanwhile_is_not_mistaken(desk: Desk) -> None:
    desk.away = True
    desk.drop("a.jsonl", b"1\n")
    async with desk.working():
        await eventually(lambda: desk.watch.fault() != "")
        desk.drop("a.jsonl", b"2\n")
        desk.away = False
        await eventually(lambda: desk.taken == ["a.jsonl", "a.jsonl"])
        await eventually(lambda: desk.names("done") == ["a.jsonl"])
    assert (desk.folder.public / "done" / "a.jsonl").read_bytes() == b"2\n"


def test_files_are_taken_oldest_first_and_only_under_their_final_name(desk: Desk) -> None:
    for name, age_s in (("b.jsonl", 20), ("a.jsonl", 10), ("c.jsonl.part", 30)):
        desk.drop(name)
        os.utime(desk.folder.public / "drop" / name, (1e9 - age_s, 1e9 - age_s))
    order = []
    while (path := desk.folder.claim()) is not None:
        order.append(path.name)
        desk.folder.finish(path, {}, "done")
    assert order == ["b.jsonl", "a.jsonl"]
    desk.folder.renamed("c.jsonl.part", "c.jsonl")
    assert desk.folder.claim() is not None


def test_what_is_too_big_never_becomes_complete(desk: Desk) -> None:
    upload = desk.folder.begin("a.jsonl")
    upload.write(0, b"x" * 1000)
    with pytest.raises(Refused, match="too-big"):
        upload.write(1000, b"x")
    with pytest.raises(Refused, match="too-big"):
        upload.write(0, b"x")
    upload.close()
    desk.folder.complete(upload)
    assert desk.names("drop") == []


def test_what_was_half_uploaded_at_a_kill_is_forgotten(desk: Desk) -> None:
    upload = desk.folder.begin("a.jsonl")
    upload.write(0, b"x")
    upload.close()
    again = DropFolder(desk.root)
    assert list((desk.root / "ours" / "partial").iterdir()) == []
    assert again.claim() is None


def test_old_files_go_but_what_waits_to_be_taken_or_collected_stays(desk: Desk) -> None:
    for folder in ("drop", "done", "refused", "reports", "orders"):
        for name in ("old.jsonl", "new.jsonl", "old.part"):
            path = desk.folder.public / folder / name
            path.write_bytes(b"")
            age_s = 7200 if name.startswith("old") else 10
            os.utime(path, (1e9 - age_s, 1e9 - age_s))
    assert desk.folder.sweep(timedelta(hours=1), 1e9) == 7
    assert desk.names("drop") == ["new.jsonl", "old.jsonl"]
    assert desk.names("orders") == ["new.jsonl", "old.jsonl", "old.part"]
    assert desk.names("done") == desk.names("refused") == desk.names("reports") == ["new.jsonl"]


def test_an_order_is_whole_from_the_first_moment_and_removing_it_is_kept(desk: Desk) -> None:
    desk.folder.place_order("1.json", {"case_id": "r"})
    assert json.loads((desk.folder.public / "orders" / "1.json").read_bytes()) == {"case_id": "r"}
    desk.folder.remove_order("1.json")
    assert desk.names("orders") == []
    assert [path.name for path in DropFolder(desk.root).removed_orders()] == ["1.json"]
    with pytest.raises(FileNotFoundError):
        desk.folder.remove_order("1.json")
