"""Last days as an iCalendar file that says nothing of anybody (RFC 5545)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

from services.hub.register.lists import Listing

SUMMARY = "MAPPA duty"
"""All that stands in a calendar, which others may see; the rest is looked up by the number."""


def calendar(due: Listing, at: datetime) -> bytes:
    """A whole-day entry for each duty on its last day: the deadline's own number, and no more."""
    made = Calendar()
    made.add("prodid", "-//mappa-hub//register//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    for row in due.rows:
        made.add_component(_entry(row["deadline"], row["due_on"], at))
    return bytes(made.to_ical())


def _entry(deadline: str, on: date, at: datetime) -> Event:
    entry = Event()
    entry.add("uid", deadline)
    entry.add("dtstamp", at)
    entry.add("dtstart", on)
    entry.add("dtend", on + timedelta(days=1))
    entry.add("summary", f"{SUMMARY} {deadline[:8]}")
    entry.add("class", "PRIVATE")
    entry.add("transp", "TRANSPARENT")
    return entry
