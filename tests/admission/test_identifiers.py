"""Numbers of persons: which are right, and the one form each is compared in."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import Identifier, IdentifierType
from services.admission.identifiers import CHECK_LETTERS, canonical, check_letter
from services.runtime.faults import Refused

ON = date(2026, 11, 22)
PNC, CRO, NOMS, CRN = (
    IdentifierType.PNC,
    IdentifierType.CRO,
    IdentifierType.NOMS,
    IdentifierType.CRN,
)
NHS, NINO, HOUSING, MDSS = (
    IdentifierType.NHS,
    IdentifierType.NINO,
    IdentifierType.HOUSING,
    IdentifierType.MDSS,
)


def form(kind: IdentifierType, value: str, on: date = ON) -> str:
    return canonical(Identifier(type=kind, value=value), on).value


@pytest.mark.parametrize(
    ("kind", "written", "expected"),
    [
        (PNC, "81/34U", "1981/0000034U"),
        (PNC, "02/73319Z", "2002/0073319Z"),
        (PNC, "00/223R", "2000/0000223R"),
        (PNC, "79163001B", "1979/0163001B"),
        (PNC, "033Y", "2003/0000003Y"),
        (PNC, "67/9893091D", "1967/9893091D"),
        (PNC, "679893091D", "1967/9893091D"),
        (PNC, "2001/0171310W", "2001/0171310W"),
        (PNC, "20020073319Z", "2002/0073319Z"),
        (PNC, " 1979/0163001b ", "1979/0163001B"),
        (CRO, "111111/12A", "111111/12A"),
        (CRO, "39482/05X", "039482/05X"),
        (CRO, "SF05/482703J", "SF05/482703J"),
        (NOMS, "a7779dy", "A7779DY"),
        (CRN, "X777978", "X777978"),
        (NHS, "999 000 0115", "9990000115"),
        (NHS, "999-000-0018", "9990000018"),
        (NINO, "JM 12 34 56 B", "JM123456B"),
        (HOUSING, " dh-900001 ", "DH-900001"),
        (HOUSING, "Ten  1/22", "TEN 1/22"),
        (MDSS, "0777001", "777001"),
    ],
)
def test_a_right_number_has_one_form(kind: IdentifierType, written: str, expected: str) -> None:
    assert form(kind, written) == expected


@pytest.mark.parametrize(
    ("kind", "written", "reason"),
    [
        (PNC, "1980/0163001B", "check-character"),
        (PNC, "2001/0171310S", "check-character"),
        (PNC, "20030011985Z", "check-character"),
        (PNC, "01234", "format"),
        (PNC, "1923/1Z34567A", "format"),
        (PNC, "01234567890123", "format"),
        (PNC, "１９７９/0163001B", "format"),  # full-width digits are not digits
        (CRO, "85227/65G", "check-character"),
        (CRO, "12345/ABC", "format"),
        (CRO, "SF05/0482703J", "format"),
        (NOMS, "A777DY", "format"),
        (CRN, "X77797", "format"),
        (NHS, "9434765918", "check-character"),
        (NHS, "943476591", "format"),
        (NINO, "QQ123456C", "format"),
        (NINO, "AB123456E", "format"),
        (NINO, "BG123456A", "format"),
        (NINO, "TN010190F", "temporary-number"),
        (HOUSING, "?", "format"),
        (HOUSING, "   ", "format"),
        (MDSS, "0", "format"),
        (MDSS, "-1", "format"),
    ],
)
def test_a_wrong_number_is_refused_by_its_type_and_never_quoted(
    kind: IdentifierType, written: str, reason: str
) -> None:
    with pytest.raises(Refused) as refused:
        form(kind, written)
    assert (refused.value.reason, refused.value.field) == (reason, f"identifiers.{kind.value}")
    assert str(refused.value) == f"{reason}: identifiers.{kind.value}"


def test_a_file_serial_is_not_padded() -> None:
    unpadded = f"SF39/1{check_letter('391')}"
    assert form(CRO, unpadded) == unpadded


def test_without_a_slash_two_readings_that_both_fit_are_ambiguous() -> None:
    fitting = (
        (f"20{year:02d}{serial}", short)
        for year in range(27)
        for serial in range(1000, 2000)
        if (short := check_letter(f"20{year:02d}{serial}".replace("20", "200", 1)))
        == check_letter(f"{year:02d}{serial:07d}")
    )
    digits, letter = next(fitting)
    with pytest.raises(Refused, match="ambiguous"):
        form(PNC, digits + letter)


@pytest.mark.parametrize(
    ("on", "year"),
    [(date(2026, 12, 31), "1927"), (date(2027, 1, 1), "2027"), (date(2099, 1, 1), "2027")],
)
def test_the_given_day_settles_the_century_of_two_digits(on: date, year: str) -> None:
    letter = check_letter("270000001")
    assert form(PNC, f"27/1{letter}", on) == f"{year}/0000001{letter}"


@given(st.integers(0, 99), st.integers(1, 9_999_999))
def test_a_canonical_number_stays_as_it_is(year: int, serial: int) -> None:
    letter = check_letter(f"{year:02d}{serial:07d}")
    once = form(PNC, f"{year:02d}/{serial}{letter}")
    assert form(PNC, once, date(2099, 1, 1)) == once


@given(st.integers(1900, 2026), st.integers(1, 9_999_999), st.sampled_from(CHECK_LETTERS))
def test_every_other_letter_is_wrong(year: int, serial: int, letter: str) -> None:
    right = check_letter(f"{year % 100:02d}{serial:07d}")
    if letter == right:
        assert form(PNC, f"{year}/{serial}{letter}") == f"{year}/{serial:07d}{letter}"
    else:
        with pytest.raises(Refused):
            form(PNC, f"{year}/{serial}{letter}")


@given(st.sampled_from(IdentifierType), st.text(min_size=1, max_size=40))
def test_any_text_is_a_number_or_refused(kind: IdentifierType, text: str) -> None:
    outcome = outcome_of(kind, text)
    if isinstance(outcome, str):
        assert form(kind, outcome) == outcome
    else:
        assert outcome.field == f"identifiers.{kind.value}"


def outcome_of(kind: IdentifierType, text: str) -> str | Refused:
    try:
        return form(kind, text)
    except Refused as refused:
        return refused
