"""The data-sharing matrix: fact × body, what is said, what is told, how much of it, on which terms.

Compiled from the agreements like everything else, so that what an officer reads is what holds.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from schemas.base import AboutWhom, FieldClass, Part
from schemas.catalogue import ENTRIES, Entry
from services.agreements import in_words
from services.agreements.compile import Agency, Agreements, Grant
from services.agreements.model import Kind
from services.agreements.views import classes_behind


@dataclass(frozen=True)
class Cell:
    """One fact and one body."""

    entry: Entry
    agency: Agency
    says: bool
    grant: Grant | None
    """None: it is not told."""

    @property
    def shown(self) -> dict[FieldClass, tuple[str, ...]]:
        """By class, the fields of the fact that are shown, whole or less; and what is behind them.

        A reason of an alert tells of every class behind it.
        """
        if self.grant is None:
            return {}
        found: dict[FieldClass, tuple[str, ...]] = {}
        behind = classes_behind(self.grant.view)
        for name in self.grant.view.fields:
            for one in sorted({class_of(self.entry.fact, name), *behind.get(name, ())}):
                found[one] = (*found.get(one, ()), name)
        return found

    @property
    def conditions(self) -> tuple[str, ...]:
        """Of whom it is told, in words."""
        if self.grant is None:
            return ()
        always = self.agency.kind is not Kind.RESPONSIBLE_AUTHORITY
        return tuple(text for _, text in in_words.conditions(self.grant, always_on_case=always))

    @property
    def amounts(self) -> tuple[str, ...]:
        """What is shown less than whole, in words."""
        return () if self.grant is None else tuple(said for _, said in in_words.amounts(self.grant))

    def row(self) -> dict[str, str]:
        """The cell as a line of a table, all of it text."""
        terms = {} if self.grant is None else dict(in_words.terms(self.grant))
        return {
            "fact": self.entry.topic_part,
            "body": self.agency.slug,
            "capacity": self.agency.kind.value,
            "says": "yes" if self.says else "no",
            "told": "no" if self.grant is None else "yes",
            "classes": ", ".join(sorted(self.shown)),
            "fields": "" if self.grant is None else ", ".join(self.grant.view.fields),
            "less than whole": "; ".join(self.amounts),
            "of whom": "; ".join(self.conditions),
            **{name: terms.get(name, "") for name in in_words.TERMS},
        }


def cells(agreements: Agreements, *agencies: str) -> Iterator[Cell]:
    """Every fact about a person with every body, or with those named; facts in their order."""
    for entry in ENTRIES:
        if entry.about is AboutWhom.NOBODY:
            continue
        for slug, agency in agreements.receivers.items():
            if not agencies or slug in agencies:
                yield Cell(
                    entry,
                    agency,
                    agreements.may_say(slug, entry.kind),
                    agency.grants.get(entry.kind),
                )


def as_csv(agreements: Agreements) -> str:
    """The matrix as comma-separated lines, one a cell, with a heading."""
    rows = [cell.row() for cell in cells(agreements)]
    text = StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def class_of(part: type[Part], name: str) -> FieldClass:
    """The class of that field."""
    extra = part.model_fields[name].json_schema_extra
    if not isinstance(extra, dict):
        raise TypeError(f"{name} has no class")
    return FieldClass(str(extra["class"]))
