"""Tracking's rules: what a position means for the zones that bound its wearer at that moment."""

from schemas.notice import Notice
from schemas.tracking import Position
from services.tracking.domain.decide import Because, assess
from services.tracking.domain.state import (
    Device,
    Ending,
    Fitting,
    Mark,
    Watch,
    Wearer,
    Zone,
    device_key,
    wearer_key,
)
from services.tracking.domain.told import Learned, hear


def key_of(heard: Position | Notice) -> str:
    """Under which row it is decided: a position under its device, a notice under its person."""
    if isinstance(heard, Position):
        return device_key(heard.device_ref)
    return wearer_key(heard.person_ref)


def state_of(key: str) -> type[Device] | type[Wearer]:
    """What stands under a key."""
    return Device if key.startswith(device_key("")) else Wearer


__all__ = [
    "Because",
    "Device",
    "Ending",
    "Fitting",
    "Learned",
    "Mark",
    "Watch",
    "Wearer",
    "Zone",
    "assess",
    "device_key",
    "hear",
    "key_of",
    "state_of",
    "wearer_key",
]
