"""A grant in words: of whom, how much, on which terms; the same on pages and in answers."""

from __future__ import annotations

from collections.abc import Iterator

from services.agreements.compile import Grant
from services.agreements.model import AgeGroup, Payload, Redaction

_HOW = {
    Redaction.OMIT: "not at all",
    Redaction.MASK: "masked",
    Redaction.COARSEN: "coarse: the month of a date, the council of a place",
    Redaction.ID_ONLY: "by numbers alone",
}
_AGES = {AgeGroup.YOUTH: "under 18", AgeGroup.ADULT: "18 or older"}


def conditions(grant: Grant, *, always_on_case: bool) -> Iterator[tuple[str, str]]:
    """Key of the file and sentence, for each condition under which the grant tells."""
    terms = grant.terms
    if grant.on_case:
        why = " (always so outside the Responsible Authority)" if always_on_case else ""
        yield "on_case", f"only of people on whose case it is{why}"
    if grant.own_only:
        yield "own_only", "only facts that name it as their agency"
    for name in ("areas", "categories", "levels"):
        allowed = getattr(terms, name)
        if allowed is not None:
            listed = ", ".join(str(value) for value in sorted(allowed)) or "none: nobody passes"
            yield name, f"only of people in {name} {listed}"
    if terms.ages is not None:
        listed = " or ".join(_AGES[age] for age in terms.ages) or "of no age: nobody passes"
        yield "ages", f"only of people {listed} where the fact stands"
    if not grant.whom.of_the_hub:
        if not terms.category_4:
            yield "category_4", "of people of category 4 only where the case's list names it"
        yield "category_4", "of limited cases only where the case's list names it, never excluded"


def amounts(grant: Grant) -> Iterator[tuple[str, str]]:
    """Key of the file and sentence, for what is shown less than whole."""
    if grant.terms.payload is not Payload.VIEW:
        yield (
            "payload",
            f"payload {grant.terms.payload.value}: no more than the notice's head"
            + (" and numbers" if grant.terms.payload is Payload.ID_ONLY else ""),
        )
    for field_class, how in sorted(grant.terms.redact.items()):
        yield "redact", f"{field_class.value} {_HOW[how]}"


TERMS = (
    "Why",
    "Purpose",
    "Legal basis",
    "Owner",
    "Kept by the receiver",
    "Passed on to",
    "Reviewed",
    "Last day",
)
"""What `terms` says, in its order."""


def terms(grant: Grant) -> Iterator[tuple[str, str]]:
    """Name and value of each of the grant's terms, as an officer reads them."""
    said = grant.terms
    condition = f", condition {said.condition.value}" if said.condition else ""
    values = (
        said.why + (f" ({said.source})" if said.source else ""),
        ", ".join(f"CJA 2003 {purpose.value}" for purpose in said.purposes),
        said.basis.value + condition,
        said.owner,
        f"{said.kept_days} days",
        said.onward.value,
        f"{said.reviewed}, again by {said.review_by}",
        str(said.expires),
    )
    return zip(TERMS, values, strict=True)
