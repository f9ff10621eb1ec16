"""Whether agreements let somebody say, know or decide more than those before them. Pure.

What cannot be told to be narrower counts as wider: a wrong answer then costs a signature.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.agreements.acts import ACTS
from services.agreements.compile import Agreements
from services.agreements.model import Agreement

_ANYBODY = frozenset({"areas", "categories", "levels", "ages"})
"""Filters: absent lets everybody through, a shorter list fewer."""
_ONLY_IF = frozenset({"on_case", "own_only"})
_TELLS_NO_MORE = frozenset(
    {"facts", "classes", "expires", "reviewed", "review_by", "urgency", "receipt"}
)
"""How soon a notice is to be answered and when somebody last looked; the first three are compared
by themselves."""
_NO_RIGHT = frozenset(
    {"agency", "name", "contacts", "duty", "limits", "says", "receives", "actors"}
)
"""Of the file itself; the last three are compared by themselves. Who is at whose own desk tells
nobody else anything."""


def widened(before: Agreements, after: Agreements) -> list[str]:
    """In words, without any person's data, what is wider; empty if nothing is."""
    lines = [
        f"{slug}: {line}"
        for slug, now in after.receivers.items()
        for line in _of_one(
            before.receivers[slug].agreement if slug in before.receivers else None, now.agreement
        )
    ]
    if governs(before) and not governs(after):
        lines.append("nobody is left who may agree to more")
    return lines


def takes_two(before: Agreements, after: Agreements) -> list[str]:
    """What two people have to agree to before these come into force, in words; empty: nobody."""
    return widened(before, after) if governs(before) else []


def governs(agreements: Agreements) -> bool:
    """Whether enough people are enrolled to agree to a widening, whatever the day.

    Before there are, the first are enrolled without; once there are, that never happens again.
    """
    widen = ACTS["agreements", "widen"]
    people = {
        one.actor
        for slug, agency in agreements.agencies.items()
        if agreements.is_responsible_authority(slug)
        for one in agency.agreement.actors
        if widen.roles & set(one.roles)
    }
    return len(people) >= widen.people


def _of_one(before: Agreement | None, after: Agreement) -> Iterator[str]:
    if before is None:
        yield "has an agreement"
        return
    yield from (f"says {fact}" for fact in after.says if fact not in before.says)
    known, now = _by_fact(before), _by_fact(after)
    for fact, grant in now.items():
        if fact not in known:
            yield f"is told {fact}"
        else:
            yield from (f"{fact}: {line}" for line in wider(known[fact], grant))
    yield from _acts(before, after)
    yield from _others(before, after)


def _acts(before: Agreement, after: Agreement) -> Iterator[str]:
    known = {one.actor: one for one in before.actors}
    now = {one.actor: one for one in after.actors}
    for actor, one in now.items():
        was = known.get(actor)
        if was is None:
            yield f"{actor} may act"
        elif (was.key, was.subject) != (one.key, one.subject):
            yield f"{actor} has another key"
        else:
            yield from (f"{actor} is also {role}" for role in one.roles if role not in was.roles)
            if one.until > was.until:
                yield f"{actor} may act for longer"


def _others(before: Agreement, after: Agreement) -> Iterator[str]:
    was, now = before.model_dump(mode="json"), after.model_dump(mode="json")
    for field in sorted(now.keys() - _NO_RIGHT):
        narrower = field == "identifiers" and set(now[field]) <= set(was[field])
        if now[field] != was[field] and not narrower:
            yield f"{field} is another"


def _by_fact(agreement: Agreement) -> dict[str, dict[str, Any]]:
    """Each fact's grant, with the values a file holds."""
    dumped = [(grant, grant.model_dump(mode="json")) for grant in agreement.receives]
    return {fact: values for grant, values in dumped for fact in grant.facts}


def wider(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    """In words, what one grant lets be known that another did not, of what their files hold."""
    more = [one for one in after["classes"] if one not in before["classes"]]
    yield from (f"also {one}" for one in more)
    if after["expires"] > before["expires"]:
        yield "for longer"
    for field in sorted(after.keys() - _TELLS_NO_MORE):
        was, now = before[field], after[field]
        if was == now:
            continue
        fewer = field in _ANYBODY and (was is None or (now is not None and set(now) <= set(was)))
        stricter = (field in _ONLY_IF and now) or (field == "category_4" and not now)
        if not fewer and not stricter:
            yield f"{field} is another"
