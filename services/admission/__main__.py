"""`python -m services.admission`."""

import os

from services.admission.app import build
from services.agreements.needs import needs
from services.agreements.references import References
from services.agreements.versions import Versions
from services.runtime.run import WorkerSettings, main
from services.runtime.service import Service


def door(settings: WorkerSettings) -> Service:
    """The door over every topic anybody may say something on, by the agreements applied last."""
    versions = Versions(settings.home / "agreements")
    sources = needs(versions.latest(), settings.names)["admission"].reads
    return build(settings.names, sources, versions, References(settings.reference_secret()))


main(door, os.environ)
