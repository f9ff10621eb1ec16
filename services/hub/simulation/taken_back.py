"""Who has to be told that something does not count any more: as a simple reading of the log has it.

Knows nothing of rows or places: each notice that was issued names what set it off, and its number
is made of that and of what it tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from schemas.base import Fact, derived_id
from schemas.case import SharingEnded, SharingNarrowed
from schemas.notice import FactTakenBack, NoticeIssued, NoticeRecalled, NoticeTakenBack
from services.agreements.references import References

OF_WHAT_WAS_TOLD = frozenset({SharingEnded.kind(), SharingNarrowed.kind(), NoticeTakenBack.kind()})
"""Notices that no line of a file asks for: they tell of earlier ones, and are not taken back."""
Told = tuple[UUID, str, frozenset[UUID]]
"""What takes back, whom it has to be told, and by which numbers they were told."""


def wrongly_taken_back(log: Sequence[Fact], references: References) -> Iterator[str]:
    """What is wrong in one partition of the log."""
    wanted = sorted(_to_be_told(log, references), key=str)
    told = [
        (fact.caused_by, fact.agency, frozenset(fact.notice_refs))
        for fact in log
        if isinstance(fact, NoticeTakenBack)
    ]
    if sorted(told, key=str) != wanted:
        yield "not exactly those who were told something are told that it does not count"
    found = [
        (fact.caused_by, fact.agency)
        for fact in log
        if isinstance(fact, NoticeIssued) and fact.about == NoticeTakenBack.kind()
    ]
    said = [(fact.event_id, fact.agency) for fact in log if isinstance(fact, NoticeTakenBack)]
    if sorted(found, key=str) != sorted(said, key=str):
        yield "somebody does not find in its inbox that something does not count, or finds it twice"


def _to_be_told(log: Sequence[Fact], references: References) -> Iterator[Told]:
    stands = {fact.event_id: fact for fact in log}
    issued = [
        fact
        for fact in log
        if isinstance(fact, NoticeIssued) and fact.about not in OF_WHAT_WAS_TOLD
    ]
    known: list[tuple[NoticeIssued, UUID]] = []
    for fact in log:
        if isinstance(fact, FactTakenBack):
            past = stands.get(fact.fact_ref)
            if past is None or past.source != fact.source:
                continue
            gone = [one for one in known if one[1] == fact.fact_ref]
        elif isinstance(fact, NoticeRecalled):
            gone = [one for one in known if one[0].notice_ref == fact.notice_ref]
        else:
            known += [
                (notice, of)
                for notice in issued
                if notice.caused_by == fact.event_id
                for of in _told_of(notice, fact, log, references)
            ]
            continue
        known = [one for one in known if one not in gone]
        for agency in {notice.agency for notice, _ in gone}:
            numbers = (notice.notice_ref for notice, _ in gone if notice.agency == agency)
            yield fact.event_id, agency, frozenset(numbers)


def _told_of(
    notice: NoticeIssued, cause: Fact, log: Sequence[Fact], references: References
) -> Iterator[UUID]:
    """The fact the notice tells of; what no line of a file asks for is not taken back."""
    if not notice.anew and notice.notice_ref == references.notice(notice.agency, cause.event_id):
        yield cause.event_id
    for past in log:
        if past.person_id == notice.person_id and past.kind() == notice.about:
            number = derived_id(cause.event_id, "anew", str(past.event_id))
            if notice.notice_ref == references.notice(notice.agency, number):
                yield past.event_id
                return
