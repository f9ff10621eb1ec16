"""Limited access and redaction, held against HMPPS's own answers and policies."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.base import Fact
from schemas.catalogue import ENTRIES
from schemas.risk import Rosh
from tests.in_memory import agreements
from tests.makers import (
    a_category,
    a_conviction,
    a_joining,
    a_level,
    a_limit,
    a_rosh,
    a_zone,
    an_address_change,
    an_alert,
)
from tests.notify.telling import Desk
from tests.samples.where import document

pytestmark = pytest.mark.samples

OURS: dict[str, Fact] = {
    "/v1/persons/{id}/risk-management-plan": a_level(),
    "/v1/persons/{id}/risks/scores": a_rosh(),
    "/v1/persons/{id}/risks/serious-harm": a_rosh(),
    "/v1/persons/{id}/addresses": an_address_change(),
    "/v1/persons/{id}/licences/conditions": a_zone(),
    "/v1/persons/{id}/risks/mappadetail": a_level(),
    "/v1/persons/{id}/risks/dynamic": a_rosh(),
    "/v1/persons/{id}": a_conviction(),
    "/v1/persons/{id}/alerts": an_alert(),
}
"""What of ours carries what each of their pages shows."""


def test_a_restricted_case_is_told_to_who_is_on_the_list_alone_and_to_others_nothing() -> None:
    """Theirs answers others with a sentence; ours must not, for that tells that there is a case."""
    sample = document("access/access_limitations_restricted.json")
    listed = ("probation",) if sample["restrictedTo"] else ()  # whose officer the sample names
    assert (listed, sample["excludedFrom"]) == (("probation",), [])
    desk = Desk()
    for agency in agreements().agencies:
        desk.say(a_joining(agency))
    everybody = {slug for fact in OURS.values() for slug in desk.told(fact)}
    assert everybody > {"probation", "derby-housing"}
    desk.say(a_limit(*listed))
    assert {slug for fact in OURS.values() for slug in desk.told(fact)} == {"probation", "tracking"}


def test_each_of_their_redactions_of_a_limited_case_is_of_something_we_then_withhold_whole() -> (
    None
):
    policies = [
        one
        for one in document("access/redaction_policies.json")
        if one["when"] == "case is access-limited"
    ]
    assert {one["path"] for one in policies} == OURS.keys()
    assert {one["action"] for one in policies} == {"reject", "mask", "remove"}


@pytest.mark.parametrize("make", [a_level, a_category])
def test_the_placeholder_of_a_level_and_a_category_is_refused(make: Any) -> None:
    sample = document("access/mappa_detail_response.json")["data"]
    for placeholder in (sample["level"], sample["category"]):
        with pytest.raises(ValidationError):
            make(placeholder)
    detail = document("access/supervisions_response.json")["mappaDetail"]
    assert make(detail["level"]) == make(detail["category"])


def test_what_they_mask_as_free_text_no_fact_of_ours_can_hold_and_bands_stay() -> None:
    full, masked = (
        document(f"access/serious_harm_{how}.json")["data"] for how in ("full", "masked")
    )
    texts = {
        at.rsplit(".", 1)[1] for at, value in leaves(full) if dict(leaves(masked))[at] != value
    }
    policy = document("access/redaction_policies.json")
    named = {field for one in policy for field in one.get("fields", ()) if "risks/" in one["path"]}
    assert texts <= named
    ours = {name for entry in ENTRIES for name in entry.fact.model_fields}
    camel = {"".join(w.title() if n else w for n, w in enumerate(o.split("_"))) for o in ours}
    assert camel.isdisjoint(named)
    band = masked["summary"]["overallRiskLevel"]
    assert Rosh(band.strip().lower().replace("_", "-")) is Rosh.VERY_HIGH


def leaves(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Every single value by its path."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, f"{at}.{name}")
    else:
        yield at, value
