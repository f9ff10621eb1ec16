"""What one version of the agreements lets whom say and know that another does not, in its words.

Pure. Every difference of agency, fact and field stands on a line of its own; what is so for all
fields of a grant (of whom, until when) on one for the whole fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from schemas.catalogue import BY_KIND
from services.agreements import in_words
from services.agreements.compile import Agency, Agreements, Grant
from services.hub.policy.shown import Direction, Shown, among, fields_of, way

_FILTERS = ("areas", "categories", "levels", "ages")
_NUMBERS = "identifiers[].value"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions, in words."""

    agency: str
    fact: str
    """The last part of its topic; empty where it is about the whole file."""
    field: str
    """Its path; empty where it is about all of the fact."""
    classes: tuple[str, ...]
    direction: Direction
    words: str
    line: str
    """Where it is written: of the later version, of the earlier one where the later has none."""


@dataclass(frozen=True, slots=True)
class _Side:
    """One fact of one agency in one version."""

    agency: Agency | None
    grant: Grant | None
    fields: dict[str, Shown] = field(default_factory=dict)

    @classmethod
    def of(cls, agreements: Agreements, slug: str, kind: str) -> _Side:
        agency = agreements.receivers.get(slug)
        grant = None if agency is None else agency.grants.get(kind)
        return cls(agency, grant, {} if grant is None else fields_of(grant.view.schema))


def changes(before: Agreements, after: Agreements) -> list[Change]:
    """Everything in which the two differ, agency by agency and fact by fact."""
    return list(_changes(before, after))


def _changes(before: Agreements, after: Agreements) -> Iterator[Change]:
    for slug in sorted(before.receivers.keys() | after.receivers.keys()):
        was, now = before.receivers.get(slug), after.receivers.get(slug)
        yield from _said(slug, was, now)
        kinds = {kind for one in (was, now) if one is not None for kind in one.grants}
        for kind in sorted(kinds):
            yield from _told(slug, kind, *(_Side.of(a, slug, kind) for a in (before, after)))


def _said(slug: str, was: Agency | None, now: Agency | None) -> Iterator[Change]:
    then, since = (frozenset(one.says if one else ()) for one in (was, now))
    for kind in sorted(then ^ since):
        wider = kind in since
        way_, words = (
            (Direction.WIDENS, "may say it, might not")
            if wider
            else (Direction.NARROWS, "may not say it any more")
        )
        agency = now if wider else was
        yield Change(slug, _name(kind), "", (), way_, words, _line(agency, ("says",)))


def _told(slug: str, kind: str, was: _Side, now: _Side) -> Iterator[Change]:
    name, line = _name(kind), _place(now) or _place(was)
    for path in sorted(was.fields.keys() | now.fields.keys()):
        one, other = was.fields.get(path), now.fields.get(path)
        direction = way(one, other) or _numbers(path, was, now)
        if direction is not None:
            classes = (other or one or Shown(frozenset(), "")).classes
            words = in_plain_words(one, other)
            yield Change(slug, name, path, _sorted(classes), direction, words, line)
    if was.grant is not None and now.grant is not None:
        for direction, words in _terms(was.grant, now.grant):
            yield Change(slug, name, "", (), direction, words, line)
    elif not (was.fields or now.fields):
        direction = Direction.WIDENS if was.grant is None else Direction.NARROWS
        words = "is told that it happened" if was.grant is None else "is told nothing of it"
        yield Change(slug, name, "", (), direction, words, line)


def _numbers(path: str, was: _Side, now: _Side) -> Direction | None:
    """Of a person's numbers an agency is shown those of types it knows people by."""
    if path != _NUMBERS or was.grant is None or now.grant is None:
        return None
    return among(was.grant.shown.known_by, now.grant.shown.known_by)


def in_plain_words(was: Shown | None, now: Shown | None) -> str:
    """How a field was shown and is."""
    if was is None or now is None:
        return "is shown, was not" if was is None else "is not shown any more"
    if was.how != now.how:
        return f"was shown {was.how}, is {now.how}"
    if was.words != now.words:
        more, fewer = _sorted((now.words or _NO) - (was.words or _NO)), (was.words or _NO)
        less = _sorted(fewer - (now.words or _NO))
        said = [f"also as {', '.join(more)}"] if more else []
        return "; ".join([*said, *([f"no more as {', '.join(less)}"] if less else [])])
    return "with other numbers of the person"


_NO: frozenset[str] = frozenset()


def _terms(was: Grant, now: Grant) -> Iterator[tuple[Direction, str]]:
    for name in ("on_case", "own_only"):
        one, other = getattr(was, name), getattr(now, name)
        if one != other:
            words = dict(in_words.conditions(was if one else now, always_on_case=False))[name]
            yield (
                (Direction.WIDENS, f"no longer {words}")
                if one
                else (Direction.NARROWS, f"from here {words}")
            )
    for name in _FILTERS:
        one, other = getattr(was.whom, name), getattr(now.whom, name)
        direction = among(one, other)
        if direction is not None:
            yield direction, f"of people in {name} {_listed(other)}, was {_listed(one)}"
    if was.whom.category_4 != now.whom.category_4:
        direction = Direction.WIDENS if now.whom.category_4 else Direction.NARROWS
        yield direction, "of people of category 4" + ("" if now.whom.category_4 else " no more")
    if was.ends_at != now.ends_at:
        direction = Direction.WIDENS if now.ends_at > was.ends_at else Direction.NARROWS
        yield direction, f"until {now.terms.expires}, was {was.terms.expires}"
    for name, one, other in _other_terms(was, now):
        yield Direction.CHANGES, f"{name}: {other}, was {one}"


def _other_terms(was: Grant, now: Grant) -> Iterator[tuple[str, str, str]]:
    yield from (
        (name, str(one), str(other))
        for name, one, other in (
            ("urgency", was.urgency.value, now.urgency.value),
            ("receipt", was.receipt, now.receipt),
        )
        if one != other
    )
    for (name, one), (_, other) in zip(in_words.terms(was), in_words.terms(now), strict=True):
        if one != other and name != "Last day":
            yield name.lower(), one, other


def _listed(allowed: Iterable[Any] | None) -> str:
    if allowed is None:
        return "of all"
    return ", ".join(sorted(str(one) for one in allowed)) or "of none"


def _name(kind: str) -> str:
    return BY_KIND[kind].topic_part


def _place(side: _Side) -> str:
    if side.agency is None or side.grant is None:
        return ""
    return _line(side.agency, side.agency.places[side.grant.kind])


def _line(agency: Agency | None, place: tuple[str | int, ...]) -> str:
    return "" if agency is None else f"{agency.marks.file}:{agency.marks.line(place)}"


def _sorted(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(words))
