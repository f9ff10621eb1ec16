"""An inbox's epoch goes up at every withdrawal and every restore, and never down."""

from pathlib import Path

from services.agreements import bundle, epochs
from services.agreements.epochs import Epoch
from tests.agreements.makers import committed
from tests.in_memory import NAMES
from tests.makers import NOON

HERS, OTHER = "to.dwp", "to.derby-housing"


def test_a_withdrawal_begins_an_epoch_of_that_inbox_alone() -> None:
    first = Epoch(number=2).with_withdrawal(HERS, 3, 9, NOON)
    assert (first.of(HERS), first.of(OTHER), first.number) == (3, 2, 2)
    second = first.with_withdrawal(HERS, 12, 20, NOON)
    assert (second.of(HERS), second.of(OTHER), second.highest) == (4, 2, 4)


def test_the_same_withdrawal_said_again_begins_none() -> None:
    once = Epoch().with_withdrawal(HERS, 3, 9, NOON)
    assert once.with_withdrawal(HERS, 3, 9, NOON) == once


def test_an_epoch_file_of_before_there_were_withdrawals_is_read(tmp_path: Path) -> None:
    (tmp_path / epochs.EPOCH).write_text('{"number": 4, "first_offsets": {"to.dwp": 7}}')
    assert epochs.read(tmp_path).of(HERS) == 4


def test_the_folder_names_the_epoch_and_the_offsets_that_are_gone() -> None:
    agency, adopted = committed().agencies["dwp"], 61
    before = bundle.topics(agency, NAMES, adopted, Epoch())
    assert before["inbox_epoch"] == {"number": 1}
    after = bundle.topics(agency, NAMES, adopted, Epoch().with_withdrawal(HERS, 3, 9, NOON))
    assert after["inbox_epoch"] == {
        "number": 2,
        "withdrawn": {"from": 3, "before": 9, "at": NOON.isoformat()},
    }
