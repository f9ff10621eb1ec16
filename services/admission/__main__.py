"""`python -m services.admission`."""

import os

from schemas.catalogue import BY_KIND
from services.admission.app import build
from services.agreements.ours import SAYS
from services.agreements.references import References
from services.agreements.versions import Versions
from services.runtime.run import WorkerSettings, main
from services.runtime.service import Service


def door(settings: WorkerSettings) -> Service:
    """The door over every topic anybody may say something on, by the agreements applied last."""
    names, versions = settings.names, Versions(settings.home / "agreements")
    agencies = versions.latest().agencies.values()
    said = [
        *((agency.slug, BY_KIND[kind]) for agency in agencies for kind in agency.says),
        *((speaker, BY_KIND[fact.kind()]) for speaker, facts in SAYS.items() for fact in facts),
    ]
    sources = [names.said(speaker, entry.fact) for speaker, entry in said if not entry.raw]
    return build(names, sources, versions, References(settings.reference_secret()))


main(door, os.environ)
