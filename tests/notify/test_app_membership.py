"""Joining and leaving through the door, the log and the inbox: what stands there in the end."""

from schemas.case import LeadSettled, SharingEnded
from services.runtime.schema_store import committed
from tests.makers import a_joining, a_leaving, a_transfer, later, schemas_adopted
from tests.notify.inboxes import HERS, a_hub, release


async def test_who_joins_late_finds_what_is_current_marked_and_once() -> None:
    hub = await a_hub()
    await hub.hear(schemas_adopted(committed().highest))
    await hub.hear(release(prison_code="AAA"), release(occurred_at=later(hours=1)))
    await hub.hear(a_joining("derby-housing", identifiers=(HERS,), occurred_at=later(hours=2)))
    (notice,) = hub.told("derby-housing")
    assert (notice["about"], notice["anew"]) == ("custody.release-date-set", True)
    assert isinstance(notice["told"], dict)
    assert notice["told"]["prison_code"] == "ZZZ"
    await hub.hear(release(occurred_at=later(hours=3)))
    assert [one["anew"] for one in hub.told("derby-housing")] == [True, False]


async def test_killed_before_its_rows_are_saved_it_tells_the_very_same_again() -> None:
    hub = await a_hub("dwp")
    await hub.hear(release())
    rows = {key: dict(row) for key, row in hub.memory.rowlogs["notify"].rows.items()}
    await hub.hear(a_joining("derby-housing", identifiers=(HERS,), occurred_at=later(hours=2)))
    before = hub.inbox("derby-housing")
    hub.memory.rowlogs["notify"].rows.update(rows)
    await hub.memory.open()
    await hub.memory.settle()
    once, again = hub.inbox("derby-housing")
    assert before == [once]
    assert (once.value, once.headers) == (again.value, again.headers)


async def test_who_leaves_finds_one_last_notice_and_may_answer_it() -> None:
    hub = await a_hub("derby-housing")
    await hub.hear(release())
    await hub.hear(a_leaving("derby-housing", identifiers=(HERS,), occurred_at=later(hours=2)))
    await hub.hear(release(prison_code="YYY", occurred_at=later(hours=3)))
    (_, last) = hub.told("derby-housing")
    assert last["about"] == "case.sharing-ended"
    assert isinstance(last["told"], dict)
    (forget,) = last["told"]["forget"]
    assert forget["about"] == "custody.release-date-set"
    (ended,) = hub.in_log(SharingEnded)
    assert isinstance(ended, SharingEnded)
    assert ended.agency == "derby-housing"


async def test_who_leads_is_told_to_the_lead_bodies_from_the_log() -> None:
    hub = await a_hub()
    role = {"identifiers": (HERS,), "role": "lead"}
    await hub.hear(a_joining("probation", **role))
    await hub.hear(a_transfer(identifiers=(HERS,), occurred_at=later(hours=1)))
    settled = [
        (f.agency, f.previous) for f in hub.in_log(LeadSettled) if isinstance(f, LeadSettled)
    ]
    assert settled == [("probation", None), ("derbyshire-police", "probation")]
    for lead in ("derbyshire-police", "probation"):
        assert hub.about(lead).count("case.lead-settled") == 2
