"""What several terms of custody count for together.

Source: R-NOT-9 (SOA 2003 s.82(3)-(4)): terms for Schedule 3 convictions that are consecutive are
added, partly concurrent ones less what runs together; of wholly concurrent ones the longest counts
(an inference). A term for any other offence adds nothing; that terms run on through it as if it
were not there is an inference too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from schemas.eligibility import Disposal
from services.registry.dates import term
from services.registry.domain.state import Conviction
from services.registry.rules import Rules

Term = tuple[int, int]
"""Whole months, and days beyond them."""
NOTHING: Term = (0, 0)
CUSTODIAL = frozenset({Disposal.IMPRISONMENT, Disposal.DETENTION_AND_TRAINING})
HOSPITAL = frozenset({Disposal.HOSPITAL_ORDER, Disposal.HOSPITAL_ORDER_RESTRICTED})


def terms_of(convictions: Iterable[Conviction], rules: Rules) -> dict[Conviction, Term]:
    """What each conviction's term counts for, those added that run on from it or up to it."""
    every = tuple(convictions)
    named = _by_ref(every)
    counts: dict[Conviction, Term] = {}
    for last in every:
        chain = tuple(_chain(last, named))
        total = _together(chain, rules)
        for conviction in chain:
            counts[conviction] = max(total, counts.get(conviction, NOTHING))
    return counts


def _by_ref(convictions: Iterable[Conviction]) -> Mapping[str, Conviction]:
    """The sentence of each number; were one said twice, the longer."""
    ordered = sorted(convictions, key=lambda one: (one.months, one.days))
    return {one.sentence_ref: one for one in ordered if one.sentence_ref is not None}


def _chain(last: Conviction, named: Mapping[str, Conviction]) -> Iterator[Conviction]:
    """It, the sentence it runs on from, and so on; a circle ends where it would begin again."""
    seen: set[Conviction] = set()
    here: Conviction | None = last
    while here is not None and here not in seen:
        seen.add(here)
        yield here
        here = named.get(here.consecutive_to or "")


def _together(chain: tuple[Conviction, ...], rules: Rules) -> Term:
    """All terms of the chain less what runs together; never less than the longest of them."""
    begins_on = chain[-1].convicted_on
    alone = [_counted(conviction, rules) for conviction in chain]
    shared = [
        later.overlap
        for later, own, earlier in zip(chain, alone, alone[1:], strict=False)
        if own > NOTHING and earlier > NOTHING
    ]
    months, days = (
        sum(one[part] for one in alone) - sum(one[part] for one in shared) for part in (0, 1)
    )
    # More than either term can run together only by mistake; then the longest stands.
    whole = term(begins_on, months, days) if (months, days) > NOTHING else NOTHING
    return max(whole, *alone)


def _counted(conviction: Conviction, rules: Rules) -> Term:
    """What the term alone counts for; a half day of a detention and training order is a day.

    Source: R-NOT-6: only its custodial half counts.
    """
    if not conviction.schedule_3 or conviction.disposal not in CUSTODIAL:
        return NOTHING
    if conviction.disposal is Disposal.IMPRISONMENT:
        return conviction.months, conviction.days
    divisor = rules.training_divisor.on(conviction.convicted_on)
    months, odd = divmod(conviction.months, divisor)
    return months, odd * 15 + -(-conviction.days // divisor)
