"""The canonical form of each number by which agencies know a person; pure.

A number with a wrong check character is refused: it is never stored as if it were right and never
matched on. Whether a right number belongs to the person it was sent with is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from nhs_number.validate import is_valid as is_valid_nhs_number

from schemas.base import Identifier, IdentifierType
from services.runtime.faults import Refused

CHECK_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"
"""The remainder by 23 picks the letter; I, O and S are never one."""

_PNC_SLASHED = re.compile(r"([0-9]{2}|[0-9]{4})/([0-9]{1,7})([A-Z])")
_PNC_SHORT = re.compile(r"([0-9]{2})([0-9]{1,7})([A-Z])")
_PNC_LONG = re.compile(r"((?:19|20)[0-9]{2})([0-9]{1,7})([A-Z])")
_CRO = re.compile(r"([0-9]{1,6})/([0-9]{2})([A-Z])")
_CRO_FILE = re.compile(r"SF([0-9]{2})/([0-9]{1,6})([A-Z])")
_NOMS = re.compile(r"[A-Z][0-9]{4}[A-Z]{2}")
_CRN = re.compile(r"[A-Z][0-9]{6}")
_NHS = re.compile(r"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}")
_NINO = re.compile(
    r"(?!BG|GB|NK|KN|TN|NT|ZZ)[ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z][0-9]{6}[A-D]",
)
_NINO_TEMPORARY = re.compile(r"TN[0-9]{6}[MF]")
_MDSS = re.compile(r"0*([1-9][0-9]{0,17})")
_HOUSING = re.compile(r"[A-Z0-9](?:[A-Z0-9:/._ -]*[A-Z0-9])?")


def canonical(identifier: Identifier, on: date) -> Identifier:
    """The same number in the one form the hub compares.

    `on` settles the century of a PNC number written with two digits of its year. A canonical form
    is its own canonical form on any later day.

    Raises:
        Refused: not such a number (`format`), a wrong check letter or digit (`check-character`),
            two readings that both fit (`ambiguous`), a temporary number (`temporary-number`).

    Source: MoJ person-record tests and CJS data standards, by the vectors in the tests.
    """
    form = _FORMS[identifier.type]
    value = form(" ".join(identifier.value.upper().split()), on, f"identifiers.{identifier.type}")
    if value == identifier.value:
        return identifier
    return Identifier(type=identifier.type, value=value)


def check_letter(digits: str) -> str:
    """The letter that guards a PNC or CRO number's year and serial."""
    return CHECK_LETTERS[int(digits) % len(CHECK_LETTERS)]


def _pnc(value: str, on: date, field: str) -> str:
    """`YYYY/NNNNNNND`; without a slash both readings are tried and one alone has to fit."""
    slashed = _PNC_SLASHED.fullmatch(value)
    if slashed:
        readings = [slashed]
    else:
        either = (_PNC_SHORT.fullmatch(value), _PNC_LONG.fullmatch(value))
        readings = [reading for reading in either if reading]
    if not readings:
        raise Refused("format", field)
    fitting = {
        f"{_full_year(year, on)}/{serial:0>7}{letter}"
        for year, serial, letter in (reading.groups() for reading in readings)
        if check_letter(f"{year[-2:]}{serial:0>7}") == letter
    }
    if not fitting:
        raise Refused("check-character", field)
    if len(fitting) > 1:
        raise Refused("ambiguous", field)
    return fitting.pop()


def _full_year(year: str, on: date) -> str:
    """Two digits up to those of the year of `on` are this century, others the last."""
    if len(year) == 4:
        return year
    century = on.year // 100 - (int(year) > on.year % 100)
    return f"{century}{year}"


def _cro(value: str, on: date, field: str) -> str:
    """`NNNNNN/YYD`, or `SFYY/n…D` whose serial is never padded."""
    of_file = _CRO_FILE.fullmatch(value)
    if of_file:
        year, serial, letter = of_file.groups()
        form = f"SF{year}/{serial}{letter}"
    else:
        match = _CRO.fullmatch(value)
        if not match:
            raise Refused("format", field)
        number, year, letter = match.groups()
        serial = f"{number:0>6}"
        form = f"{serial}/{year}{letter}"
    if check_letter(year + serial) != letter:
        raise Refused("check-character", field)
    return form


def _nhs(value: str, on: date, field: str) -> str:
    if not _NHS.fullmatch(value):
        raise Refused("format", field)
    digits = value.replace(" ", "").replace("-", "")
    if not is_valid_nhs_number(digits):
        raise Refused("check-character", field)
    return digits


def _nino(value: str, on: date, field: str) -> str:
    """Temporary numbers are made of a birth date and a sex: two people may share one."""
    bare = value.replace(" ", "")
    if _NINO_TEMPORARY.fullmatch(bare):
        raise Refused("temporary-number", field)
    if not _NINO.fullmatch(bare):
        raise Refused("format", field)
    return bare


def _mdss(value: str, on: date, field: str) -> str:
    match = _MDSS.fullmatch(value)
    if not match:
        raise Refused("format", field)
    return match.group(1)


def _as_written(pattern: re.Pattern[str]) -> Callable[[str, date, str], str]:
    """A form that is checked and kept: these numbers have no check character."""

    def form(value: str, on: date, field: str) -> str:
        if not pattern.fullmatch(value):
            raise Refused("format", field)
        return value

    return form


_FORMS: dict[IdentifierType, Callable[[str, date, str], str]] = {
    IdentifierType.PNC: _pnc,
    IdentifierType.CRO: _cro,
    IdentifierType.NOMS: _as_written(_NOMS),
    IdentifierType.CRN: _as_written(_CRN),
    IdentifierType.NHS: _nhs,
    IdentifierType.NINO: _nino,
    IdentifierType.HOUSING: _as_written(_HOUSING),
    IdentifierType.MDSS: _mdss,
}

__all__ = ["CHECK_LETTERS", "canonical", "check_letter"]
