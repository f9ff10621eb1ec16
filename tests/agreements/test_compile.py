"""Who may say what; who is told what, until when; and what the version says."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from schemas.catalogue import ENTRIES
from schemas.register import AddressChanged
from services.agreements.compile import Agreements, ends_at, load
from services.agreements.model import Body, Kind
from services.agreements.ours import AT_THE_DOOR
from services.agreements.whom import Known
from tests.agreements.makers import a_file, committed

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
RELEASE = "custody.release-date-set"
LEAD = {"derbyshire-police", "probation"}
YOUTH = {"derby-youth-offending", "derbyshire-youth-offending"}


@pytest.fixture(scope="module")
def agreements() -> Agreements:
    return committed()


def told(agreements: Agreements, kind: str) -> set[str]:
    return {grant.agency for grant in agreements.grants(kind, NOW)}


def test_the_last_day_still_counts_and_ends_with_it_in_london_time(tmp_path: Path) -> None:
    a_file(tmp_path)
    agreements = load(tmp_path)
    last = datetime(2027, 3, 31, 22, 59, 59, 999999, tzinfo=UTC)  # summer time since 28 March
    assert len(agreements.grants(RELEASE, last)) == 1
    assert agreements.grants(RELEASE, last + timedelta(microseconds=1)) == ()
    assert ends_at(date(2027, 1, 31)) == datetime(2027, 2, 1, tzinfo=UTC)


def test_an_empty_list_of_facts_or_classes_grants_nothing(tmp_path: Path) -> None:
    a_file(tmp_path, ("[release-date-set]", "[]"))
    a_file(tmp_path, ("[reference, custody]", "[]"), slug="otherham-housing")
    assert load(tmp_path).grants(RELEASE, NOW) == ()


def test_an_absent_filter_lets_everybody_through_and_an_empty_one_nobody(tmp_path: Path) -> None:
    a_file(tmp_path, ("on_case: true", "on_case: true\n    areas: []"))
    a_file(tmp_path, ("on_case: true", "on_case: true\n    levels: [2, 3]"), slug="otherham")
    a_file(tmp_path, slug="thirdham")
    empty, levels, absent = (grant.whom for grant in load(tmp_path).grants(RELEASE, NOW))
    assert not empty.passes(Known(area="E06000015", category=1, level=2), NOW)
    assert levels.passes(Known(level=2), NOW)
    assert not levels.passes(Known(), NOW)
    assert absent.passes(Known(), NOW)


def test_layout_comments_and_the_order_of_keys_do_not_change_the_version(tmp_path: Path) -> None:
    path = a_file(tmp_path)
    version = load(tmp_path).version
    text = path.read_text().replace("[reference, custody]", "\n      - reference\n      - custody")
    head, rest = text.split("name:", 1)
    name, rest = rest.split("\n", 1)
    path.write_text(f"# signed\n\nname: {name}\n{head}{rest}")
    assert load(tmp_path).version == version


def test_any_change_of_content_changes_the_version(tmp_path: Path) -> None:
    a_file(tmp_path)
    version = load(tmp_path).version
    a_file(tmp_path, ("2027-03-31", "2027-04-30"))
    assert load(tmp_path).version != version


def test_nobody_says_what_is_not_theirs(agreements: Agreements) -> None:
    assert agreements.may_say("derby-housing", "housing.tenancy-started")
    assert agreements.may_say("registry", "register.deadline-missed")
    assert agreements.may_say("clock", "log.tick")
    assert agreements.may_say("tracking", "tracking.zone-entered")
    assert not agreements.may_say("derby-housing", "tracking.zone-entered")
    assert not agreements.may_say("dwp", "eligibility.conviction-recorded")
    assert not agreements.may_say("admission", "log.tick")
    assert not agreements.may_say("nobody", "log.tick")


def test_every_fact_has_somebody_who_says_it(agreements: Agreements) -> None:
    speakers = {*agreements.agencies, "registry", "risk", "tracking", "notify", "clock", "deploy"}
    silent = [
        entry.kind
        for entry in ENTRIES
        if not any(agreements.may_say(speaker, entry.kind) for speaker in speakers)
        and entry.fact not in AT_THE_DOOR
    ]
    assert silent == []


def test_three_bodies_are_the_responsible_authority(agreements: Agreements) -> None:
    speakers = {*agreements.receivers, "registry", "nobody"}
    assert {s for s in speakers if agreements.is_responsible_authority(s)} == {*LEAD, "prison"}


def test_a_service_with_an_inbox_is_a_receiver_and_not_an_agency(agreements: Agreements) -> None:
    assert set(agreements.receivers) - set(agreements.agencies) == {"tracking"}


def test_an_alert_goes_to_the_responsible_authority_and_who_leads_for_children(
    agreements: Agreements,
) -> None:
    assert told(agreements, "risk.alert-raised") == {*LEAD, "prison", *YOUTH}
    assert told(agreements, "log.person-held") == {*LEAD, *YOUTH}
    assert told(agreements, "register.deadline-missed") == {*LEAD, *YOUTH}


def test_a_release_date_is_told_to_those_who_prepare_for_it(agreements: Agreements) -> None:
    counts_only = {"smb-co-ordinator"}
    watches_tags = {"em"}
    says_it = {"prison"}
    assert (
        told(agreements, RELEASE) == {*agreements.agencies} - counts_only - watches_tags - says_it
    )


def test_outside_the_responsible_authority_and_youth_services_nobody_sees_offence_or_victim(
    agreements: Agreements,
) -> None:
    sees_victims_zones, treats = Body.VICTIM_LIAISON, Body.HEALTH
    for agency in agreements.agencies.values():
        if agency.kind is Kind.RESPONSIBLE_AUTHORITY:
            continue
        for grant in agency.grants.values():
            assert grant.on_case
            if agency.agreement.body is Body.YOUTH_OFFENDING:
                continue
            assert not {"offence", "intelligence"} & grant.classes
            assert "victim" not in grant.classes or agency.agreement.body is sees_victims_zones
            assert "risk" not in grant.classes or agency.agreement.body is treats


def test_everybody_hears_of_their_own_unanswered_notices_only(agreements: Agreements) -> None:
    overdue = agreements.grants("notice.notice-overdue", NOW)
    assert {grant.agency for grant in overdue} == {*agreements.agencies} - {"smb-co-ordinator"}
    assert {grant.agency for grant in overdue if not grant.own_only} == LEAD


def test_grants_come_sorted_by_agency(agreements: Agreements) -> None:
    found = [grant.agency for grant in agreements.grants(AddressChanged.kind(), NOW)]
    assert found == sorted(found)
