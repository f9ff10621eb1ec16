"""A row of a table of recalls, in the words of HMPPS's own tests, as a recall and level of ours."""

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from schemas.custody import NewCharge, RecalledToCustody, RecallForm, SentenceGroup
from services.registry.domain.custody import Recall
from services.registry.domain.heard_of_custody import OF
from tests.makers import a_recall_to_custody

OURS = Path(__file__).with_name("fixed_term_vectors.csv")
RECALLED_ON = date(2026, 6, 1)
"""Under the Sentencing Act 2026, as the code the rows come from."""
_GROUPS = {
    "ADULT_SDS": SentenceGroup.ADULT_DETERMINATE,
    "YOUTH_SDS": SentenceGroup.YOUTH_DETERMINATE,
    "EXTENDED": SentenceGroup.EXTENDED,
    "INDETERMINATE": SentenceGroup.INDETERMINATE,
}
_CHARGES = {
    "": None,
    "NO": NewCharge.NONE,
    "ONLY_CHARGED": NewCharge.CHARGED,
    "CHARGED_AND_CONVICTED": NewCharge.CONVICTED,
}
_FIELDS = {
    "isServingTerroristOrNationalSecurityOffence": "terrorist",
    "isAtRiskOfInvolvedInForeignPowerThreat": "foreign_power",
    "wasReferredToParoleBoard244ZB": "referred_before_release",
    "wasRepatriatedForMurder": "repatriated_for_murder",
    "isServingSOPCSentence": "particular_concern",
    "isServingDCRSentence": "discretionary_conditional",
    "isMappaCategory4": "category_4",
    "isYouthChargedWithSeriousOffence": "serious_charge",
}


def rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of such a file."""
    with path.open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def recall_of(row: Mapping[str, str]) -> RecalledToCustody:
    """The recall it is about; an empty cell is what nobody said.

    Of a youth their code asks neither the age nor a referral under s.244ZB, and the Act does: their
    rows are read as of somebody of 18 who was not referred.
    """
    over = _word(row["isYouthSentenceOver12Months"])
    months = 24 if row["sentenceGroup"] != "YOUTH_SDS" else _months(over)
    said = {ours: _word(row[theirs]) for theirs, ours in _FIELDS.items()}
    if row["sentenceGroup"] == "YOUTH_SDS":
        said["referred_before_release"] = False
    return a_recall_to_custody(
        recalled_on=RECALLED_ON,
        group=_GROUPS[row["sentenceGroup"]],
        new_charge=_CHARGES[row["recalledOnNewOffence"]],
        term_months=months,
        **said,
    )


def kept(fact: RecalledToCustody) -> Recall:
    """As the register keeps it."""
    found = OF[RecalledToCustody][1](fact)
    assert isinstance(found, Recall)
    return found


def level_of(row: Mapping[str, str]) -> int | None:
    """The level it is about; None: not known."""
    managed = _word(row["isMappaLevel2Or3"])
    return None if managed is None else 1 + managed


def form_of(row: Mapping[str, str]) -> RecallForm | None:
    """What is mandatory by it; None: neither is."""
    if _word(row["fixed_term_mandatory"]):
        return RecallForm.FIXED_TERM
    return RecallForm.STANDARD if _word(row["standard_mandatory"]) else None


def _word(cell: str) -> bool | None:
    return {"": None, "true": True, "false": False}[cell]


def _months(over: bool | None) -> int | None:  # noqa: FBT001
    return None if over is None else 12 if over else 6
