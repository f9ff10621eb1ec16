"""The form of a recall and the end of a fixed term, held against HMPPS's own tests."""

from datetime import date
from typing import Any

import pytest

from services.registry.domain.recall import releases_on, weighed
from services.registry.rules import RULES
from tests.makers import a_recall_to_custody
from tests.registry.recall_vectors import form_of, kept, level_of, recall_of
from tests.samples.where import lines, table

pytestmark = pytest.mark.samples

RELEASE = RULES[max(RULES)].release


def test_every_row_of_the_form_of_a_recall() -> None:
    rows = table("recall/fixed_term_vectors.csv")
    ours = {row["id"]: weighed(kept(recall_of(row)), level_of(row), RELEASE).form for row in rows}
    assert ours == {row["id"]: form_of(row) for row in rows}
    assert len(rows) == 12


def test_every_release_date_of_a_fixed_term() -> None:
    pairs = lines("recall/release_date_pairs.jsonl")
    assert {one["id"]: _released(one) for one in pairs} == {
        one["id"]: date.fromisoformat(one["expected"]["dates"]["PRRD"]) for one in pairs
    }
    assert len(pairs) == 4


def _released(pair: dict[str, Any]) -> date:
    (sentence,) = pair["input"]["booking"]["sentences"]
    length = sentence["duration"]["durationElements"]
    recall = sentence["recall"]
    returned = date.fromisoformat(recall["returnToCustodyDate"])
    fact = a_recall_to_custody(
        recalled_on=date.fromisoformat(recall.get("revocationDate") or returned.isoformat()),
        term_months=length.get("MONTHS", 0) + 12 * length.get("YEARS", 0),
        sentence_ends_on=date.fromisoformat(pair["expected"]["dates"]["SLED"]),
    )
    return releases_on(kept(fact), returned, RELEASE)
