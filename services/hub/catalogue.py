"""All stateful services of an installation, built as their processes build them."""

from __future__ import annotations

from pathlib import Path

import services.admission.app
import services.notify.app
import services.registry.app
import services.risk.app
import services.tracking.app
from services.agreements.compile import Agreements
from services.agreements.needs import needs
from services.agreements.references import References
from services.agreements.versions import Versions
from services.runtime.names import Names
from services.runtime.service import Service


def all_services(home: Path, names: Names) -> tuple[Service, ...]:
    """Every stateful service, by the agreements applied last in that home."""
    versions = Versions(home / "agreements")
    references = References((home / "secrets" / "references").read_bytes())
    latest = versions.latest()
    return built(names, latest, versions, references)


def built(
    names: Names, agreements: Agreements, versions: Versions, references: References
) -> tuple[Service, ...]:
    """Every stateful service under those agreements."""
    sources = needs(agreements, names)["admission"].reads
    return (
        services.admission.app.build(names, sources, versions, references),
        services.registry.app.build(names),
        services.risk.app.build(names),
        services.tracking.app.build(names, agreements, versions.views()),
        services.notify.app.build(names, agreements.receivers, versions, references),
    )
