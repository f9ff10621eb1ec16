"""Visits: from the first certain mark beyond a line to the next certain mark back from it.

A visit is *live* if live marks show it. Live visits are read off live marks alone, so nothing that
is learned late moves them. A visit that only late marks show is *late*.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.tracking.domain.state import Mark, Watch
from services.tracking.rules import Rules


@dataclass(frozen=True, slots=True)
class Visit:
    """One stay beyond the line, as far as it is known."""

    marks: tuple[Mark, ...]
    late: bool
    left: Mark | None = None
    """The first mark back from the line after it."""

    @property
    def first(self) -> Mark:
        """The earliest mark of it."""
        return self.marks[0]

    @property
    def positions(self) -> frozenset[UUID]:
        """The positions that show it."""
        return frozenset(mark.position for mark in self.marks)


@dataclass(frozen=True, slots=True)
class News:
    """What has become known of visits."""

    entered: tuple[Visit, ...] = ()
    left: tuple[Mark, ...] = ()
    """Marks back from the line that ended a visit, each once."""


def visits_of(marks: Sequence[Mark]) -> tuple[Visit, ...]:
    """All visits these marks show, live ones first.

    A late visit ends with a mark back that is live, or at a time when no live visit is under way.
    """
    if not any(mark.beyond for mark in marks):
        return ()
    live = tuple(_runs([mark for mark in marks if not mark.late], late=False))
    late = (run for run in _runs(marks, late=True) if all(mark.late for mark in run.marks))
    return (*live, *(replace(run, left=_left(run, marks, live)) for run in late))


def news(before: Iterable[Visit], after: Iterable[Visit]) -> News:
    """Visits nobody was told of, and marks that ended a visit.

    Visits never join; one that proves to be two is told of as its earlier part.
    """
    known = [(visit, visit.positions) for visit in before]
    entered: list[Visit] = []
    left: dict[UUID, Mark] = {}
    for visit in after:
        old = next(
            (v for v, seen in known if v.late == visit.late and seen & visit.positions), None
        )
        if old is None:
            entered.append(visit)
        else:
            known = [(v, seen) for v, seen in known if v is not old]
        if visit.left is not None and (old is None or old.left is None):
            left[visit.left.position] = visit.left
    return News(tuple(entered), tuple(sorted(left.values(), key=lambda mark: mark.at)))


def learned(watch: Watch, mark: Mark, rules: Rules) -> Watch:
    """The watch with one more mark in its place in time; unchanged if it tells nothing new."""
    number = mark.position.int
    if number in [m.position.int for m in watch.marks]:
        return watch
    place = bisect_left(watch.marks, _place(mark), key=_place)
    earlier, later = watch.marks[:place], watch.marks[place:]
    if mark.late and earlier and later and _alike(earlier[-1], mark) and _alike(mark, later[0]):
        return watch
    marks = (*earlier, mark, *later)
    newest = marks[-1].at
    marks = _thinned(marks, newest - rules.late_after - rules.clock_ahead)
    marks = _remembered(marks, newest - rules.remember)[-rules.most_marks :]
    return watch.model_copy(update={"marks": marks})


def _runs(marks: Iterable[Mark], *, late: bool) -> Iterator[Visit]:
    """Marks beyond the line without one back between them, while the same thing bound."""
    runs: list[list[Mark]] = []
    for mark in marks:
        if not mark.beyond:
            yield from (Visit(tuple(run), late, left=mark) for run in runs)
            runs = []
        elif runs and runs[-1][-1].since == mark.since:
            runs[-1].append(mark)
        else:
            runs.append([mark])
    yield from (Visit(tuple(run), late) for run in runs)


def _left(run: Visit, marks: Iterable[Mark], live: Iterable[Visit]) -> Mark | None:
    return next(
        (
            mark
            for mark in marks
            if not mark.beyond
            and _place(mark) > _place(run.first)
            and not (mark.late and _under_way(live, mark.at))
        ),
        None,
    )


def _under_way(live: Iterable[Visit], at: datetime) -> bool:
    return any(v.first.at <= at and (v.left is None or at < v.left.at) for v in live)


def _thinned(marks: tuple[Mark, ...], before: datetime) -> tuple[Mark, ...]:
    """Without marks of before then that stand between two of their kind: no visit hangs on them.

    The last mark of before then stays too, since what follows it may still change.
    """
    past = marks[: bisect_left(marks, before, key=_at)]
    inner = {
        mark.position
        for earlier, mark, later in zip(past, past[1:], past[2:], strict=False)
        if _same(earlier, mark) and _same(mark, later)
    }
    return tuple(mark for mark in marks if mark.position not in inner) if inner else marks


def _remembered(marks: tuple[Mark, ...], before: datetime) -> tuple[Mark, ...]:
    """Without marks of before then, but for the last of them: it tells how things stood."""
    past = bisect_left(marks, before, key=_at)
    return marks[max(past - 1, 0) :]


def _at(mark: Mark) -> datetime:
    return mark.at


def _place(mark: Mark) -> tuple[datetime, int]:
    return mark.at, mark.position.int


def _alike(one: Mark, other: Mark) -> bool:
    return one.beyond == other.beyond and one.since == other.since


def _same(one: Mark, other: Mark) -> bool:
    return _alike(one, other) and one.late == other.late
