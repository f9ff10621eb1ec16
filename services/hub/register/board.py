"""Who co-ordinates for the Strategic Management Board, and may be told counts alone."""

from __future__ import annotations

from pathlib import Path

from services.agreements.model import Body
from services.agreements.versions import Versions


def board_of(home: Path) -> str:
    """The body whose file says so, of the agreements applied last; `nobody` where none does."""
    agencies = Versions(home / "agreements").latest().agencies
    found = (slug for slug, one in agencies.items() if one.agreement.body is Body.CO_ORDINATION)
    return next(found, "nobody")
