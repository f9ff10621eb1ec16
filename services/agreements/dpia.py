"""What a data-protection impact assessment asks of the hub: flows, necessity, recipients.

Source: UK GDPR art. 35(7); DPA 2018 s.64(3); the four questions of R-SHR-2.
"""

from __future__ import annotations

from collections.abc import Iterator

from schemas.base import FieldClass
from services.agreements.compile import Agency, Agreements
from services.agreements.matrix import Cell, cells


def assessment(agreements: Agreements, *agencies: str) -> Iterator[str]:
    """Lines of Markdown, of all bodies or of those named."""
    yield "# Data flows, necessity and recipients"
    yield ""
    yield f"From the agreements of version {agreements.version}. Whether each flow is proportionate"
    yield "is for the controllers to say; what stands here is what would be shared and why."
    told = [cell for cell in cells(agreements, *agencies) if cell.grant is not None]
    for slug, agency in agreements.receivers.items():
        if not agencies or slug in agencies:
            yield from _body(agency, [cell for cell in told if cell.agency.slug == slug])
    yield from _recipients(told)


def _body(agency: Agency, told: list[Cell]) -> Iterator[str]:
    signed = agency.agreement
    competent = "a competent authority" if signed.competent_authority else "no competent authority"
    yield ""
    yield f"## {agency.name}"
    yield ""
    yield f"- {signed.kind.value}, {signed.role.value}, {competent} (DPA 2018 Part 3)"
    yield f"- data protection officer: {signed.contacts.data_protection}"
    yield f"- sharing agreement {signed.sharing_agreement}, impact assessment {signed.dpia}"
    never = ", ".join((*signed.never.facts, *signed.never.classes))
    yield f"- never told: {never or 'its file denies nothing by name'}"
    yield f"- flow in, {agency.slug} to the hub: {', '.join(signed.says) or 'nothing'}"
    if not told:
        yield f"- flow out, the hub to {agency.slug}: nothing"
    for cell in told:
        yield from _flow(cell)


def _flow(cell: Cell) -> Iterator[str]:
    row = cell.row()
    yield ""
    yield f"### {row['fact']}: the hub to {row['body']}"
    yield ""
    yield f"- personal data: {row['fields'] or 'the head of the notice'}"
    yield f"- classes: {row['classes'] or 'none'}"
    if row["less than whole"]:
        yield f"- less than whole: {row['less than whole']}"
    yield f"- of whom: {row['of whom'] or 'of everybody'}"
    yield f"- necessity: {row['Why']}"
    yield f"- lawfulness: {row['Legal basis']}, for {row['Purpose']}"
    yield f"- recipient: {row['Owner']}; passed on to {row['Passed on to']}"
    yield f"- kept by the recipient: {row['Kept by the receiver']}"
    yield f"- reviewed {row['Reviewed']}; last day {row['Last day']}"


def _recipients(told: list[Cell]) -> Iterator[str]:
    yield ""
    yield "## Recipients by class"
    yield ""
    for field_class in FieldClass:
        who = sorted({cell.agency.slug for cell in told if field_class in cell.shown})
        if field_class is not FieldClass.INTERNAL:
            yield f"- {field_class.value}: {', '.join(who) or 'nobody'}"
