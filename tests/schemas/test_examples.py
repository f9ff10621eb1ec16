import json

import pytest
from pydantic import TypeAdapter, ValidationError

from schemas.base import Instant
from schemas.catalogue import ENTRIES
from schemas.materialise import derive
from services.runtime import wire
from tests.makers import EXAMPLES, FAMILY_NAME, examples

CASES = examples()


@pytest.mark.parametrize("kind", [entry.kind for entry in ENTRIES])
def test_every_fact_has_an_example(kind: str) -> None:
    assert list((EXAMPLES / kind).glob("*.json"))


def test_every_example_is_of_a_fact() -> None:
    folders = {path.name for path in EXAMPLES.iterdir()}
    assert folders == {entry.kind for entry in ENTRIES}


@pytest.mark.parametrize("case", CASES)
def test_an_example_goes_over_the_wire_and_comes_back(case: str) -> None:
    assert wire.decode(wire.encode(CASES[case])) == CASES[case]


def test_the_people_in_examples_are_visibly_invented() -> None:
    for path in EXAMPLES.glob("*/*.json"):
        said = json.loads(path.read_text())
        assert said.get("family_name", FAMILY_NAME) == FAMILY_NAME
        assert said.get("home", {}).get("postcode", "ZZ99 9ZZ") == "ZZ99 9ZZ"


def test_the_glossary_lists_every_fact_in_its_own_words() -> None:
    text = (EXAMPLES.parent / "README.md").read_text("utf-8")
    rows = {f"| `{e.kind}` | {derive(e.fact)['doc']} |" for e in ENTRIES}
    assert {line for line in text.splitlines() if line.startswith("| `") and "." in line} >= rows
    assert text.count("\n| `") - len(rows) == 7  # the rows of the first table


def test_a_moment_that_utc_does_not_have_is_refused_like_any_wrong_value() -> None:
    adapter = TypeAdapter(Instant)
    with pytest.raises(ValidationError, match="out of range"):
        adapter.validate_python("0001-01-01T00:00:00+23:59")
