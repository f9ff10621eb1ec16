"""`hub`: the one command line of the whole hub."""

from __future__ import annotations

import click

from services.agreements.commands import agreements
from services.hub.actors.command import actor
from services.hub.agency.command import agency, conformance
from services.hub.backup.commands import backup, drill, restore
from services.hub.broker.commands import broker
from services.hub.demo.command import demo
from services.hub.doctor.command import doctor
from services.hub.held.command import held
from services.hub.notice.command import notice
from services.hub.policy.command import diff
from services.hub.policy.signed import sign, verify
from services.hub.rebuild.command import rebuild
from services.hub.register.command import register
from services.hub.rotation.command import secrets
from services.hub.rules.command import rules
from services.hub.running import clock, down, feed, status, up
from services.hub.schemas import schemas
from services.hub.simulation.command import simulate
from services.hub.why.command import why


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """The public-protection hub: run it, look at it, feed it."""


for command in (
    broker,
    agreements,
    actor,
    agency,
    conformance,
    up,
    clock,
    status,
    doctor,
    feed,
    held,
    notice,
    register,
    why,
    secrets,
    rebuild,
    backup,
    restore,
    drill,
    schemas,
    rules,
    down,
    demo,
    simulate,
):
    main.add_command(command)
for about_files in (diff, sign, verify):
    agreements.add_command(about_files)
