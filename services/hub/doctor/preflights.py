"""The pre-flight of every principal of ours, each asked as that principal itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from services.agreements.needs import needs
from services.hub.broker.faults import NotSetUp
from services.hub.catalogue import all_services
from services.hub.doctor.agreed import applied
from services.hub.doctor.patient import Patient
from services.runtime import preflight
from services.runtime.names import SPEAKERS
from services.runtime.preflight import Wanted
from services.runtime.symptoms import Symptom, Weight


def wanted(patient: Patient) -> Mapping[str, Wanted]:
    """What each of them needs at the broker.

    Raises:
        Stop: no agreements were applied that say so.
        FileNotFoundError: the secret for references is missing.
    """
    names = patient.cluster.names
    all_needs = needs(applied(patient), names)
    workers = {one.name: preflight.wanted_by(one) for one in all_services(patient.home, names)}
    speakers = {
        who: Wanted(
            writes=all_needs[who].writes, partitions=preflight.cut(names, all_needs[who].writes)
        )
        for who in SPEAKERS
    }
    return {**workers, **speakers}


def preflights(patient: Patient) -> Iterator[Symptom]:
    """What would keep each of them from working, with its name in front.

    Raises:
        Unavailable: the broker does not answer.
    """
    each = wanted(patient)
    with ThreadPoolExecutor(4) as pool:
        for name, found in zip(
            each, pool.map(lambda who: _one(patient, who, each[who]), each), strict=True
        ):
            yield from (replace(one, where=f"{name}: {one.where}") for one in found)


def _one(patient: Patient, who: str, needed: Wanted) -> list[Symptom]:
    try:
        config = {**patient.cluster.service_config(who), "log_level": 0}
    except NotSetUp:
        do = "run: hub down, then hub up"
        return [Symptom("certificate", "is not there", do, Weight.STOPS)]
    return preflight.symptoms(needed, config)
