"""`python -m services.notify`."""

import os

from services.agreements.references import References
from services.agreements.versions import Versions
from services.notify.app import build
from services.runtime.run import WorkerSettings, main
from services.runtime.service import Service


def fan_out(settings: WorkerSettings) -> Service:
    """Notices for every receiver of the agreements applied last."""
    versions = Versions(settings.home / "agreements")
    receivers = versions.latest().receivers
    references = References(settings.reference_secret())
    return build(settings.names, receivers, versions, references)


main(fan_out, os.environ)
