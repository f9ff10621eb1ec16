"""Who may import whom (design §5; the table of rooms).

schemas ← runtime ← app, __main__, inbound, client
domain, rules, mapping   see schemas, runtime.decision and runtime.faults; not their own app
admission, notify        may see the agreements' types as policy values, in rules and domain too:
                         a grant is compiled once, and a second copy of it would be a second policy
any app, __main__        may be built from the agreements as values
no service               sees another; bridges see the kit `services.bridge`
"""

from collections.abc import Iterator

from tests.house.source import IMPURE, Source, under

FAUST = ("faust", "mode", "aiokafka")
POLICY_READERS = frozenset({"admission", "notify"})
COMMAND_SIDE = tuple(
    f"services.agreements.{name}"
    for name in ("adopt", "apply", "bundle", "commands", "inboxes", "live")
)
"""What changes a cluster; agreements as values are the rest."""
ACTING = (
    *("asyncio", "concurrent", "http", "io", "logging", "multiprocessing", "os", "pathlib"),
    *("queue", "random", "secrets", "select", "shutil", "signal", "socket", "ssl", "subprocess"),
    *("sys", "tempfile", "threading", "time", "urllib"),
    *(*FAUST, "aiohttp", "asyncssh", "click", "confluent_kafka", "prometheus_client", "rich"),
    *("requests", "testcontainers", "yaml"),
)
"""What does something: reads a clock, a file, the network, chance. Nothing pure imports it."""


def layers(source: Source) -> Iterator[str]:
    """Schemas see no service, runtime no service, examples nothing of ours."""
    for line, name in source.imports:
        if under(name, "tests") and source.top != "tests":
            yield source.fault(line, "imports-tests")
        if source.top == "schemas" and under(name, "services"):
            yield source.fault(line, "schemas-see-services")
        if source.top == "examples" and under(name, "services", "schemas"):
            yield source.fault(line, "an-outsider-sees-us")
        if source.owner == "runtime" and _of_services_but(name, "runtime"):
            yield source.fault(line, "runtime-sees-a-service")
        if source.owner == "bridge" and _of_services_but(name, "runtime", "bridge"):
            yield source.fault(line, "the-bridge-kit-sees-a-service")
        if source.owner == "agreements" and _of_services_but(
            name, "runtime", "agreements", "hub.broker"
        ):
            yield source.fault(line, "agreements-see-a-service")


def neighbours(source: Source) -> Iterator[str]:
    """No service sees another, nor the command line; bridges see their kit."""
    if not source.service:
        return
    allowed = ["runtime", source.service]
    if source.service.endswith("_bridge"):
        allowed.append("bridge")
    if source.service in POLICY_READERS:
        allowed.append("agreements")
    elif not source.pure:
        allowed += ["agreements.ours", "agreements.compile", "agreements.versions"]
    for line, name in source.imports:
        if _of_services_but(name, *allowed) or under(name, *COMMAND_SIDE):
            yield source.fault(line, "sees-another-service")


def purity(source: Source) -> Iterator[str]:
    """What decides or translates imports nothing that acts, and of runtime only its words."""
    if not source.pure:
        return
    own = f"services.{source.service}"
    for line, name in source.imports:
        if under(name, *ACTING):
            yield source.fault(line, "imports-what-acts")
        if under(name, "services.runtime") and not under(
            name, "services.runtime.decision", "services.runtime.faults"
        ):
            yield source.fault(line, "sees-the-runtime")
        if under(name, *(f"{own}.{room}" for room in IMPURE)):
            yield source.fault(line, "sees-its-own-app")


def faust(source: Source) -> Iterator[str]:
    """Faust and its kin appear in the runtime and in `app.py` only."""
    if source.owner == "runtime" or source.room == "app" or source.top == "tests":
        return
    for line, name in source.imports:
        if under(name, *FAUST):
            yield source.fault(line, "faust-outside-runtime")


def conftests(source: Source) -> Iterator[str]:
    """Shared things of tests are in modules, never imported from a `conftest`."""
    for line, name in source.imports:
        if ".conftest" in name:
            yield source.fault(line, "imports-a-conftest")


def _of_services_but(name: str, *allowed: str) -> bool:
    return under(name, "services") and not under(name, *(f"services.{a}" for a in allowed))
