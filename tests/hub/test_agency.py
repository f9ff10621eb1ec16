"""An agency's own page, what came back to it, and the letters with which it tries itself."""

import ast
import asyncio
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner

from schemas.base import FieldClass
from services.admission.domain import STATES
from services.agreements.compile import load
from services.agreements.epochs import Epoch
from services.hub.agency import papers, trial
from services.hub.agency.conformance import Check, examine
from services.hub.agency.html import as_html
from services.hub.agency.look import last_canary
from services.hub.agency.page import Folder, Installation, Page, Seen, page
from services.hub.agency.partner import words
from services.hub.agency.refusals import MEND, TRIAL, refusals
from services.hub.agency.sections import sections
from services.hub.cli import main
from services.runtime.records import Outgoing, Record
from services.runtime.schema_store import committed as schemas
from tests.agreements.makers import FILES, a_file, committed
from tests.house.source import REPO
from tests.in_memory import NAMES, Hub
from tests.makers import NOON, a_conviction, a_receipt, later
from tests.notify.inboxes import fan_out

AGENCIES = list(committed().agencies)
HERE = Installation(NAMES, schemas().highest, Epoch(), datetime(2026, 11, 26, tzinfo=UTC))
RUN = UUID(int=7)
FOLDER = Folder("a/folder", "agency-dwp", "password", "", "", "", ("ca.pem",))


def a_page(slug: str = "dwp", **more: Any) -> Page:
    return page(committed(), slug, HERE, **more)


def a_dead_letter(offset: int = 0, *more: tuple[str, bytes], **named: str) -> Record:
    told = {
        "hub_reason": "invalid",
        "hub_field": "status",
        "hub_topic": NAMES.said("dwp", type(a_receipt())),
        "hub_offset": "3",
        "hub_at": "2026-11-26T12:00:00+00:00",
        **named,
    }
    headers = tuple((name, text.encode()) for name, text in told.items())
    return Record(NAMES.dead("dwp"), 0, offset, 0, None, b"Testperson", (*headers, *more))


# -- the page


@pytest.mark.parametrize("slug", AGENCIES)
def test_no_other_bodys_file_changes_a_byte_of_the_page(slug: str, tmp_path: Path) -> None:
    (tmp_path / f"{slug}.yaml").write_bytes((FILES / f"{slug}.yaml").read_bytes())
    alone = page(load(tmp_path), slug, HERE)
    assert json.dumps(alone.as_object()) == json.dumps(a_page(slug).as_object())


@pytest.mark.parametrize("slug", AGENCIES)
def test_every_fact_it_says_and_every_grant_is_on_the_page(slug: str) -> None:
    agency, shown = committed().agencies[slug], a_page(slug)
    assert tuple(one.fact for one in shown.says) == agency.says
    assert {one.fact for one in shown.told} == agency.grants.keys()
    for one in shown.told:
        grant = agency.grants[one.fact]
        assert {field.name.split(".")[0] for field in one.fields} == set(grant.view.fields)
        assert {FieldClass(field.field_class) for field in one.fields} <= grant.classes
        assert (
            date.fromisoformat(one.until)
            == agency.agreement.receives[int(agency.places[one.fact][1])].expires
        )


def test_each_term_stands_with_the_line_that_says_it() -> None:
    (line,) = [one.line for one in a_page().says]
    file, number = line.split(":")
    assert (FILES / file).read_text().splitlines()[int(number) - 1].strip() == "- notice-receipted"
    release = next(one for one in a_page().told if one.fact == "custody.release-date-set")
    assert any("on whose case it is" in one and "dwp.yaml:" in one for one in release.words)


def test_a_grant_that_has_ended_is_shown_as_ended(tmp_path: Path) -> None:
    a_file(tmp_path)
    after = replace(HERE, at=datetime(2027, 4, 1, tzinfo=UTC))
    (told,) = page(load(tmp_path), "exampleshire-housing", after).told
    assert not told.in_force
    assert "no longer told" in told.words[0]


def test_the_inbox_is_shown_with_its_epoch_and_what_was_not_collected() -> None:
    restored = Installation(
        NAMES, HERE.adopted, Epoch(number=2, opened_at=HERE.at, say_again_since=HERE.at), HERE.at
    )
    seen = Seen((4, 10, 7), ())
    shown = page(committed(), "dwp", restored, seen=seen)
    assert shown.inbox is not None
    assert (shown.inbox.epoch, shown.inbox.first, shown.inbox.end) == (2, 4, 10)
    text = str(list(sections(shown)))
    assert "7; 3 not collected" in text
    assert HERE.at.isoformat() in text
    never = str(list(sections(a_page(seen=Seen((0, 0, None), ())))))
    assert "nothing yet" in never


def test_what_was_not_looked_at_is_not_shown_as_empty() -> None:
    shown = a_page(not_seen=["inbox: away"])
    assert shown.refusals is None
    assert "What came back" not in [name for name, _, _ in sections(shown)]
    assert "inbox: away" in as_html(shown)


class _Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.language = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "html":
            self.language = dict(attrs)["lang"] or ""
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("slug", AGENCIES)
def test_the_file_is_whole_by_itself_and_readable_by_headings(slug: str) -> None:
    text = as_html(a_page(slug, folder=FOLDER, seen=Seen((0, 1, 0), (a_dead_letter(),))))
    outline = _Outline()
    outline.feed(text)
    assert (outline.open, outline.language) == ([], "en-GB")
    assert outline.tags.count("h1") == 1
    assert outline.tags.count("table") == outline.tags.count("caption") >= 6
    assert not {"script", "link", "img"} & set(outline.tags)
    assert "http" not in text


@pytest.mark.parametrize(
    ("collected", "canary", "words"),
    [
        (9, (8, "2026-03-02T12:00:00+00:00"), "2026-03-02T12:00:00+00:00; collected"),
        (8, (8, "2026-03-02T12:00:00+00:00"), "2026-03-02T12:00:00+00:00; not collected"),
        (None, (8, "2026-03-02T12:00:00+00:00"), "2026-03-02T12:00:00+00:00; not collected"),
        (9, None, "none yet"),
    ],
)
def test_the_page_says_when_the_last_canary_was_sent_and_whether_it_was_collected(
    collected: int | None, canary: tuple[int, str] | None, words: str
) -> None:
    made = a_page(seen=Seen((0, 10, collected), (), canary))
    (inbox,) = (rows for name, _, rows in sections(made) if name == "Inbox")
    assert ("last canary", words) in inbox


async def test_the_last_canary_is_found_among_notices_by_its_headers() -> None:
    hub = Hub(fan_out())
    await hub.start(rules="2026-3")
    await hub.tick(later(minutes=20))
    assert last_canary(hub.inbox("dwp")) == (1, later(minutes=20).isoformat())
    assert last_canary([]) is None


# -- what came back


def test_a_mistake_made_often_is_one_line_with_the_latest_place() -> None:
    letters = [a_dead_letter(0), a_dead_letter(1), a_dead_letter(2, hub_offset="9")]
    (one,) = refusals(letters, committed().agencies["dwp"], NAMES)
    assert (one.code, one.field, one.times) == ("invalid", "status", 3)
    assert one.fact == "notice.notice-receipted"
    assert one.last_place.endswith("@9")
    assert one.line == "schemas/30.avsc status"


def test_what_may_not_be_said_leads_to_the_line_of_the_agreement() -> None:
    letter = a_dead_letter(hub_reason="not-agreed", hub_field="")
    (one,) = refusals([letter], committed().agencies["dwp"], NAMES)
    file, number = one.line.split(":")
    assert (FILES / file).read_text().splitlines()[int(number) - 1] == "says:"


def test_trials_are_no_mistakes_and_no_content_is_shown() -> None:
    tried = a_dead_letter(0, (TRIAL, b"run"))
    shown = a_page(seen=Seen((0, 0, 0), (tried, a_dead_letter(1))))
    assert shown.refusals is not None
    assert len(shown.refusals) == 1
    assert "Testperson" not in json.dumps(shown.as_object())


def test_every_reason_the_door_gives_has_words() -> None:
    files = [
        # Acts are carried to the door by whoever deploys: no agency has one back.
        *(p for p in (REPO / "services" / "admission").rglob("*.py") if p.name != "acts.py"),
        REPO / "services" / "runtime" / "wire.py",
        REPO / "services" / "runtime" / "avro.py",
        REPO / "services" / "runtime" / "schema_store.py",
    ]
    given = {reason for path in files for reason in _reasons(path)}
    assert len(given) > 20
    assert given - MEND.keys() == set()


def _reasons(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            first = node.args[0] if node.args else None
            if node.func.id in {"Refused", "Unreadable"} and isinstance(first, ast.Constant):
                found.add(str(first.value))
    return found


# -- the trial


@pytest.mark.parametrize("slug", AGENCIES)
def test_a_trial_comes_back_as_foretold_and_leaves_nothing(slug: str) -> None:
    """In the log, in the door's rows, or in anybody's inbox; also where somebody is managed."""

    async def day() -> None:
        hub = Hub()
        await hub.start()
        await hub.hear(a_conviction())
        log, kept = hub.in_log(), kept_of_people(hub)
        letters = trial_of(slug)
        for one in letters:
            hub.memory.append(Outgoing(one.topic, None, one.value, one.headers))
        await hub.memory.settle()
        came_back = {
            (letter.header("ce_id") or b"").decode(): (letter.header("hub_reason") or b"").decode()
            for letter in hub.dead(slug)
        }
        assert came_back == {str(one.number): one.expected for one in letters}
        assert hub.in_log() == log
        assert kept_of_people(hub) == kept
        assert refusals(hub.dead(slug), committed().agencies[slug], NAMES) == ()

    asyncio.run(day())


def kept_of_people(hub: Hub) -> dict[str, bytes]:
    """The door's rows but its places in topics, clock and versions."""
    kinds = STATES.keys() - {"clock", "adopted", "door"}
    rows = hub.memory.rowlogs["admission"].rows[0]
    return {key: row for key, row in rows.items() if key.partition(":")[0] in kinds}


def trial_of(slug: str) -> list[trial.Letter]:
    said = {one.fact: one for one in a_page(slug).says}
    topics = {kind: one.topic for kind, one in said.items()}
    ids = {kind: one.schema_id for kind, one in said.items()}
    return list(trial.letters(slug, topics, ids, RUN, NOON))


def test_raw_positions_are_not_said_in_a_trial_since_nobody_answers_them() -> None:
    kinds = {one.kind for one in trial_of("em")}
    assert "tracking.position" not in kinds
    assert "tracking.tag-tampered" in kinds


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, []),
        ({"security.protocol": "SASL_PLAINTEXT"}, ["security.protocol is not SASL_SSL or SSL"]),
        ({"ssl.ca.location": ""}, ["ssl.ca.location is missing"]),
        (
            {"enable.ssl.certificate.verification": "false"},
            ["enable.ssl.certificate.verification is off"],
        ),
        (
            {"ssl.endpoint.identification.algorithm": "none"},
            ["ssl.endpoint.identification.algorithm is off"],
        ),
    ],
)
def test_settings_that_weaken_tls_are_named(changed: dict[str, str], found: list[str]) -> None:
    assert words({"security.protocol": "SASL_SSL", "ssl.ca.location": "ca.pem", **changed}) == found


def test_without_a_usable_folder_nothing_is_tried(tmp_path: Path) -> None:
    (only,) = examine(tmp_path, "dwp", 1)
    assert only == Check("folder", only.seen, "take the folder anew, as a whole")


# -- commands


def test_the_page_is_shown_without_a_broker_and_says_what_is_missing(tmp_path: Path) -> None:
    at = ["--home", str(tmp_path / "hub"), "--agreements", str(FILES)]
    done = CliRunner().invoke(main, ["agency", "show", "dwp", *at])
    assert done.exit_code == 1
    assert "dwp.yaml:" in done.output
    assert "Not looked at" in done.output
    assert not (tmp_path / "hub").exists()


def test_an_agency_without_an_agreement_is_wrong_usage(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        main, ["agency", "show", "nobody", "--agreements", str(FILES), "--home", str(tmp_path)]
    )
    assert done.exit_code == 2


def test_a_trial_says_what_is_wrong_and_what_to_do(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["conformance", "dwp", "--home", str(tmp_path)])
    assert done.exit_code == 1
    assert "WRONG folder" in done.output
    assert "→ take the folder anew" in done.output
    assert "1 of 1 checks are not well" in done.output


def test_papers_are_complete_and_samples_of_what_is_no_longer_agreed_go(tmp_path: Path) -> None:
    agency = committed().agencies["dwp"]
    stale = tmp_path / "samples" / "told" / "case.level-set.1.json"
    stale.parent.mkdir(parents=True)
    stale.write_text("{}")
    written = papers.write(tmp_path, agency, NAMES, schemas().highest)
    files = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert len(files) == written
    assert {"README.txt", "asyncapi.json", "samples/says/notice.notice-receipted.json"} <= files
    assert not stale.exists()
