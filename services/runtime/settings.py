"""Settings: one frozen model per service, read once from a mapping, all faults named at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from services.runtime.faults import Stop


class Settings(BaseModel):
    """Base of all settings. Secrets are paths or `SecretStr`, never plain text."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


M = TypeVar("M", bound=Settings)


def load(model: type[M], environ: Mapping[str, str], prefix: str = "HUB_") -> M:
    """Settings from `HUB_…` variables: `HUB_WORKER_NAME` is the field `worker_name`.

    Raises:
        Stop: naming every missing or wrong variable in one message.
    """
    given = {
        field: environ[prefix + field.upper()]
        for field in model.model_fields
        if prefix + field.upper() in environ
    }
    try:
        return model.model_validate(given)
    except ValidationError as invalid:
        wrong = ", ".join(
            f"{_variable(prefix, error['loc'])} ({error['type']})"
            for error in invalid.errors(include_input=False)
        )
        raise Stop(f"Settings missing or wrong: {wrong}") from None


def _variable(prefix: str, field: tuple[int | str, ...]) -> str:
    return f"{prefix}{field[0]}".upper() if field else f"{prefix}… together"
