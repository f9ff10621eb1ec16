"""Licences and orders as they stand, from when until when, and to which sentence they belong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from schemas.eligibility import Disposal
from schemas.supervision import Supervision
from services.registry.dates import DAY
from services.registry.domain.custody import last_words
from services.registry.domain.state import Conviction, Register
from services.registry.domain.status import SupervisionOver, SupervisionWord

_SERVED_BY: Mapping[Disposal, frozenset[Supervision]] = MappingProxyType(
    {
        Disposal.IMPRISONMENT: frozenset({Supervision.LICENCE}),
        Disposal.DETENTION_AND_TRAINING: frozenset({Supervision.LICENCE}),
        Disposal.HOSPITAL_ORDER: frozenset({Supervision.HOSPITAL_ORDER}),
        Disposal.HOSPITAL_ORDER_RESTRICTED: frozenset({Supervision.HOSPITAL_ORDER}),
        Disposal.GUARDIANSHIP_ORDER: frozenset({Supervision.GUARDIANSHIP_ORDER}),
    }
)
"""What a sentence of that kind is served under once it is not prison."""


@dataclass(frozen=True, slots=True)
class Supervised:
    """A licence or an order as the last word on it has it."""

    supervision_ref: str
    supervision: Supervision
    begins_on: date
    last_day: date | None
    """None: for life, or until discharged."""
    sentence_ref: str | None

    @property
    def ends(self) -> date:
        """The last day, or the end of time."""
        return self.last_day or date.max

    def belongs_to(self, conviction: Conviction) -> bool:
        """Whether it is the sentence's; naming none it is of all passed before it began.

        What kind of order it is has to fit: the end of a licence ends no hospital order.
        """
        if self.supervision not in _kinds(conviction):
            return False
        if self.sentence_ref is None:
            return conviction.dealt_with_on <= self.begins_on
        return self.sentence_ref == conviction.sentence_ref


def supervised(heard: Register) -> tuple[Supervised, ...]:
    """Each licence and order in the order they began; what was over before it began is none."""
    words = last_words(heard.supervisions, lambda one: one.supervision_ref)
    found = (_standing(heard, word) for word in words.values())
    binding = (one for one in found if one.begins_on <= one.ends)
    return tuple(sorted(binding, key=lambda one: (one.begins_on, one.supervision_ref)))


def over_with(
    conviction: Conviction, every: tuple[Supervised, ...], kinds: frozenset[Supervision]
) -> date | None:
    """The last day of what the sentence is served under; None: none is told, or it has no end.

    One that was over before the sentence was passed says nothing of it.
    """
    ends = [
        one.ends
        for one in every
        if one.supervision in kinds
        and one.belongs_to(conviction)
        and one.ends >= conviction.dealt_with_on
    ]
    last = max(ends, default=date.max)
    return None if last == date.max else last


def _kinds(conviction: Conviction) -> frozenset[Supervision]:
    """A suspended term that was put into effect is served under a licence like any other."""
    kinds = _SERVED_BY.get(conviction.disposal, frozenset())
    return kinds | {Supervision.SUSPENDED_ORDER} if conviction.suspended else kinds


def _standing(heard: Register, last: SupervisionWord) -> Supervised:
    """By the word said last; of two said at once that it is over."""
    over = max(
        _overs(heard, last.supervision_ref), key=lambda one: (one.said_at, one.on), default=None
    )
    ended = over is not None and over.said_at >= last.said_at
    return _with_end(last, over.on if over is not None and ended else None)


def _with_end(word: SupervisionWord, over_on: date | None) -> Supervised:
    return Supervised(
        supervision_ref=word.supervision_ref,
        supervision=word.supervision,
        begins_on=word.begins_on,
        last_day=word.until if over_on is None else over_on - DAY,
        sentence_ref=word.sentence_ref,
    )


def _overs(heard: Register, ref: str) -> Iterator[SupervisionOver]:
    return (one for one in heard.supervisions_over if one.supervision_ref == ref)
