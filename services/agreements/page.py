"""The data-sharing matrix as one page: self-contained, printable, readable without colour.

Plain style after GOV.UK's; nothing is fetched, no script runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby

from schemas.base import FieldClass
from services.agreements import in_words
from services.agreements.compile import Agency, Agreements
from services.agreements.matrix import Cell, cells
from services.agreements.model import Payload

CODES = {
    FieldClass.REFERENCE: "Ref",
    FieldClass.IDENTITY: "Id",
    FieldClass.LOCATION: "Loc",
    FieldClass.OFFENCE: "Off",
    FieldClass.HEALTH: "Hea",
    FieldClass.FINANCIAL: "Fin",
    FieldClass.VICTIM: "Vic",
    FieldClass.INTELLIGENCE: "Int",
    FieldClass.PROVENANCE: "Prov",
    FieldClass.MANAGEMENT: "Man",
    FieldClass.RISK: "Risk",
    FieldClass.CUSTODY: "Cus",
    FieldClass.HOUSING: "Hou",
    FieldClass.MONITORING: "Mon",
}
"""Two to four letters for each class that can be granted."""
_SIGNS = {
    "says": "the body says this fact to the hub",
    "case": "told only of people on whose case the body is",
    "own": "told only facts that name the body",
    "area": "told only of people in the areas named in its file",
    "cat": "told only of people in the categories named in its file",
    "level": "told only of people at the levels named in its file",
    "18+": "told only of people of 18 or older where the fact stands",
    "under 18": "told only of people under 18 where the fact stands",
    "less": "some of it masked, coarse, or by numbers alone: see the body's own part below",
    "+4": "told also of people of category 4; nobody else is, unless the case's list names them",
}
_STYLE = """
:root { color-scheme: light; }
body { margin: 0; color: #0b0c0c; background: #fff; font: 16px/1.4 Arial, sans-serif; }
header { background: #0b0c0c; color: #fff; padding: 12px 24px; border-bottom: 10px solid #1d70b8; }
header p { margin: 0; font-weight: bold; }
main { padding: 24px; }
h1 { font-size: 2rem; margin: 0 0 8px; }
h2 { font-size: 1.5rem; margin: 40px 0 8px; }
h3 { font-size: 1.2rem; margin: 32px 0 4px; border-top: 2px solid #b1b4b6; padding-top: 12px; }
p, ul, dl { max-width: 44em; }
a { color: #1d70b8; }
a:focus, .wide:focus { outline: 3px solid #fd0; outline-offset: 0; }
.wide { overflow: auto; max-height: 85vh; border: 1px solid #b1b4b6; }
table { border-collapse: collapse; font-size: 14px; }
caption { text-align: left; font-weight: bold; padding: 8px; }
th, td { border: 1px solid #b1b4b6; padding: 4px 6px; text-align: left; vertical-align: top; }
.wide thead th { position: sticky; top: 0; background: #f3f2f1; z-index: 2; }
.wide thead th a { writing-mode: vertical-rl; white-space: nowrap; }
.wide tbody th[scope=row] { position: sticky; left: 0; background: #f3f2f1; white-space: nowrap; }
.wide thead td { position: sticky; left: 0; top: 0; background: #f3f2f1; z-index: 3; }
th[scope=rowgroup] { background: #0b0c0c; color: #fff; }
.told { background: #eef5fb; }
.none { color: #505a5f; }
.sign { color: #505a5f; font-style: italic; }
dt { font-weight: bold; } dd { margin: 0 0 4px 0; }
@media print { .wide { max-height: none; overflow: visible; } }
"""


def page(agreements: Agreements) -> str:
    """The whole page."""
    bodies = list(agreements.receivers.values())
    return "".join(
        [
            '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            f"<title>Data-sharing matrix</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n",
            "<header><p>Public-protection hub</p></header>\n<main>\n",
            "<h1>Data-sharing matrix</h1>\n",
            f"<p>Who says which fact to the hub and who is told it, by {len(bodies)} agreements of "
            f"version <code>{escape(agreements.version)}</code>. What stands nowhere here is told "
            "to nobody.</p>\n",
            *_legend(),
            *_table(agreements, bodies),
            "<h2>Body by body</h2>\n",
            *(part for body in bodies for part in _body(agreements, body)),
            "</main>\n</body>\n</html>\n",
        ]
    )


def _legend() -> Iterator[str]:
    yield '<h2 id="legend">How to read it</h2>\n<p>In a cell stand the classes of fields shown, '
    yield "and then, in italics, of whom.</p>\n<table>\n<caption>Classes of fields</caption>\n"
    yield '<thead><tr><th scope="col">Code</th><th scope="col">Class</th></tr></thead>\n<tbody>\n'
    for field_class, code in CODES.items():
        yield f'<tr><th scope="row">{code}</th><td>{field_class.value}</td></tr>\n'
    yield "</tbody>\n</table>\n<table>\n<caption>Signs</caption>\n"
    yield '<thead><tr><th scope="col">Sign</th><th scope="col">Meaning</th></tr></thead>\n<tbody>\n'
    for sign, meaning in _SIGNS.items():
        yield f'<tr><th scope="row">{escape(sign)}</th><td>{escape(meaning)}</td></tr>\n'
    yield "</tbody>\n</table>\n"


def _table(agreements: Agreements, bodies: list[Agency]) -> Iterator[str]:
    yield '<h2 id="matrix">Fact by body</h2>\n'
    yield '<div class="wide" role="region" aria-labelledby="matrix" tabindex="0">\n<table>\n'
    yield "<caption>What each body says and is told</caption>\n<thead><tr><td></td>"
    for body in bodies:
        slug = escape(body.slug)
        yield f'<th scope="col"><a href="#{slug}">{slug}</a></th>'
    yield "</tr></thead>\n"
    facts = list(cells(agreements))
    order = list(dict.fromkeys(map(_module, facts)))
    facts.sort(key=lambda cell: order.index(_module(cell)))
    for module, group in groupby(facts, key=_module):
        yield f'<tbody>\n<tr><th scope="rowgroup" colspan="{len(bodies) + 1}">{module}</th></tr>\n'
        for fact, row in groupby(group, key=lambda cell: cell.entry.topic_part):
            yield f'<tr><th scope="row">{fact}</th>{"".join(map(_cell, row))}</tr>\n'
        yield "</tbody>\n"
    yield "</table>\n</div>\n"


def _module(cell: Cell) -> str:
    return cell.entry.kind.split(".")[0]


def _cell(cell: Cell) -> str:
    if cell.grant is None and not cell.says:
        return '<td class="none">–</td>'
    codes = " ".join(
        f'<abbr title="{field_class.value}">{CODES[field_class]}</abbr>'
        for field_class in CODES
        if field_class in cell.shown
    )
    signs = ", ".join(escape(sign) for sign in _signs(cell))
    style = "none" if cell.grant is None else "told"
    return f'<td class="{style}">{codes} <span class="sign">{signs}</span></td>'


def _signs(cell: Cell) -> Iterator[str]:
    if cell.says:
        yield "says"
    if cell.grant is None:
        return
    terms = cell.grant.terms
    held = {
        "case": terms.on_case,
        "own": terms.own_only,
        "area": terms.areas is not None,
        "cat": terms.categories is not None,
        "level": terms.levels is not None,
        "18+": terms.ages is not None and "youth" not in terms.ages,
        "under 18": terms.ages is not None and "adult" not in terms.ages,
        "less": bool(terms.redact) or terms.payload is not Payload.VIEW,
        "+4": terms.category_4,
    }
    yield from (sign for sign, holds in held.items() if holds)


def _body(agreements: Agreements, body: Agency) -> Iterator[str]:
    signed = body.agreement
    yield f'<h3 id="{escape(body.slug)}">{escape(body.name)}</h3>\n'
    yield _list(
        {
            "Capacity": f"{signed.kind.value}; {signed.role.value}",
            "Competent authority": "yes" if signed.competent_authority else "no",
            "Sharing agreement": signed.sharing_agreement,
            "Impact assessment": signed.dpia,
            "Data protection officer": signed.contacts.data_protection,
            "Says": ", ".join(signed.says) or "nothing",
            "Is never told": ", ".join((*signed.never.facts, *signed.never.classes)) or "–",
        }.items()
    )
    if not body.grants:
        yield "<p>It is told nothing.</p>\n"
        return
    yield f"<table>\n<caption>What {escape(body.slug)} is told</caption>\n<thead><tr>"
    for heading in ("Facts", "Shown", "Of whom", "Terms"):
        yield f'<th scope="col">{heading}</th>'
    yield "</tr></thead>\n<tbody>\n"
    told = [cell for cell in cells(agreements, body.slug) if cell.grant is not None]
    for _, alike in groupby(sorted(told, key=_line), key=_line):
        yield _grant(list(alike))
    yield "</tbody>\n</table>\n"


def _line(cell: Cell) -> int:
    return cell.agency.marks.line(cell.agency.places[cell.entry.kind])


def _grant(alike: list[Cell]) -> str:
    """The cells of one grant of a file, which have their terms in common."""
    first = alike[0]
    facts = "<br>".join(cell.entry.topic_part for cell in alike)
    shown = "<br>".join(
        f"{cell.entry.topic_part}: {', '.join(cell.grant.view.fields) or 'the head alone'}"
        for cell in alike
        if cell.grant is not None
    )
    less = "".join(f"<br>{escape(text)}" for text in first.amounts)
    whom = "<br>".join(escape(text) for text in first.conditions) or "of everybody"
    terms = _list(in_words.terms(first.grant)) if first.grant is not None else ""
    cells_of_it = "".join(f"<td>{text}</td>" for text in (shown + less, whom, terms))
    return f'<tr><th scope="row">{facts}</th>{cells_of_it}</tr>\n'


def _list(said: Iterable[tuple[str, str]]) -> str:
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in said)
    return f"<dl>{rows}</dl>\n"
