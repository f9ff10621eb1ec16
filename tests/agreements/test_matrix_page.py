"""The matrix and the assessment say what the agreements hold; people can read the page."""

import csv
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner

from schemas.base import FieldClass
from schemas.risk import AlertRaised
from services.agreements.commands import agreements as command
from services.agreements.matrix import as_csv, cells
from services.agreements.page import CODES, page
from tests.agreements.makers import FILES, a_file, committed
from tests.agreements.test_every_cell import SIGNED

VOID = {"meta"}


class Tree(HTMLParser):
    """The page's elements, each with its attributes and text; tags have to match."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], str]] = []
        self.rows: list[int] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.elements.append((tag, named, ""))
        if tag == "tr":
            self.rows.append(0)
        if tag in {"td", "th"}:
            self.rows[-1] += int(named.get("colspan") or 1)
        if tag not in VOID | {"br"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.elements:
            tag, attrs, text = self.elements[-1]
            self.elements[-1] = (tag, attrs, text + data)

    def close(self) -> None:
        super().close()
        assert self._open == []

    def of(self, tag: str) -> Iterator[tuple[dict[str, str | None], str]]:
        yield from ((attrs, text) for name, attrs, text in self.elements if name == tag)


@pytest.fixture(scope="module")
def tree() -> Tree:
    found = Tree()
    found.feed(page(committed()))
    found.close()
    return found


def test_the_page_has_a_language_one_title_and_nothing_from_elsewhere(tree: Tree) -> None:
    assert [attrs["lang"] for attrs, _ in tree.of("html")] == ["en-GB"]
    assert (
        len(list(tree.of("h1"))) == len(list(tree.of("title"))) == len(list(tree.of("main"))) == 1
    )
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _, _ in tree.elements}
    assert all(str(attrs["href"]).startswith("#") for attrs, _ in tree.of("a"))
    assert "url(" not in page(committed())


def test_every_table_has_a_caption_and_every_heading_says_what_it_heads(tree: Tree) -> None:
    assert len(list(tree.of("table"))) == len(list(tree.of("caption")))
    assert {attrs.get("scope") for attrs, _ in tree.of("th")} == {"col", "row", "rowgroup"}
    bodies = len(committed().receivers)
    facts = len({cell.entry.kind for cell in cells(committed())})
    wide = [width for width in tree.rows if width == bodies + 1]
    modules = {cell.entry.kind.split(".")[0] for cell in cells(committed())}
    assert len(wide) == 1 + facts + len(modules)
    (region,) = [attrs for attrs, _ in tree.of("div")]
    assert (region["role"], region["tabindex"]) == ("region", "0")


def test_links_lead_somewhere_and_no_two_places_have_one_name(tree: Tree) -> None:
    ids = [attrs["id"] for _, attrs, _ in tree.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {str(attrs["href"])[1:] for attrs, _ in tree.of("a")} <= set(map(str, ids))
    assert region_label(tree) in ids


def region_label(tree: Tree) -> str | None:
    return next(attrs["aria-labelledby"] for attrs, _ in tree.of("div"))


def test_every_class_that_can_be_granted_has_a_code_in_the_legend(tree: Tree) -> None:
    assert set(FieldClass) - set(CODES) == {FieldClass.INTERNAL}
    assert len(set(CODES.values())) == len(CODES)
    headings = {text for attrs, text in tree.of("th") if attrs.get("scope") == "row"}
    assert headings >= set(CODES.values())
    assert {(attrs["title"], text.strip()) for attrs, text in tree.of("abbr")} <= {
        (field_class.value, code) for field_class, code in CODES.items()
    }


def test_what_is_written_in_a_file_cannot_break_the_page(tmp_path: Path) -> None:
    a_file(tmp_path, ("(invented)", "<script>alert(1)</script>"))
    run = CliRunner().invoke(
        command, ["matrix", "--dir", str(tmp_path), "--html", str(tmp_path / "matrix.html")]
    )
    assert run.exit_code == 0
    assert "<script>" not in (tmp_path / "matrix.html").read_text()


def test_the_table_has_a_line_for_every_fact_and_body_told_or_not() -> None:
    rows = list(csv.DictReader(StringIO(as_csv(committed()))))
    told = {(row["body"], row["fact"]) for row in rows if row["told"] == "yes"}
    said = {(row["body"], row["fact"]) for row in rows if row["says"] == "yes"}
    assert told == {
        (slug, fact)
        for slug, signed in SIGNED.items()
        for grant in signed["receives"]
        for fact in grant["facts"]
    }
    assert said >= {(slug, fact) for slug, signed in SIGNED.items() for fact in signed["says"]}
    assert len(rows) == len({(row["body"], row["fact"]) for row in rows})
    for row in rows:
        assert bool(row["Legal basis"]) == bool(row["Last day"]) == (row["told"] == "yes")


@pytest.mark.parametrize(
    ("body", "behind"),
    [
        ("derbyshire-police", {"management", "risk", "monitoring", "victim"}),
        ("prison", {"management", "risk"}),
    ],
)
def test_the_reasons_of_an_alert_count_as_every_class_behind_them(
    body: str, behind: set[str]
) -> None:
    (cell,) = (c for c in cells(committed(), body) if c.entry.fact is AlertRaised)
    assert {one for one, names in cell.shown.items() if "reasons" in names} == {
        "reference",
        *behind,
    }


def test_the_assessment_names_necessity_and_recipient_of_every_flow() -> None:
    run = CliRunner().invoke(command, ["dpia", "--dir", str(FILES)])
    assert run.exit_code == 0
    flows = [line for line in run.output.splitlines() if line.startswith("### ")]
    assert len(flows) == sum(len(agency.grants) for agency in committed().receivers.values())
    for word in ("- necessity: ", "- recipient: ", "- lawfulness: "):
        assert run.output.count(word) == len(flows)
    assert "the hub to smb-co-ordinator: nothing" in run.output
    assert "- health: nobody" in run.output


def test_the_assessment_of_one_body_is_of_that_one() -> None:
    run = CliRunner().invoke(command, ["dpia", "--dir", str(FILES), "--agency", "dwp", "--json"])
    assert {row["body"] for row in json.loads(run.output)} == {"dwp"}
    unknown = CliRunner().invoke(command, ["dpia", "--dir", str(FILES), "--agency", "nobody"])
    assert unknown.exit_code == 2


def test_lint_says_file_line_and_the_words_to_write(tmp_path: Path) -> None:
    path = a_file(tmp_path, ("    onward: nobody\n", ""))
    run = CliRunner().invoke(command, ["lint", "--dir", str(tmp_path)])
    assert run.exit_code == 1
    assert f"{path.name}:" in run.output
    assert "write onward: nobody | bodies-on-the-case | ask-the-source-first" in run.output
    (found,) = json.loads(
        CliRunner().invoke(command, ["lint", "--dir", str(tmp_path), "--json"]).output
    )
    assert (found["field"], found["reason"]) == ("receives.0.onward", "Field required")
    assert found["write"].startswith("write onward: ")
    in_order = CliRunner().invoke(command, ["lint", "--dir", str(FILES)])
    assert in_order.exit_code == 0
    assert "28 agreements in order" in in_order.output
