"""Who may know that a fact is there, from an agreement's own words.

Written again from design §3, on purpose not from what compiles or applies the agreements: two
readings of the same words have to agree. Areas, categories and levels are left out: where a grant
has one, `may_know` says only that the agency may be told. Ages are not: who she is is known.
"""

from collections.abc import Iterator

from schemas.base import Fact
from schemas.catalogue import entry_of
from services.agreements.compile import Agreements
from services.agreements.model import Receives


def may_know(
    agency: str, fact: Fact, agreements: Agreements, *, on_case: bool, age: str = "adult"
) -> bool:
    """Whether any of its grants lets the agency be told of that fact."""
    return any(_grants(agency, fact, agreements, on_case=on_case, age=age))


def must_know(
    agency: str, fact: Fact, agreements: Agreements, *, on_case: bool, age: str = "adult"
) -> bool:
    """Whether a grant without a filter does."""
    return any(
        one.areas is None and one.categories is None and one.levels is None
        for one in _grants(agency, fact, agreements, on_case=on_case, age=age)
    )


def _grants(
    agency: str, fact: Fact, agreements: Agreements, *, on_case: bool, age: str
) -> Iterator[Receives]:
    signed = agreements.agencies[agency].agreement
    name = entry_of(fact).topic_part
    for one in signed.receives:
        if name not in one.facts or name in signed.never.facts or fact.source == agency:
            continue
        if one.on_case and not on_case:
            continue
        if one.own_only and getattr(fact, "agency", None) != agency:
            continue
        if one.ages is not None and age not in one.ages:
            continue
        yield one
