"""What an agency's own bridge answers is the same in both worlds, to the byte."""

from pathlib import Path

import pytest

from tests.two_worlds.bridged import BRIDGED, bridged
from tests.two_worlds.day import BASE, everything_of_them
from tests.two_worlds.world import differences, observed


@pytest.mark.parametrize("agency", BRIDGED)
async def test_a_bridge_answers_alike_whoever_is_managed(agency: str, tmp_path: Path) -> None:
    everything = everything_of_them()
    own = tuple(one for one in everything if one[1].source == agency)
    seen = []
    for name, more in (("without", own), ("with", everything)):
        (tmp_path / name).mkdir()
        seen.append(observed(agency, await bridged(agency, tmp_path / name, [*BASE, *more])))
    assert len([at for at in seen[0] if at.startswith("answer")]) > 50
    assert differences(*seen) == []
