"""`python -m services.tracking`."""

import os

from services.agreements.versions import Versions
from services.runtime.run import WorkerSettings, main
from services.runtime.service import Service
from services.tracking.app import build


def tracking(settings: WorkerSettings) -> Service:
    """Tracking, by the agreements applied last."""
    versions = Versions(settings.home / "agreements")
    return build(settings.names, versions.latest(), versions.views())


main(tracking, os.environ)
