"""Why letters of an agency came back, in its own words: code, field, and what to mend. No value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.catalogue import BY_KIND, BY_TOPIC_PART
from services.agreements.compile import Agency
from services.runtime.names import Names
from services.runtime.records import Record
from services.runtime.schema_store import committed

TRIAL = "hub_conformance"
"""Header of letters that are meant to come back; the door hands it through."""

MEND = {
    "ambiguous": "write the year with four digits: the number can be read in two ways",
    "chain-too-long": "say what happened, not what followed from it: the chain of causes is long",
    "check-character": "send the number as its register issued it: its check character is wrong",
    "empty": "send a value: a record without one is no fact",
    "failed-here": "ask the hub's operator: nothing is known to be wrong with it",
    "foreign-provenance": "put your own name into `source`",
    "format": "write the number as its register does: it has not that form",
    "header": "send headers as UTF-8 text",
    "identifiers-disagree": "send the numbers of one person only: these are of two",
    "in-the-future": "set your clock, or the instant: it is over a day ahead",
    "invalid": "send what the schema and its limits allow in this field",
    "left-over": "send one record and no byte after it",
    "no-frame": "put a zero byte and the schema's id in four bytes before the record",
    "nobody": "name the person: a number, or the reference the hub gave you",
    "not-a-fact": "say facts by the schemas of your folder: this id is a notice's",
    "not-a-view": "say facts by the schemas of your folder: this id is no view",
    "not-agreed": "say only what your agreement lists, or have the line added and signed",
    "not-avro": "write the record by the schema whose id stands before it",
    "nothing-adopted": "wait until the hub is up, then say it again",
    "only-the-hub-says-that": "leave this field out: the hub fills it in",
    "said-differently": "use a new event_id: this one was said before with another content",
    "temporary-number": "send a permanent number: a temporary one may be two people's",
    "too-big": "send less at once: it is longer than any fact may be",
    "too-many": "send at most 20 numbers of one person",
    "trigger": "leave the hub's own headers out",
    "unknown-reference": "use the reference of a notice of yours: this one is nobody's",
    "unknown-schema": "use a schema id of your folder; take the folder anew if it is old",
    "unknown-word": "use a word the schema lists for this field",
    "unwritable": "send values within their types",
    "wrong-topic": "say each fact on its own topic",
}
"""What to do about each reason the door gives."""
_ELSE = "look at the field, and ask the hub's operations contact"


@dataclass(frozen=True)
class Refusal:
    """One mistake, however often it was made."""

    code: str
    field: str
    fact: str
    """The kind of fact that belongs on the topic."""
    times: int
    last_at: str
    """When the broker received the last of them."""
    last_place: str
    """That one's topic and offset."""
    line: str
    """Where it is to be mended: a line of the agreement, or a field of a schema of the folder."""
    mend: str


def refusals(
    letters: Iterable[Record], agency: Agency, names: Names, *, trials: bool = False
) -> tuple[Refusal, ...]:
    """The mistakes behind those dead letters, latest first; trials are none, unless asked for."""
    last: dict[tuple[str, str, str], Record] = {}
    times: dict[tuple[str, str, str], int] = {}
    for letter in letters:
        if letter.header(TRIAL) is not None and not trials:
            continue
        kind = _kind(_text(letter, "hub_topic"), names)
        mistake = (_text(letter, "hub_reason"), _text(letter, "hub_field"), kind)
        last[mistake] = letter
        times[mistake] = times.get(mistake, 0) + 1
    newest = sorted(last, key=lambda one: last[one].offset, reverse=True)
    return tuple(_refusal(one, times[one], last[one], agency) for one in newest)


def mend(code: str) -> str:
    """What to do about a reason."""
    return MEND.get(code, _ELSE)


def _refusal(mistake: tuple[str, str, str], times: int, last: Record, agency: Agency) -> Refusal:
    code, field, kind = mistake
    return Refusal(
        code=code,
        field=field,
        fact=kind,
        times=times,
        last_at=_text(last, "hub_at"),
        last_place=f"{_text(last, 'hub_topic')}@{_text(last, 'hub_offset')}",
        line=_line(code, field, kind, agency),
        mend=mend(code),
    )


def _line(code: str, field: str, kind: str, agency: Agency) -> str:
    if code == "not-agreed":
        return f"{agency.marks.file}:{agency.marks.line(('says',))}"
    if kind not in BY_KIND:
        return ""
    schema = f"schemas/{committed().latest(BY_KIND[kind].fact).schema_id}.avsc"
    return f"{schema} {field}".rstrip()


def _kind(topic: str, names: Names) -> str:
    """Of the topic's own name: what the letter's headers say is its sender's word."""
    try:
        part = names.said_by(topic)[1]
    except ValueError:
        return ""
    entry = BY_TOPIC_PART.get(part)
    return entry.kind if entry is not None else ""


def _text(letter: Record, name: str) -> str:
    return (letter.header(name) or b"").decode(errors="replace")
