"""The main line on a real and secured broker, outsiders outside: who is told what, and who not."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas import case, custody, eligibility, register, risk, tracking
from schemas.base import Identifier
from schemas.notice import NoticeReceipted, ReceiptStatus
from services.runtime import wire
from tests import makers
from tests.journeys.hub import Hub, eventually

pytestmark = pytest.mark.journey


def now() -> datetime:
    return datetime.now(UTC)


def known(hub: Hub, folder: Path, number: int) -> Identifier:
    """A person the hub knows, with derby-housing on the case."""
    pnc = makers.a_pnc(number)
    hub.say(folder, makers.a_conviction(identifiers=(pnc,), occurred_at=now()))
    eventually(lambda: len(of(hub, "probation", number)) > 0, 30, "probation hears of the person")
    hub.say(folder, makers.a_joining(identifiers=(pnc,), occurred_at=now()))
    eventually(
        lambda: (
            any(n["about"] == "case.agency-joined-case" for n in of(hub, "probation", number))
            or any(
                n["about"] == "case.agency-joined-case"
                for n in of(hub, "derbyshire-police", number)
            )
        ),
        30,
        "the case is joined",
    )
    return pnc


def of(hub: Hub, slug: str, number: int) -> list[dict[str, object]]:
    """The agency's notices that carry that person's number, or of the same reference."""
    notices = hub.notices(slug)
    pnc = makers.a_pnc(number).value
    refs = {n["person_ref"] for n in notices if pnc in str(n["told"])}
    return [n for n in notices if n["person_ref"] in refs]


def test_of_two_housing_authorities_only_the_one_on_the_case_hears_of_a_release(
    hub: Hub, tmp_path: Path
) -> None:
    before = {slug: len(hub.notices(slug)) for slug in ("derby-housing", "amber-valley-housing")}
    pnc = known(hub, tmp_path, 1001)
    hub.say(tmp_path, makers.a_release_date(identifiers=(pnc,), occurred_at=now()))
    eventually(
        lambda: any(
            n["about"] == custody.ReleaseDateSet.kind() for n in hub.notices("derby-housing")
        ),
        30,
        "derby-housing hears of the release date",
    )
    hub.at_rest()
    assert len(hub.notices("amber-valley-housing")) == before["amber-valley-housing"]
    told = [n for n in hub.notices("derby-housing") if n["about"] == custody.ReleaseDateSet.kind()]
    text = str(told)
    assert "release_on" in text
    assert makers.FAMILY_NAME not in text
    assert pnc.value not in text


def test_who_joins_late_finds_what_is_current_and_who_leaves_that_it_is_off_the_case(
    hub: Hub, tmp_path: Path
) -> None:
    pnc = makers.a_pnc(1011)
    hub.say(tmp_path, makers.a_conviction(identifiers=(pnc,), occurred_at=now()))
    for prison_code in ("AAA", "BBB"):
        told = {"identifiers": (pnc,), "prison_code": prison_code}
        hub.say(tmp_path, makers.a_release_date(occurred_at=now(), **told))
    hub.at_rest()
    before = len(hub.notices("amber-valley-housing"))
    moved = {"identifiers": (pnc,)}
    hub.say(tmp_path, makers.a_joining("amber-valley-housing", occurred_at=now(), **moved))
    hub.at_rest()
    hub.say(tmp_path, makers.a_leaving("amber-valley-housing", occurred_at=now(), **moved))
    hub.at_rest()
    found = hub.notices("amber-valley-housing")[before:]
    kinds = [custody.ReleaseDateSet.kind(), case.SharingEnded.kind()]
    assert [notice["about"] for notice in found] == kinds
    assert "BBB" in str(found[0]["told"])
    assert "AAA" not in str(found)


def test_a_conviction_opens_a_requirement_and_its_first_clock(hub: Hub, tmp_path: Path) -> None:
    today = now().date()
    conviction = makers.a_conviction(
        identifiers=(makers.a_pnc(1002),), occurred_at=now(), convicted_on=today, term_months=12
    )
    hub.say(tmp_path, conviction)

    def heard(kind: type[register.RequirementOpened] | type[register.DeadlineOpened]) -> bool:
        return any(n["about"] == kind.kind() for n in of(hub, "derbyshire-police", 1002)) or any(
            n["about"] == kind.kind() for n in hub.notices("derbyshire-police")
        )

    eventually(lambda: heard(register.RequirementOpened), 30, "the requirement opens")
    eventually(lambda: heard(register.DeadlineOpened), 30, "the clock starts")
    opened = hub.told("derbyshire-police", register.RequirementOpened)
    lasts = [n["told"].get("last_day") for n in opened]
    assert today.replace(year=today.year + 10) - timedelta(days=1) in lasts


def test_a_wrong_check_character_comes_back_to_its_sender_alone_and_untouched(
    hub: Hub, tmp_path: Path
) -> None:
    wrong = Identifier(type=makers.PNC.type, value=f"{makers.PNC.value[:-1]}A")
    fact = makers.a_conviction(identifiers=(wrong,), occurred_at=now())
    hub.say(tmp_path, fact)

    def returned() -> list[dict[str, object]]:
        done = hub.client("derbyshire-police", "dead", "--json", "--for", "5")
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return [one for one in lines if one["hub_reason"] == "check-character"]

    eventually(lambda: bool(returned()), 40, "the letter comes back")
    assert returned()[0]["hub_field"] == "identifiers.pnc"
    assert wrong.value not in json.dumps(returned())
    dead = hub.recorded().source(hub.cluster.names.dead("derbyshire-police"))
    assert wire.encode(fact) in [record.value for record in dead]
    peek = hub.client("probation", "try-read", hub.cluster.names.dead("derbyshire-police"))
    assert peek.returncode == 3


def test_what_is_said_of_a_stranger_waits_and_is_let_in_when_they_become_known(
    hub: Hub, tmp_path: Path
) -> None:
    pnc = makers.a_pnc(1003)
    hub.say(tmp_path, makers.a_level(identifiers=(pnc,), occurred_at=now(), level=3))
    hub.at_rest()
    assert not of(hub, "derbyshire-police", 1003)
    hub.say(tmp_path, makers.a_conviction(identifiers=(pnc,), occurred_at=now()))
    eventually(
        lambda: any(
            n["about"] == "case.level-set" and n["told"].get("level") == 3
            for n in hub.notices("derbyshire-police")
        ),
        30,
        "the level is heard of",
    )


def test_a_crossed_victim_zone_alerts_police_and_probation_and_never_housing(
    hub: Hub, tmp_path: Path
) -> None:
    pnc, device = known(hub, tmp_path, 1004), "D-1004"
    start = now() - timedelta(hours=2)
    hub.say(
        tmp_path,
        makers.a_zone(
            identifiers=(pnc,),
            occurred_at=start,
            in_force_from=start,
            protects_victim=True,
            zone_ref="Z-1004",
        ),
        makers.a_fitting(identifiers=(pnc,), occurred_at=start, device_ref=device),
    )
    hub.at_rest()
    hub.say(
        tmp_path,
        makers.a_position(
            occurred_at=now(),
            device_ref=device,
            point=tracking.Point(longitude_deg=-1.475, latitude_deg=52.925),
            precision_m=5,
            mechanism=tracking.Mechanism.GPS,
        ),
    )
    for slug in ("derbyshire-police", "probation"):
        eventually(
            lambda slug=slug: any(  # type: ignore[misc]  # a lambda's default has no annotation
                n["urgency"] == risk.Urgency.IMMEDIATE for n in hub.told(slug, risk.AlertRaised)
            ),
            30,
            f"{slug} is alerted",
        )
    hub.at_rest()
    assert not hub.told("derby-housing", risk.AlertRaised)
    assert not hub.told("derby-housing", tracking.ZoneEntered)


def test_a_receipt_is_known_to_the_hub_by_the_agencys_own_reference(
    hub: Hub, tmp_path: Path
) -> None:
    known(hub, tmp_path, 1005)
    notice = of(hub, "probation", 1005)[0]
    receipt = NoticeReceipted(
        event_id=makers.a_receipt(notice_ref=notice["notice_ref"]).event_id,
        occurred_at=now(),
        source="probation",
        person_ref=str(notice["person_ref"]),
        notice_ref=str(notice["notice_ref"]),
        status=ReceiptStatus.READ,
    )
    hub.say(tmp_path, receipt)

    def in_log() -> bool:
        return any(
            record.header("ce_id") == str(receipt.event_id).encode()
            for records in hub.recorded().log().values()
            for record in records
        )

    eventually(in_log, 30, "the receipt stands in the log")


def test_nobody_elses_reference_means_anything(hub: Hub, tmp_path: Path) -> None:
    known(hub, tmp_path, 1006)
    notice = of(hub, "probation", 1006)[0]
    stolen = makers.a_receipt(
        source="prison",
        identifiers=(),
        occurred_at=now(),
        person_ref=str(notice["person_ref"]),
        notice_ref=notice["notice_ref"],
    )
    hub.say(tmp_path, stolen)

    def returned() -> bool:
        done = hub.client("prison", "dead", "--json", "--for", "5")
        return "unknown-reference" in done.stdout

    eventually(returned, 40, "the receipt comes back")


def test_a_conviction_by_a_body_outside_the_responsible_authority_cannot_even_be_said(
    hub: Hub, tmp_path: Path
) -> None:
    file = tmp_path / "foreign.jsonl"
    fact = makers.a_conviction(source="dwp", occurred_at=now())
    assert isinstance(fact, eligibility.ConvictionRecorded)
    file.write_text(
        f'{{"kind": "{fact.kind()}", "fact": {fact.model_dump_json(exclude_none=True)}}}\n'
    )
    done = hub.client("dwp", "say", str(file), "--json")
    assert done.returncode != 0
