"""What an act was refused as."""

from collections.abc import Callable

import pytest

from services.runtime.faults import Unreadable


def refusal(act: Callable[[], object]) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        act()
    return caught.value
