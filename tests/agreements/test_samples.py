"""Samples: of nobody, through the agency's own views, readable by what it was given."""

import asyncio
from datetime import date
from typing import Any

import pytest

from schemas.base import FactAboutDevice, FactAboutPerson, Identifier
from schemas.case import SharingEnded
from services.admission.identifiers import canonical
from services.agreements import ours, samples
from services.agreements.compile import Agency
from services.runtime import wire
from services.runtime.schema_store import SchemaStore
from tests.agreements.makers import committed
from tests.in_memory import Hub
from tests.makers import a_conviction, a_pnc

AGENCIES = list(committed().agencies)
SLUGS = {*committed().receivers}


def agency(slug: str) -> Agency:
    return committed().agencies[slug]


@pytest.mark.parametrize("slug", AGENCIES)
def test_there_is_one_of_every_fact_and_of_every_notice(slug: str) -> None:
    one = agency(slug)
    names = {name for name, _ in samples.files(one)}
    assert {f"says/{kind}.json" for kind in one.says} <= names
    for notice in one.notices:
        assert f"told/{notice.kind}.{notice.view.schema_id}.avro" in names
    if any(grant.on_case for grant in one.grants.values()):
        assert SharingEnded.kind() in {notice.kind for notice in one.notices}


@pytest.mark.parametrize("slug", AGENCIES)
def test_a_notice_is_read_back_as_it_is_shown_and_holds_granted_fields_alone(slug: str) -> None:
    for notice in agency(slug).notices:
        view, store = notice.view, SchemaStore()
        store.register(view.schema_id, view.schema)
        value = samples.in_notice(agency(slug), notice)
        told: Any = wire.decode_view(value, store)["told"]
        assert tuple(told) == view.fields
        assert samples.as_read(view, value)["person_ref"] == samples.NOBODY


@pytest.mark.parametrize("slug", AGENCIES)
def test_no_sample_names_another_body(slug: str) -> None:
    others = [f'"{one}"'.encode() for one in SLUGS - {slug, *ours.SAYS}]
    for name, content in samples.files(agency(slug)):
        assert [other for other in others if other in content] == [], name


def test_every_invented_number_looks_as_its_register_writes_it() -> None:
    for type_, value in samples.INVENTED.items():
        number = Identifier(type=type_, value=value)
        assert canonical(number, date(2026, 11, 26)) == number


@pytest.mark.parametrize("slug", AGENCIES)
def test_said_as_they_are_samples_make_nobody_known_and_reach_no_log(slug: str) -> None:
    """Also where the invented numbers are somebody's who is managed."""

    async def day() -> None:
        hub = Hub()
        await hub.start()
        numbers = [Identifier(type=t, value=v) for t, v in samples.INVENTED.items()]
        await hub.hear(a_conviction(identifiers=(a_pnc(1),)))
        await hub.hear(a_conviction(identifiers=tuple(numbers), source="probation"))
        before = hub.in_log()
        facts = [samples.said(slug, kind) for kind in agency(slug).says]
        await hub.hear(*facts)
        assert hub.in_log() == before
        answered = [fact for fact in facts if isinstance(fact, FactAboutPerson)]
        reasons = [letter.header("hub_reason") for letter in hub.dead(slug)]
        assert reasons == [b"unknown-reference"] * len(answered)

    asyncio.run(day())


def test_what_is_of_a_device_is_of_one_that_nobody_wears() -> None:
    tamper = samples.said("em", "tracking.tag-tampered")
    assert isinstance(tamper, FactAboutDevice)
    assert (tamper.source, tamper.device_ref) == ("em", samples.NOTHING_WORN)
