"""The page as tables: the same for the terminal and for the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.hub.agency.page import Inbox, Page, Told

Rows = list[Sequence[str]]
Section = tuple[str, Sequence[str], Rows]
"""Name, columns, rows."""


def sections(page: Page) -> Iterator[Section]:
    """Every table of the page, in order; what was not looked at is left out."""
    yield "Who it is", ("what", "is"), list(_who(page))
    says: Rows = [(one.fact, one.topic, str(one.schema_id), one.line) for one in page.says]
    yield "What it may say", ("fact", "topic", "schema", "agreed in"), says
    yield (
        "What it is told",
        ("fact", "terms", "fields, by class", "of whom, and the line that says so"),
        [_told(one) for one in page.told],
    )
    days: Rows = [(one.duty, one.on, one.state, "\n".join(one.facts)) for one in page.last_days]
    yield "Last days that are near", ("of what", "day", "stands", "facts"), days
    topics: Rows = [*page.topics.items(), ("consumer group", page.group)]
    yield "Where it reads", ("what", "name"), topics
    limits: Rows = [(name.replace("_", " "), str(value)) for name, value in page.limits.items()]
    yield "Limits", ("what", "at most"), limits
    if page.folder is not None:
        held = page.folder
        rows = (
            ("folder", held.path),
            ("principal", held.principal),
            ("comes by", held.comes_by),
            ("password since", held.since or "not made yet"),
            ("older one valid too, since", held.both_valid_since or "no older one"),
            ("shut out since", held.shut_out_since or "not shut out"),
            ("in the folder", ", ".join(held.files) or "nothing yet: hub agreements apply"),
        )
        yield "Credentials", ("what", "is"), list(rows)
    if page.inbox is not None:
        yield "Inbox", ("what", "is"), list(_inbox(page.inbox))
    if page.refusals is not None:
        yield (
            "What came back",
            ("code", "field", "fact", "times", "last", "to mend", "do"),
            [
                (
                    one.code,
                    one.field or "-",
                    one.fact or "-",
                    str(one.times),
                    f"{one.last_at}\n{one.last_place}",
                    one.line or "-",
                    one.mend,
                )
                for one in page.refusals
            ],
        )


def _who(page: Page) -> Iterator[Sequence[str]]:
    yield "name", page.name
    yield "agency", page.agency
    yield "takes part as", f"{page.kind}, {page.body}, {page.data_role}"
    for role, mailbox in page.contacts.items():
        yield f"contact, {role.replace('_', ' ')}", mailbox
    yield "knows people by", ", ".join(page.identifiers) or "the hub's reference alone"
    yield "its agreement", page.agreement


def _told(one: Told) -> Sequence[str]:
    by_class: dict[str, list[str]] = {}
    for field in one.fields:
        how = f" ({field.how})" if field.how else ""
        by_class.setdefault(field.field_class, []).append(field.name + how)
    terms = (
        ", ".join(one.purposes),
        f"basis {one.basis}",
        f"until {one.until}" + ("" if one.in_force else ": no longer in force"),
        f"{one.urgency}, {'asks for a receipt' if one.receipt else 'asks for no receipt'}",
        f"schema {', '.join(map(str, one.schema_ids))}",
    )
    shown = (f"{name}: {', '.join(fields)}" for name, fields in by_class.items())
    return one.fact, "\n".join(terms), "\n".join(shown), "\n".join(one.words)


def _inbox(inbox: Inbox) -> Iterator[Sequence[str]]:
    yield "epoch", str(inbox.epoch)
    yield "notices kept, from offset", str(inbox.first)
    yield "notices kept, up to offset", str(inbox.end)
    if inbox.collected is None:
        yield "collected", "nothing yet: its group never said it was done with any"
    else:
        waiting = max(0, inbox.end - inbox.collected)
        yield "collected, up to offset", f"{inbox.collected}; {waiting} not collected"
    came = "collected" if inbox.canary_collected else "not collected"
    yield "last canary", f"{inbox.last_canary}; {came}" if inbox.last_canary else "none yet"
    if inbox.say_again_since:
        yield "restored: say again what was said since", inbox.say_again_since
