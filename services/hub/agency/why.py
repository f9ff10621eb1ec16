"""Why an agency was told something, was not, or got a letter back: by what it may see itself.

Pure. The answer is made of the agency's own agreement and of what its own credentials are shown,
so it never says more than the agency may know: above all not which condition kept a notice away,
since that would tell whether somebody is managed, or who else is on a case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from schemas.notice import Notice, NoticeTakenBack
from services.agreements.compile import Agreements
from services.agreements.explain import explain
from services.agreements.model import entry_named
from services.hub.agency.refusals import refusals
from services.runtime.names import Names
from services.runtime.records import Record

NOT_HERE = (
    "nothing with that number stands in its inbox or among its dead letters, as far back as they "
    "are kept; what stands elsewhere is not for it"
)
NOT_SAID_WHICH = (
    "it is told only if all of these hold; which of them did not, or whether such a thing "
    "happened at all, is not said: that may be more than it may know"
)


@dataclass(frozen=True)
class Why:
    """An answer in sentences, each with its line where there is one."""

    found: bool
    """Whether what was asked for stands in a topic of the agency's."""
    place: str
    """Topic and offset; empty if it does not."""
    words: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """One notice of its inbox, as the agency itself reads it."""

    record: Record
    notice: Notice


def of_number(
    number: str,
    slug: str,
    agreements: Agreements,
    names: Names,
    at: datetime,
    told: Iterable[Told],
    letters: Iterable[Record],
) -> Why:
    """Why that notice came, whether it still counts, or why that letter came back."""
    told = tuple(told)
    for one in told:
        if number in {_id(one.record), str(one.notice.notice_ref)}:
            reasons = _terms(agreements, slug, one.notice.about, at)
            act_by = one.notice.act_by
            answer = "no receipt is asked for" if act_by is None else f"answer by {act_by}"
            head = f"a notice about {one.notice.about}, {one.notice.urgency.value}; {answer}"
            back = _taken_back(str(one.notice.notice_ref), told)
            return Why(True, _place(one.record), (head, *back, *reasons))
    for letter in letters:
        if _id(letter) == number:
            return Why(True, _place(letter), _returned(letter, slug, agreements, names))
    return Why(False, "", (NOT_HERE,))


def of_absence(
    fact: str,
    person_ref: str | None,
    slug: str,
    agreements: Agreements,
    at: datetime,
    told: Iterable[Told],
) -> Why:
    """Whether it was told such a fact, of that person if one is named; if not, what that takes.

    Raises:
        Unknown: no such fact.
    """
    entry = entry_named(fact)
    kind = fact if entry is None else entry.kind
    reasons = _terms(agreements, slug, fact, at)
    found = [
        one
        for one in told
        if one.notice.about == kind and person_ref in (None, one.notice.person_ref)
    ]
    if found:
        last = found[-1]
        return Why(True, _place(last.record), (f"it was told, {len(found)} time(s)", *reasons))
    granted = kind in agreements.agencies[slug].grants
    return Why(False, "", (*reasons, NOT_SAID_WHICH) if granted else reasons)


def taken_back(mistake: str, by: date, *, destroy: bool) -> str:
    """That a notice does not count any more, as its receiver was told."""
    if destroy:
        return f"recalled ({mistake}): to be destroyed at once, and confirmed by the receipt acted"
    return f"taken back ({mistake}): nothing of it is kept after {by}"


def _taken_back(number: str, told: Iterable[Told]) -> Iterator[str]:
    for one in told:
        said = one.notice.told
        if one.notice.about == NoticeTakenBack.kind():
            refs, mistake, by = said["notice_refs"], said["mistake"], said["by"]
            if isinstance(refs, list | tuple) and number in map(str, refs) and isinstance(by, date):
                words = taken_back(str(mistake), by, destroy=said["destroy"] is True)
                yield f"{words}  ({_place(one.record)}, {one.notice.notice_ref})"


def _terms(agreements: Agreements, slug: str, fact: str, at: datetime) -> tuple[str, ...]:
    """What its agreement says of being told that fact; the first reason is of saying it."""
    return tuple(str(one) for one in explain(agreements, slug, fact, at).reasons[1:])


def _returned(letter: Record, slug: str, agreements: Agreements, names: Names) -> tuple[str, ...]:
    (one,) = refusals([letter], agreements.agencies[slug], names, trials=True)
    field = f", field {one.field}" if one.field else ""
    return (
        f"it said {one.fact or 'something'} at {one.last_place}; it came back: {one.code}{field}",
        f"to mend: {one.mend}" + (f"  [{one.line}]" if one.line else ""),
    )


def _id(record: Record) -> str:
    return (record.header("ce_id") or b"").decode(errors="replace")


def _place(record: Record) -> str:
    return f"{record.topic}@{record.offset}"
