"""Invented people who may act in the demo: enrolled by the demo itself, with keys of its own."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from services.agreements import signing
from services.agreements.actors import Role
from services.agreements.commands import OF_THE_HOME
from services.hub.actors import files
from services.hub.broker.private import private_directory

KEYS = "actors"
"""Where their keys are, in the demo's home."""
_UNTIL = date(2029, 3, 31)
_WHO = (
    ("derbyshire-police", Role.ON_CALL),
    ("derbyshire-police", Role.LEAD_OFFICER),
    ("derbyshire-police", Role.INFORMATION_GOVERNANCE_OFFICER),
    ("probation", Role.CO_ORDINATOR),
    ("probation", Role.INFORMATION_GOVERNANCE_OFFICER),
    ("derby-housing", Role.CONTACT),
)


def enrol(agreements: Path, home: Path) -> Path:
    """A copy of the agreement files in which they are enrolled."""
    copy = private_directory(home) / OF_THE_HOME
    shutil.copytree(agreements, copy, dirs_exist_ok=True)
    for agency, role in _WHO:
        actor, key = signing.enrol(home / KEYS)
        files.add_actor(copy, agency, actor, (role,), _UNTIL, f"key: {key}")
    return copy
