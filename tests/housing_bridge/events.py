"""Events in a housing authority's shape, invented: any member of one overridable."""

from typing import Any

Event = dict[str, Any]


def an_offer(**members: Any) -> Event:
    return {
        "eventType": "tenancy.offered",
        "eventReference": "EV-1",
        "occurredAt": "2026-03-02T11:00:00+00:00",
        "person": {"housingReference": "DH-900001", "crn": "X900001"},
        "tenancyReference": "TEN-1",
        "offeredOn": "2026-03-02",
        "address": {
            "line": "1 Example Street",
            "postcode": "zz999zz",
            "localAuthorityCode": "E06000015",
        },
        **members,
    }


def a_start(**members: Any) -> Event:
    own = {"eventType": "tenancy.started", "startedOn": "2026-03-02"}
    event = an_offer(**{**own, **members})
    del event["offeredOn"]
    return event


def an_end(**members: Any) -> Event:
    own = {"eventType": "tenancy.ended", "endedOn": "2026-03-02", "reason": "NOTICE_BY_TENANT"}
    event = an_offer(**{**own, **members})
    del event["offeredOn"], event["address"]
    return event


def a_move(**members: Any) -> Event:
    own = {"eventType": "address.changed", "movedOn": "2026-03-01"}
    event = an_offer(**{**own, **members})
    del event["offeredOn"], event["tenancyReference"]
    return event


def a_decision(**members: Any) -> Event:
    return {
        "eventType": "duty-to-refer.updated",
        "eventReference": "EV-2",
        "occurredAt": "2026-03-02T11:30:00Z",
        "caseId": "00000000-0000-8000-8000-000000000001",
        "personReference": "ref-1",
        "status": "ACCEPTED",
        "outcomeReason": "PRIORITY_NEED",
        **members,
    }
