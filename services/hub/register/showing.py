"""What `hub register show` says of one person, as tables."""

from __future__ import annotations

from rich.console import Console

from services.hub.register import review_words, status, words
from services.hub.register.lookup import Found
from services.hub.register.output import table


def print_register(found: Found, console: Console) -> None:
    """The register as tables."""
    requirement, law = words.requirement(found.register, found.day)
    console.print(f"On {words.said(found.day)} {requirement}.  [dim]{law}[/dim]")
    if review := words.review(found.register, found.day, found.rules):
        console.print(f"{review[0][0].upper()}{review[0][1:]}.  [dim]{review[1]}[/dim]")
    for told, where in review_words.reviews(found.register, found.day, found.rules):
        console.print(f"{told[0].upper()}{told[1:]}.  [dim]{where}[/dim]")
    category = found.register.category or "none"
    console.print(f"Category under the arrangements: {category}.  [dim]CJA 2003 ss.325, 327[/dim]")
    for columns, rows in status.tables(found):
        console.print(table(columns, rows))
    convictions = words.convictions(found.register, found.rules)
    console.print(table(("convicted on", "dealt with by", ""), convictions))
    if orders := tuple(words.orders(found.register)):
        console.print(table(("order", "made on", "served on", "until", ""), orders))
    if breaches := tuple(words.breaches(found.register)):
        console.print(table(("breach of", "proved on", "", ""), breaches))
    deadlines = words.deadlines(found.register, found.rules)
    console.print(table(("duty", "last day", "how it stands", ""), deadlines))
    console.print(f"[dim]By the rules {found.rules.version}.[/dim]")
