"""Who a worker is in its group: another one whenever it reads other topics."""

from __future__ import annotations

from dataclasses import replace

from services.registry.app import build
from services.runtime.names import Names
from services.runtime.service import worker_of

SERVICE = build(Names())


def test_a_worker_that_comes_back_is_who_it_was_in_whatever_order_its_topics_come() -> None:
    one, other = (replace(SERVICE, sources=topics) for topics in (("a", "b"), ("b", "a")))
    assert one.member("registry-1") == other.member("registry-1")
    assert one.member("registry-1") != one.member("registry-2")


def test_a_worker_that_reads_another_topic_is_somebody_else_by_the_same_name() -> None:
    """The broker would give it what it had: the new topic would be read by nobody."""
    before, after = (replace(SERVICE, sources=topics) for topics in (("a",), ("a", "b")))
    assert before.member("registry-1") != after.member("registry-1")
    assert worker_of(before.member("registry-1")) == worker_of(after.member("registry-1"))
    assert worker_of(after.member("registry-1")) == "registry-1"
