"""The words to write in an agreement file: what each of its keys looks like when it is in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from schemas.base import FieldClass, IdentifierType
from schemas.risk import Urgency
from services.agreements.actors import Role
from services.agreements.duty import Day
from services.agreements.model import (
    AgeGroup,
    Body,
    Condition,
    DataRole,
    Kind,
    LegalBasis,
    Onward,
    Payload,
    Purpose,
    Redaction,
)


def _any(words: type[StrEnum]) -> str:
    return " | ".join(word.value for word in words)


def _some(words: type[StrEnum]) -> str:
    return f"[{', '.join(word.value for word in words)}]"


WORDS: Mapping[str, str] = {
    "agency": "the name of the file, for example derby-housing",
    "name": "its name in full",
    "kind": _any(Kind),
    "body": _any(Body),
    "role": _any(DataRole),
    "competent_authority": "true | false, see DPA 2018 s.30",
    "sharing_agreement": "the number of the sharing agreement, for example DSA-DBY-012",
    "dpia": "the number of the impact assessment, for example DPIA-DBY-012",
    "contacts": "governance, operations and data_protection, each a mailbox",
    "governance": "a role's mailbox, for example information-governance@body.example",
    "operations": "a role's mailbox, for example public-protection@body.example",
    "data_protection": "the data protection officer's mailbox, data-protection@body.example",
    "owner": "a role's mailbox, for example public-protection@body.example",
    "actors": "who may act for it, as hub actor enrol prints it; or []",
    "sign_in": "its own sign-in service, as hub actor sign-in prints it",
    "duty": "turns of the rota, each with roles, mailbox, days, starts and ends; or leave it out",
    "roles": _some(Role),
    "mailbox": "a role's mailbox, for example duty-desk@body.example",
    "days": _some(Day),
    "starts": 'a time in London in quotes, for example "17:00"',
    "ends": "a time in London in quotes; at or before starts it is on the next day",
    "identifiers": _some(IdentifierType),
    "says": "facts by the last part of their topic, for example [notice-receipted]; or []",
    "never": "facts: […] and classes: […] that no grant of this file can give",
    "receives": "grants; or []",
    "facts": "facts by the last part of their topic, for example [release-date-set]",
    "classes": f"some of {_some(FieldClass)}",
    "redact": f"a class and one of {_any(Redaction)}, for example {{location: coarsen}}",
    "payload": _any(Payload),
    "why": "one sentence, with a capital and a full stop: why this body needs these fields",
    "source": "where the reason is written, for example R-AGY-1 or CJA-2003-s325",
    "on_case": "true: only of people on whose case it is",
    "own_only": "true: only facts that name the body",
    "areas": "ONS codes of councils, for example [E06000015]; without it every area",
    "categories": "some of [1, 2, 3, 4]; without it every category but 4",
    "levels": "some of [1, 2, 3]; without it every level",
    "ages": f"some of {_some(AgeGroup)}; [adult] tells nothing of under-18s",
    "category_4": "true: also of people of category 4",
    "urgency": _any(Urgency),
    "receipt": "true | false",
    "purposes": f"at least one of {_some(Purpose)}",
    "basis": _any(LegalBasis),
    "condition": _any(Condition),
    "kept_days": "for how many days the body keeps it, 1 to 36525",
    "onward": _any(Onward),
    "reviewed": "the day it was reviewed last, for example 2026-11-02",
    "review_by": "the day by which it is reviewed again, for example 2027-11-01",
    "expires": "its last day, for example 2029-03-31",
    "limits": "largest_message_bytes, inbox_kept_days and bytes_per_second",
    "largest_message_bytes": "1024 to 990000",
    "inbox_kept_days": "1 to 90",
    "bytes_per_second": "65536 to 1073741824",
}


def to_write(place: Sequence[str | int]) -> str:
    """What to write at that place of a file; empty where no key of ours stands."""
    key = next((part for part in reversed(place) if isinstance(part, str)), "")
    return f"write {key}: {WORDS[key]}" if key in WORDS else ""
