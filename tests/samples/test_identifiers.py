"""Numbers of persons against published vectors."""

from datetime import date

import pytest

from schemas.base import Identifier, IdentifierType
from services.admission.identifiers import canonical
from services.runtime.faults import Refused
from tests.samples.where import table

pytestmark = pytest.mark.samples

OURS = {"NHS", "NINO", "NOMS", "CRN"}
"""Types of the mixed file that the hub knows; booking and wearer numbers it does not carry."""


def form(kind: IdentifierType, written: str, on: date = date(2026, 11, 22)) -> str | None:
    """The canonical form, or None if it is refused; an empty number is none before that."""
    if not written:
        return None
    try:
        return canonical(Identifier(type=kind, value=written), on).value
    except Refused:
        return None


def test_pnc_numbers() -> None:
    rows = table("identifiers/pnc_vectors.csv")
    assert len(rows) == 16
    found = {
        row["vector_id"]: form(IdentifierType.PNC, row["input"], date.fromisoformat(row["as_of"]))
        for row in rows
    }
    assert found == {row["vector_id"]: row["expected_canonical"] or None for row in rows}


def test_cro_numbers() -> None:
    rows = table("identifiers/cro_vectors.csv")
    found = {row["vector_id"]: form(IdentifierType.CRO, row["input"]) for row in rows}
    assert found == {row["vector_id"]: row["expected_canonical"] or None for row in rows}


def test_other_numbers() -> None:
    rows = [r for r in table("identifiers/other_identifier_vectors.csv") if r["type"] in OURS]
    assert len(rows) == 15
    found = {
        row["vector_id"]: form(IdentifierType(row["type"].lower()), row["input"]) is not None
        for row in rows
    }
    assert found == {row["vector_id"]: row["expected"] == "valid" for row in rows}
