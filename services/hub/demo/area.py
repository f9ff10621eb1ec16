"""What the synthetic area is like: `deploy/demo/area.yaml`, read and checked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field

AREA_FILE = Path(__file__).resolve().parents[3] / "deploy" / "demo" / "area.yaml"

Count = Annotated[int, Field(ge=0, le=100_000)]


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Size(_Closed):
    """How many of each there are.

    Source: domain §7.3 for the first four; the rest is local choice.
    """

    registered: Count
    """Category 1: subject to notification."""
    violent: Count
    """Category 2."""
    level_2: Count
    level_3: Count
    supervised: Count
    """Of the registered, those probation supervises and therefore leads (R-LEAD-1)."""
    in_custody: Count
    leaving_today: Count
    """Of those in custody."""
    overdue: Count
    """Whose yearly notification is not made although its last day has passed."""
    derby_tenants: Count
    amber_valley_tenants: Count
    both_authorities: Count
    """Cases that both housing authorities are on, beyond those of one alone."""
    childrens_cases: Count
    benefit_cases: Count
    wearers: Count
    """Of a tag that reports positions; at least 12, so that each story of a walk has one."""


class AreaSettings(_Closed):
    """The area file."""

    name: str
    councils: dict[str, str]
    postcode_letters: tuple[str, ...]
    family_name: str
    given_names: tuple[str, ...]
    streets: tuple[str, ...]
    prison_codes: tuple[str, ...]
    sizes: dict[str, Size]


def read_area(path: Path = AREA_FILE) -> AreaSettings:
    """The settings in that file.

    Raises:
        ValidationError: a setting is missing, unknown or out of range.
    """
    return AreaSettings.model_validate(yaml.safe_load(path.read_text("utf-8")))
