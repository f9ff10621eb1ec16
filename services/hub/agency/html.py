"""The agency's page as one file: nothing is fetched, no script runs, no colour is needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from services.hub.agency.page import HAND_OVER, Page
from services.hub.agency.sections import sections

_STYLE = """
body { margin: 0; color: #0b0c0c; background: #fff; font: 16px/1.4 Arial, sans-serif; }
header { background: #0b0c0c; color: #fff; padding: 12px 24px; }
main { padding: 24px; }
.wide { overflow-x: auto; }
.wide:focus, a:focus { outline: 3px solid #fd0; }
table { border-collapse: collapse; margin-bottom: 24px; }
caption { text-align: left; font-weight: bold; padding: 8px 0; }
th, td { border: 1px solid #505a5f; padding: 4px 8px; text-align: left; vertical-align: top; }
"""


def as_html(page: Page) -> str:
    """The whole page."""
    title = f"{page.name}: its page of the public-protection hub"
    tables = "".join(_section(name, columns, rows) for name, columns, rows in sections(page))
    left = "".join(f"<li>{escape(one)}</li>" for one in page.not_seen)
    missing = f"<h2>Not looked at</h2><ul>{left}</ul>" if left else ""
    return (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        f"<header>The public-protection hub</header><main><h1>{escape(page.name)}</h1>"
        f"<p>{escape(page.wire)}.</p>{tables}<p>{escape(HAND_OVER)}</p>{missing}"
        "</main></body></html>\n"
    )


def _section(name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in columns)
    body = "".join(_row(row) for row in rows)
    if not body:
        return f"<h2>{escape(name)}</h2><p>None.</p>"
    return (
        f'<h2>{escape(name)}</h2><div class="wide" tabindex="0" role="region" '
        f'aria-label="{escape(name)}"><table><caption>{escape(name)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(row: Sequence[str]) -> str:
    first, *rest = (escape(cell).replace("\n", "<br>") for cell in row)
    cells = "".join(f"<td>{cell}</td>" for cell in rest)
    return f'<tr><th scope="row">{first}</th>{cells}</tr>'
