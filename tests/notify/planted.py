"""Whether a state machine notices a fault somebody planted."""

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


def is_found_by(machine: type[RuleBasedStateMachine], examples: int) -> None:
    """The fault that is in place shows within so many courses, each anew and none remembered."""
    course = settings(
        max_examples=examples,
        stateful_step_count=14,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
    )
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=course)
