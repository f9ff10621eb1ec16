"""How many people live in the area, by which a rate is made: `deploy/population.yaml`, checked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.runtime.faults import Refused

POPULATION_FILE = Path(__file__).resolve().parents[3] / "deploy" / "population.yaml"


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Population(_Closed):
    """A figure, and from which day on rates are made by it."""

    since: date
    aged_10_and_over: Annotated[int, Field(gt=0)]
    published: bool
    """Whether the source publishes this figure; else it was worked out from what it does."""
    source: Annotated[str, Field(min_length=1)]

    @property
    def label(self) -> str:
        """The figure with what it is worth."""
        worked_out = "" if self.published else ", worked out"
        return f"{self.aged_10_and_over:,} aged 10 and over ({self.source}{worked_out})"


class _Area(_Closed):
    figures: tuple[Population, ...]


def populations(path: Path = POPULATION_FILE) -> tuple[Population, ...]:
    """The figures in that file.

    Raises:
        Refused: it cannot be read as such, with the first field that is wrong.
    """
    try:
        return _Area.model_validate(yaml.safe_load(path.read_text("utf-8"))).figures
    except (yaml.YAMLError, OSError):
        raise Refused("not-readable", "population") from None
    except ValidationError as wrong:
        field = ".".join(str(part) for part in wrong.errors()[0]["loc"])
        raise Refused("not-a-population", field) from None


def population_on(figures: Iterable[Population], day: date) -> Population | None:
    """The figure in use on that day; None: there is none yet."""
    known = (one for one in figures if one.since <= day)
    return max(known, key=lambda one: one.since, default=None)
