"""Hostile inputs made of real shapes, each by its seed and number alone.

A shape is a committed example as Avro, or a row as a partner sends it. What is done to it knows
what it is: lengths and unions of Avro, members and words of JSON, names and places of headers.
Texts are replaced by canaries now and then, so that whoever repeats a value is caught.
"""

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

CANARIES = ("Canary Testperson", "7 Canary Close", "ZZ99 7CC", "2001/7777777C", "CANARY-REF")
"""Stand in hostile inputs and nowhere else."""

Bytes = Callable[[random.Random, bytearray], None]


def chance(seed: int, target: str, index: int) -> random.Random:
    """All chance of one input; the same seed, target and index give the same input."""
    return random.Random(f"{seed}:{target}:{index}")


# -- bytes


def _flip(r: random.Random, raw: bytearray) -> None:
    if raw:
        raw[r.randrange(len(raw))] ^= 1 << r.randrange(8)


def _cut(r: random.Random, raw: bytearray) -> None:
    at = r.randrange(len(raw) + 1)
    del raw[at : at + r.choice((1, 2, 8, len(raw)))]


def _insert(r: random.Random, raw: bytearray) -> None:
    at = r.randrange(len(raw) + 1)
    raw[at:at] = r.choice((b"\0", b"\xff" * 9, r.randbytes(r.randrange(40)), b"A" * 3000))


def _splice(r: random.Random, raw: bytearray) -> None:
    """A piece of it stands elsewhere too."""
    a, b, at = (r.randrange(len(raw) + 1) for _ in range(3))
    raw[at:at] = raw[min(a, b) : max(a, b)][:2000]


def _varint(r: random.Random, raw: bytearray) -> None:
    """A length or count that is huge, negative, or never ends."""
    value = r.choice((2**31, 2**63 - 1, -1, -(2**63), 2**40, len(raw) * 2, r.randrange(300)))
    coded = bytes([0xFF] * r.choice((9, 10, 40))) if r.random() < 0.2 else zigzag(value)
    at = r.randrange(len(raw) + 1)
    raw[at : at + r.choice((0, 1, 2))] = coded


def _frame(r: random.Random, raw: bytearray) -> None:
    """Another schema's number in front, or another frame."""
    wanted = r.choice((r.randrange(1, 80), 2**30 + r.randrange(2**20), 0, 2**32 - 1))
    raw[0:5] = bytes([r.choice((0, 0, 0, 1, 255))]) + wanted.to_bytes(4)


def _word(r: random.Random, raw: bytearray) -> None:
    """Bytes that are no UTF-8, or say something else than they seem to."""
    at = r.randrange(len(raw) + 1)
    raw[at : at + r.choice((0, 2))] = r.choice(
        (b"\xc0\xae", b"\xed\xa0\x80", b"\xfe\xff", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"\xf5\x80")
    )


_BYTES: tuple[Bytes, ...] = (_flip, _flip, _cut, _insert, _splice, _varint, _varint, _frame, _word)


def zigzag(value: int) -> bytes:
    """A number as Avro writes it."""
    rest = ((value << 1) ^ (value >> 63)) & (2**64 - 1)
    coded = bytearray()
    while rest > 0x7F:
        coded.append(rest & 0x7F | 0x80)
        rest >>= 7
    coded.append(rest)
    return bytes(coded)


def some_bytes(r: random.Random, shape: bytes, most: int = 65_000) -> bytes:
    """The shape with a few of its bytes changed, or as it is."""
    raw = bytearray(shape)
    for _ in range(r.choice((0, 1, 1, 1, 2, 3, 8))):
        r.choice(_BYTES)(r, raw)
    return bytes(raw[:most])


# -- JSON

_WORDS: tuple[Any, ...] = (
    None,
    True,
    "",
    " ",
    "\0",
    "\ud800",
    "\udfff\ud800",
    "\u202eCanary",
    "ＡＢＣ１２３",  # noqa: RUF001
    "x" * 5000,
    "1e999",
    "9999-12-31T23:59:59+00:00",
    "0001-01-01T00:00:00+23:59",
    "2026-02-30",
    "2026-03-29 01:30:00",
    "0001-01-01 00:00:00",
    "9999-12-31 23:59:59.999999",
    "../../etc/passwd",
    "=cmd|' /C calc'!A0",
    "<!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>",
    0,
    -1,
    2**63,
    10**400,
    -(2**70),
    1.5,
    1e308,
    float("nan"),
    float("inf"),
    [],
    {},
    [[]],
    {"a": {"b": [1, 2, {"c": None}]}},
    *CANARIES,
)


def some_value(r: random.Random, value: Any) -> Any:
    """The value with members lost, added, renamed or replaced, in some depth of it."""
    if isinstance(value, dict) and value and r.random() < 0.85:
        changed = dict(value)
        name = r.choice(list(changed))
        what = r.random()
        if what < 0.15:
            del changed[name]
        elif what < 0.25:
            changed[r.choice((name.upper(), f"{name} ", "__proto__", CANARIES[0]))] = changed[name]
        elif what < 0.32:
            changed[r.choice(("eventType", "person_id", "source", "status", "\ud800"))] = r.choice(
                _WORDS
            )
        else:
            changed[name] = some_value(r, changed[name])
        return changed
    if isinstance(value, list) and value and r.random() < 0.7:
        at = r.randrange(len(value))
        return [*value[:at], some_value(r, value[at]), *value[at : at + r.choice((0, 1, 40))]]
    if isinstance(value, str) and value and r.random() < 0.4:
        at = r.randrange(len(value))
        return (
            value[:at] + r.choice(("", "0", "Z", "\0", " ", "é", "\u0661", "'")) + value[at + 1 :]
        )
    if isinstance(value, int) and r.random() < 0.4:
        return value + r.choice((-1, 1, 10**6, -(10**12)))
    return r.choice(_WORDS)


def some_json(r: random.Random, shape: Any, times: Sequence[int] = (0, 1, 1, 2, 4)) -> bytes:
    """The shape as JSON, changed in structure, in how it is written, and now and then in bytes."""
    value = shape
    for _ in range(r.choice(times)):
        value = some_value(r, value)
    text = json.dumps(value, ensure_ascii=r.random() < 0.7)
    how = r.random()
    if how < 0.04:
        return b'{"a":' * (depth := r.choice((10, 17, 1000, 20_000))) + b"1" + b"}" * depth
    if how < 0.08 and text.startswith("{") and len(text) > 2:
        text = f"{text[:-1]}, {text[1:]}"  # everything twice
    elif how < 0.11:
        text = text.replace(": 1", f": {'9' * r.choice((19, 400, 5000))}", 1)
    elif how < 0.13:
        text = text.replace(": ", ": -Infinity, ", 1)
    elif how < 0.15:
        text = text.replace(": 1", ": 1e999", 1)
    raw = text.encode("utf-8", "surrogatepass")
    if how > 0.97:
        return text.encode("utf-16", "surrogatepass")
    if how > 0.95:
        return b"\xef\xbb\xbf" + raw
    if how > 0.93:
        return raw.replace(b"/", b"\xc0\xaf", 1).replace(b"e", b"\xc1\xa5", 1)
    if how > 0.92:
        return text.encode("latin-1", "replace")
    return some_bytes(r, raw) if how > 0.8 else raw


# -- headers and names

_OURS = ("hub_trigger", "hub_depth", "hub_reason", "ce_id", "ce_type", "ce_source", "ce_subject")
_SAID = (
    b"",
    b"\xff\xfe",
    b"999999999",
    b"-1",
    b"from.tracking.zone-entered|0|5|0",
    b"from.registry.requirement-opened|0|99999999999999999999|0",
    b"|||",
    b"register.category-changed",
    b"registry",
    b"7 Canary Close",
    b"x" * 4000,
)


def some_headers(r: random.Random, headers: Sequence[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """The headers with some of ours forged, doubled, or lost."""
    kept = [one for one in headers if r.random() < 0.9]
    for _ in range(r.choice((0, 0, 1, 2, 20))):
        kept.append((r.choice((*_OURS, "", "Canary Testperson", "hub_depth\0")), r.choice(_SAID)))
    return kept


_STEPS = (
    "drop",
    "done",
    "orders",
    "reports",
    "..",
    ".",
    "",
    "ours",
    "partial",
    "working",
    "\u2024\u2024",
    "\uff0e\uff0e",
    "%2e%2e",
    "..\\..",
    "etc",
    "passwd",
    "position_a.jsonl",
    "event_b.jsonl",
    "activation_c.jsonl",
    "position_a.jsonl.part",
    "position_a.jsonl\0.txt",
    "position_a.jsonl\n",
    "-rf",
    ".hidden",
    "CON",
    "a" * 127,
    "a" * 129,
    "a" * 5000,
    "canary;rm -rf",
)


def some_path(r: random.Random) -> bytes:
    """A path: mostly a file to drop, else a trick."""
    if r.random() < 0.4:
        feed = r.choice(("position", "event", "activation", "canary"))
        return f"drop/{feed}_{r.randrange(50)}.jsonl".encode()
    steps = [r.choice(_STEPS) for _ in range(r.choice((1, 2, 2, 2, 3, 6)))]
    path = r.choice(("", "", "/", "//")) + "/".join(steps)
    raw = path.encode("utf-8", "surrogatepass")
    return some_bytes(r, raw, 9000) if r.random() < 0.1 else raw
