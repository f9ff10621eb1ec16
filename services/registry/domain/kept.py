"""The words a row keeps, each with who said it, so that its source alone can take it back.

A word stands while somebody stands by it: said by two, it takes two to take it back. What is taken
back before it comes is not kept when it comes, so any order ends in the same row.

Source: UK GDPR Art. 5(1)(d), DPA 2018 s.38 (accuracy); decisions 18 and 27.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import blake2b
from uuid import UUID

from services.registry.domain.state import Register
from services.runtime.decision import State

Word = State | date
"""What is kept of one fact."""


def tie_of(source: str, event_id: UUID) -> str:
    """What tells who said a word, and under which number, in eleven characters."""
    said = f"{source}\x1f{event_id}".encode()
    return urlsafe_b64encode(blake2b(said, digest_size=8).digest()).decode().rstrip("=")


def with_word(row: Register, part: str, word: Word, tie: str) -> Register:
    """The row with that word in that part, said so; the same where it was said so before."""
    told = _told(row, part)
    said = told.get(word, frozenset())
    if tie in said:
        return row
    return with_words(row, part, {**told, word: said | {tie}})


def with_words(row: Register, part: str, told: Mapping[Word, Iterable[str]]) -> Register:
    """The row with these words in that part and no others, each with who said it."""
    words = sorted(told, key=_in_time)
    ties = {**row.ties, part: tuple(" ".join(sorted(told[word])) for word in words)}
    stands = {name: ties[name] for name in sorted(ties) if ties[name]}
    return row.model_copy(update={part: tuple(words), "ties": stands})


def with_taken_back(row: Register, ties: Iterable[str]) -> Register:
    """The row that knows of these as taken back; what it keeps of them is still there."""
    return row.model_copy(update={"taken_back": tuple(sorted({*row.taken_back, *ties}))})


def that_stands(row: Register) -> Register:
    """The row without what everybody who said it took back; the same where that is nothing."""
    back = frozenset(row.taken_back)
    if not back:
        return row
    for part in tuple(row.ties):
        told = _told(row, part)
        left = {word: said - back for word, said in told.items() if said - back}
        if left != told:
            row = with_words(row, part, left)
    return row


def same_words(one: Register, other: Register) -> bool:
    """Whether both keep the same, whoever said it."""
    parts = {*one.ties, *other.ties}
    return all(getattr(one, part) == getattr(other, part) for part in parts)


def _told(row: Register, part: str) -> dict[Word, frozenset[str]]:
    ties = (frozenset(one.split()) for one in row.ties.get(part, ()))
    return dict(zip(getattr(row, part), ties, strict=True))


def _in_time(new: Word) -> str:
    """By day, and by content within a day."""
    return new.model_dump_json() if isinstance(new, State) else new.isoformat()
