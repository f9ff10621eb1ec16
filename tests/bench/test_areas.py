"""The agreements that are measured are in order, and say of each area what they say of one."""

import sys

import pytest

from tests.agreements.makers import committed
from tests.bench.areas import NATIONAL, measure


def test_each_area_has_every_body_and_every_grant_of_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found, agreements = measure(3)
    local = set(committed().agencies) - NATIONAL
    assert set(agreements.agencies) == {
        *committed().agencies,
        *(f"a{area:02}-{slug}" for area in (1, 2) for slug in local),
    }
    for slug in local:
        one, other = committed().agencies[slug], agreements.agencies[f"a02-{slug}"]
        assert one.grants.keys() == other.grants.keys()
        assert one.says == other.says
        views = {grant.view.schema_id for grant in one.grants.values()}
        assert views.isdisjoint(grant.view.schema_id for grant in other.grants.values())
    with capsys.disabled():
        sys.stdout.write(f"\n{found.bodies} bodies compiled in {found.compile_s} s")
