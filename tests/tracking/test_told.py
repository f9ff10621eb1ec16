"""Who wears which device and which zone binds them: what is told, kept and forgotten."""

import pytest
from pydantic import ValidationError

from schemas.tracking import Point, ZoneEntered, ZoneLeft
from tests.makers import a_fitting, a_zone
from tests.tracking.beat import (
    INSIDE,
    OUTSIDE,
    PERSON_REF,
    Beat,
    at,
    ended,
    fitted,
    removed,
    seen,
    short,
    told,
    watched,
)


def test_a_device_nobody_wears_is_nobodys_breach() -> None:
    beat = Beat()
    assert beat.hear(seen(INSIDE, 1)) == []
    beat.hear(fitted(10))
    assert beat.hear(seen(INSIDE, 5)) == []
    assert beat.because == ["nobody-wears-it", "fitted", "nobody-wears-it"]
    assert "device:device-1" in beat.rows


def test_a_wearer_without_a_zone_in_force_breaches_nothing() -> None:
    beat = Beat()
    beat.hear(fitted(0))
    beat.hear(seen(INSIDE, 1))
    beat.hear(told(a_zone(in_force_from=at(60))))
    beat.hear(seen(INSIDE, 2))
    assert beat.because == ["fitted", "no-zone-in-force", "zone-set", "no-zone-in-force"]


def test_a_zone_binds_from_the_moment_it_says_to_the_moment_it_says() -> None:
    beat = watched(in_force_from=at(10), in_force_to=at(20))
    walk = [seen(INSIDE, n) for n in (9, 10, 19, 20)]
    assert short(beat.hear(*walk)) == ["in 10"]
    assert beat.because[-4:] == ["no-zone-in-force", "entered", "still-beyond", "no-zone-in-force"]


def test_a_zone_set_later_binds_only_from_then_on() -> None:
    beat = Beat()
    beat.hear(fitted(-60))
    assert beat.hear(seen(INSIDE, 1)) == []
    beat.hear(told(a_zone(occurred_at=at(2), in_force_from=at(2))))
    assert short(beat.hear(seen(INSIDE, 3))) == ["in 3"]


def test_a_new_version_that_still_covers_the_place_is_the_same_visit() -> None:
    beat = watched()
    beat.hear(seen(INSIDE, 1))
    beat.hear(told(a_zone(zone_version=2, in_force_from=at(2), occurred_at=at(1))))
    assert short(beat.hear(seen(INSIDE, 3), seen(OUTSIDE, 4))) == ["out 4"]
    left = beat.said[-1]
    assert isinstance(left, ZoneLeft)
    assert left.zone_version == 2


def test_a_new_version_that_no_longer_covers_the_place_is_left() -> None:
    beat = watched()
    beat.hear(seen(INSIDE, 1))
    elsewhere = tuple(
        Point(longitude_deg=point.longitude_deg + 0.1, latitude_deg=point.latitude_deg)
        for point in a_zone().outline
    )
    beat.hear(told(a_zone(zone_version=2, in_force_from=at(2), outline=elsewhere)))
    assert short(beat.hear(seen(INSIDE, 3))) == ["out 3"]


def test_a_version_not_yet_in_force_leaves_the_lower_one_binding() -> None:
    beat = watched()
    beat.hear(told(a_zone(zone_version=2, in_force_from=at(60))))
    (entered,) = beat.hear(seen(INSIDE, 1))
    assert isinstance(entered, ZoneEntered)
    assert entered.zone_version == 1


def test_an_ended_zone_binds_no_more_but_still_judges_what_was_before() -> None:
    beat = watched()
    beat.hear(ended(5))
    assert short(beat.hear(seen(INSIDE, 6), seen(INSIDE, 4))) == ["in 4"]
    assert beat.because[-2:] == ["no-zone-in-force", "entered"]


def test_nobody_is_still_inside_a_zone_that_was_ended_and_set_again() -> None:
    beat = watched()
    beat.hear(seen(INSIDE, 1), ended(2))
    beat.hear(told(a_zone(zone_version=2, occurred_at=at(3), in_force_from=at(3))))
    assert short(beat.hear(seen(INSIDE, 4))) == ["in 4"]


def test_nobody_is_still_inside_after_the_tag_was_off() -> None:
    beat = watched()
    beat.hear(seen(INSIDE, 1), removed(2))
    assert beat.hear(seen(INSIDE, 3)) == []
    beat.hear(fitted(4))
    assert short(beat.hear(seen(INSIDE, 5), seen(OUTSIDE, 6))) == ["in 5", "out 6"]


def test_a_stay_before_the_tag_was_off_ends_when_the_wearer_is_seen_outside() -> None:
    beat = watched()
    beat.hear(seen(INSIDE, 1), removed(2), fitted(4))
    assert short(beat.hear(seen(OUTSIDE, 5))) == ["out 5"]


def test_the_next_wearer_of_a_device_is_not_bound_by_the_zone_of_the_last() -> None:
    beat = watched()
    beat.hear(seen(INSIDE, 1))
    beat.hear(told(a_fitting(occurred_at=at(2)), person_ref="person-ref-2"))
    assert beat.hear(seen(INSIDE, 3)) == []
    assert beat.because[-1] == "no-zone-in-force"


def test_a_late_removal_from_the_last_wearer_does_not_unfit_the_next() -> None:
    beat = watched()
    beat.hear(told(a_fitting(occurred_at=at(1)), person_ref="person-ref-2"), removed(2))
    beat.hear(told(a_zone(zone_ref="zone-2"), person_ref="person-ref-2"))
    assert short(beat.hear(seen(INSIDE, 3))) == ["in 3"]


def test_removed_and_fitted_again_in_the_same_instant_is_worn() -> None:
    beat = watched()
    beat.hear(fitted(2), removed(2))
    assert short(beat.hear(seen(INSIDE, 3))) == ["in 3"]


def test_the_same_notice_twice_changes_nothing() -> None:
    beat = watched()
    beat.hear(ended(5), removed(6))
    before = dict(beat.rows)
    beat.hear(told(a_zone(occurred_at=at(-1440))), ended(5), removed(6))
    assert beat.because[-3:] == ["already-known"] * 3
    assert beat.rows == before


def test_a_notice_of_another_kind_is_not_for_us() -> None:
    beat = Beat()
    beat.hear(fitted(1).model_copy(update={"about": "risk.alert-raised"}))
    assert (beat.because, beat.rows) == (["not-for-us"], {})


def test_a_zone_without_area_is_not_kept_and_said_to_be_so() -> None:
    line = tuple(Point(longitude_deg=-1.48 + n / 100, latitude_deg=52.92) for n in range(3))
    beat = Beat()
    beat.hear(told(a_zone(outline=line)))
    assert beat.because == ["zone-without-area"]
    assert beat.rows[f"wearer:{PERSON_REF}"].zones == ()


def test_a_view_that_lacks_a_field_is_an_error_that_names_it_and_no_value() -> None:
    notice = told(a_zone())
    short_view = {name: value for name, value in notice.told.items() if name != "in_force_from"}
    with pytest.raises(ValidationError, match="in_force_from") as raised:
        Beat().hear(notice.model_copy(update={"told": short_view}))
    assert "52.9" not in str(raised.value)


def test_outlines_nobody_can_be_judged_by_are_forgotten_with_the_next_position() -> None:
    beat = watched()
    beat.hear(seen(INSIDE, 1), ended(2))
    beat.hear(seen(OUTSIDE, 3))
    assert len(beat.rows[f"wearer:{PERSON_REF}"].zones) == 1
    assert len(beat.rows["device:device-1"].watches) == 1
    beat.hear(seen(OUTSIDE, 3 * 24 * 60 + 3))
    assert beat.rows[f"wearer:{PERSON_REF}"].zones == ()
    assert beat.rows["device:device-1"].watches == ()


def test_fittings_that_tell_nothing_any_more_are_forgotten() -> None:
    beat = watched()
    beat.hear(removed(1), told(a_fitting(occurred_at=at(2)), person_ref="person-ref-2"))
    much_later = 3 * 24 * 60 + 3
    beat.hear(seen(INSIDE, much_later))
    (kept,) = beat.rows["device:device-1"].fittings
    assert (kept.person_ref, kept.at) == ("person-ref-2", at(2))
    beat.hear(removed(much_later), fitted(2 * much_later + 1), seen(INSIDE, 2 * much_later + 2))
    assert [one.person_ref for one in beat.rows["device:device-1"].fittings] == [
        "person-ref-2",
        PERSON_REF,
    ]


def test_a_tag_off_for_days_leaves_only_its_removal() -> None:
    beat = watched()
    much_later = 3 * 24 * 60 + 3
    beat.hear(removed(1), fitted(much_later), seen(INSIDE, much_later + 1))
    assert [one.fitted for one in beat.rows["device:device-1"].fittings] == [False, True]
