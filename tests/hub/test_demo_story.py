"""The synthetic area: the same every time, of the right size, and nobody in it could be real."""

import json
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from random import Random

import pytest
from pydantic import ValidationError

from schemas.base import IdentifierType
from schemas.catalogue import BY_KIND
from services.admission.identifiers import canonical
from services.hub.demo import identifiers, statements
from services.hub.demo.area import AREA_FILE, AreaSettings, read_area
from services.hub.demo.delivery import Way
from services.hub.demo.population import Population, populate
from services.hub.demo.story import Story, generate, live, prepare
from services.runtime.faults import Refused
from tests.hub.demo_world import lines_of

NOW = datetime(2026, 11, 26, 14, 0, tzinfo=UTC)
TODAY = NOW.date()
AREA = read_area()
HOUSING = {"derby-housing", "amber-valley-housing"}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return generate(tmp_path_factory.mktemp("story"), "small", 7, NOW)


@pytest.fixture(scope="module")
def county() -> Population:
    return populate(AREA, AREA.sizes["county"], 7, TODAY)


def content(folder: Path) -> dict[str, bytes]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def test_the_same_seed_and_moment_give_the_same_bytes(story: Story, tmp_path: Path) -> None:
    again = generate(tmp_path, "small", 7, NOW)
    assert content(tmp_path) == content(story.folder)
    assert again.expected == story.expected


def test_another_seed_gives_other_people(story: Story, tmp_path: Path) -> None:
    generate(tmp_path, "small", 8, NOW)
    name = "say/convictions_derbyshire-police.jsonl"
    assert content(tmp_path)[name] != content(story.folder)[name]


def test_only_the_last_phase_knows_the_minute(story: Story, tmp_path: Path) -> None:
    later = live(prepare(tmp_path, "small", 7, NOW), NOW + timedelta(minutes=20))
    named = [name for name in content(tmp_path) if name.startswith(("say/conv", "say/cases"))]
    assert named
    assert all(content(tmp_path)[name] == content(story.folder)[name] for name in named)
    assert later.expected == story.expected


def test_the_county_has_the_size_and_mix_of_the_published_numbers(county: Population) -> None:
    assert Counter(person.registered for person in county.people) == {True: 1195, False: 285}
    assert Counter(person.level for person in county.people) == {1: 1458, 2: 19, 3: 3}
    assert len(county.wearers) == 40
    assert sum(person.in_prison for person in county.people) == 160


def test_homes_are_at_real_postcodes_of_the_nine_councils(county: Population) -> None:
    assert {place.council_code for place in county.places} == set(AREA.councils)
    assert len(county.places) > 43_000
    assert len({p.home.council_code for p in county.people}) == len(AREA.councils)
    shape = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][ABD-HJLNP-UW-Z]{2}")
    assert all(shape.fullmatch(person.home.postcode) for person in county.people)


def test_the_council_names_are_those_the_statistics_office_gives() -> None:
    found = find_spec("qlacref_authorities")
    assert found is not None
    assert found.origin is not None
    records = json.loads(Path(found.origin).with_name("records.json").read_text("utf-8"))
    named = {row["LTLA21CD"]: row["LTLA21NM"] for row in records}
    assert {code: named[code] for code in AREA.councils} == AREA.councils


def test_parts_that_contradict_each_other_never_meet(county: Population) -> None:
    for person in county.people:
        assert not (person.wearer is not None and not person.at_liberty)
        assert not (person.overdue and (person.supervised or not person.at_liberty))
        if HOUSING & person.on_case:
            assert person.at_liberty or person.leaving_today
    assert {p.home.council_code for p in county.on("derby-housing")} == {"E06000015"}
    both = set(county.on("derby-housing")) & set(county.on("amber-valley-housing"))
    assert len(both) == AREA.sizes["county"].both_authorities


@pytest.mark.parametrize("seed", range(20))
def test_there_are_as_many_overdue_as_the_settings_say_whatever_the_seed(seed: int) -> None:
    size = AREA.sizes["small"]
    people = populate(AREA, size, seed, TODAY).people
    last = {
        person.number: max(fact.made_on for fact in said)
        for person in people
        if (said := [*statements.notifications(person, TODAY, Random(seed))])
    }
    year_ago = date(TODAY.year - 1, TODAY.month, TODAY.day)
    overdue = {number for number, made_on in last.items() if made_on < year_ago}
    assert overdue == {person.number for person in people if person.overdue}
    assert len(overdue) == size.overdue


def test_every_name_and_street_is_visibly_invented(county: Population) -> None:
    invented = {"Exemplar", "Specimen", "Placeholder", "Fictive", "Invented", "Sample"}
    assert set(AREA.given_names) <= invented | {"Dummy", "Imaginary"}
    for person in county.people:
        assert re.fullmatch(r"Testperson-[0-9]{4}", person.family_name)
        assert re.fullmatch(
            r"[0-9]+ (Example|Specimen|Placeholder|Sample|Fictive|Invented) \w+", person.line
        )


def test_names_in_the_files_are_those_and_no_others(story: Story) -> None:
    names = set()
    for phase in story.phases:
        for _, line in lines_of(phase.deliveries):
            fact = line.get("fact", {})
            names |= {fact[name] for name in ("family_name", "given_names") if name in fact}
    assert all(name.startswith("Testperson-") or name in AREA.given_names for name in names)


def test_identifiers_have_right_check_characters_in_ranges_nobody_has(county: Population) -> None:
    ranges = {
        IdentifierType.PNC: r"190[1-9]/9[0-9]{6}[A-Z]",
        IdentifierType.CRO: r"9[0-9]{5}/01[A-Z]",
        IdentifierType.CRN: r"X9[0-9]{5}",
        IdentifierType.NOMS: r"A9[0-9]{3}Z[Q-Z]",
        IdentifierType.NHS: r"999[0-9]{7}",
        IdentifierType.HOUSING: r"(DH|AVH)-9[0-9]{5}",
    }
    seen: Counter[tuple[str, str]] = Counter()
    for person in county.people:
        agencies = ("derbyshire-police", "probation", "prison", *(person.on_case & HOUSING))
        numbers = {(n.type, n.value) for a in agencies for n in person.known_to(a)}
        for kind, value in numbers:
            assert re.fullmatch(ranges[kind], value)
        for agency in agencies:
            for number in person.known_to(agency):
                assert canonical(number, TODAY) == number
        seen.update(numbers)
    assert {kind for kind, _ in seen} == set(ranges)
    assert set(seen.values()) == {1}


@pytest.mark.parametrize("number", range(1, 60))
def test_a_wrong_check_letter_is_wrong(number: int) -> None:
    with pytest.raises(Refused, match="check-character"):
        canonical(identifiers.wrong_pnc(number), TODAY)


def test_every_line_that_is_said_is_a_fact_in_order_or_wrong_on_purpose(story: Story) -> None:
    wrong = 0
    for phase in story.phases:
        for _, line in lines_of(phase.deliveries):
            if "raw_hex" in line:
                continue
            kind = BY_KIND[line["kind"]].fact
            try:
                kind.model_validate_json(json.dumps(line["fact"]))
            except ValidationError:
                wrong += 1
    assert wrong == sum(letters["invalid"] for letters in story.expected.refused.values())


def test_nothing_happened_after_it_is_said_but_what_is_refused_for_it(story: Story) -> None:
    future = [
        line
        for phase in story.phases
        for _, line in lines_of(phase.deliveries)
        if "fact" in line and datetime.fromisoformat(line["fact"]["occurred_at"]) > NOW
    ]
    assert len(future) == story.expected.refused["probation"]["in-the-future"]


def test_files_lie_where_their_way_of_delivery_looks_for_them(story: Story) -> None:
    folders = {Way.SAY: "say", Way.EM: "em", Way.HOUSING: "housing"}
    deliveries = [delivery for phase in story.phases for delivery in phase.deliveries]
    assert all(delivery.file.parent.name == folders[delivery.way] for delivery in deliveries)
    assert len({delivery.file for delivery in deliveries}) == len(content(story.folder))


def test_the_day_is_the_local_one(tmp_path: Path) -> None:
    midnight = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert prepare(tmp_path, "small", 7, midnight).population.today == date(2026, 7, 1)


def test_a_setting_nobody_knows_is_refused() -> None:
    with pytest.raises(ValidationError, match="extra_forbidden"):
        AreaSettings.model_validate({**AREA.model_dump(), "colour": "blue"})


def test_the_area_file_says_where_its_postcodes_come_from() -> None:
    assert "Open Government Licence" in AREA_FILE.read_text("utf-8")
