"""Settings come from a mapping, all faults at once, and no value in any of them."""

from pathlib import Path
from typing import Self

import pytest
from pydantic import Field, SecretStr, ValidationError, model_validator

from services.runtime.faults import Stop
from services.runtime.settings import Settings, load

CANARY = "canary-value"


class Example(Settings):
    port: int
    worker_name: str = Field(min_length=3)
    home: Path = Path()
    secret: SecretStr = SecretStr("")

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.port == 1 and self.worker_name == "one":
            raise ValueError(CANARY)
        return self


def test_variables_are_read_by_prefix_and_name() -> None:
    environ = {"HUB_PORT": "8080", "HUB_WORKER_NAME": "risk-1", "HUB_HOME": "/h", "PATH": "/bin"}
    assert load(Example, environ) == Example(port=8080, worker_name="risk-1", home=Path("/h"))


def test_variables_of_others_are_left_alone() -> None:
    environ = {"HUB_PORT": "1", "HUB_WORKER_NAME": "risk-1", "HUB_SOMEBODY_ELSES": "x"}
    assert load(Example, environ).port == 1


def test_another_prefix_reads_other_variables() -> None:
    environ = {"RISK_PORT": "1", "RISK_WORKER_NAME": "risk-1"}
    assert load(Example, environ, "RISK_").worker_name == "risk-1"


def test_all_that_is_missing_or_wrong_is_named_at_once_without_its_value() -> None:
    with pytest.raises(Stop) as stop:
        load(Example, {"HUB_PORT": CANARY})
    text = str(stop.value)
    assert "HUB_PORT (int_parsing)" in text
    assert "HUB_WORKER_NAME (missing)" in text
    assert CANARY not in text
    assert stop.value.__cause__ is None


def test_what_is_wrong_together_is_said_without_its_values() -> None:
    with pytest.raises(Stop) as stop:
        load(Example, {"HUB_PORT": "1", "HUB_WORKER_NAME": "one"})
    assert "value_error" in str(stop.value)
    assert CANARY not in str(stop.value)


def test_settings_do_not_change_and_take_nothing_else() -> None:
    settings = Example(port=1, worker_name="risk-1")
    with pytest.raises(ValidationError):
        settings.port = 2  # type: ignore[misc]  # that it cannot is the test
    with pytest.raises(ValidationError):
        Example(port=1, worker_name="risk-1", other=1)  # type: ignore[call-arg]  # as above
