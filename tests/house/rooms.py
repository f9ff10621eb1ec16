"""Which files a service has, how long they are, and what its README says."""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from tests.house.source import KITS, Source

LIMITS = {
    "__init__": 3,
    "domain": 400,
    "app": 150,
    "settings": 40,
    "__main__": 30,
    "views": 150,
    "mapping": 300,
    "client": 200,
    "inbound": 200,
}
"""Lines of each file of a room; a folder `domain/` has the limit for each of its files."""
LONGEST = 450
"""Lines of any other file of ours."""
RUNTIME_BUDGET = 1500
"""Lines of code of `services/runtime/`; past it, something wants to be a library or deleted."""
DRAWERS = frozenset({"utils", "util", "helpers", "helper", "common", "base", "misc", "lib"})
SERVICE_HEADINGS = (
    "What for",
    "Who asked",
    "Facts in and out",
    "How a person is matched",
    "State kept and for how long",
    "When it breaks",
    "Lawful basis",
)
BRIDGE_HEADINGS = (
    "Whose system",
    "Contract version",
    "Contact",
    "Samples",
    "When it breaks",
    "Lawful basis",
)


def size(source: Source) -> Iterator[str]:
    """No file is longer than its room."""
    if source.top not in {"services", "schemas"}:
        return
    limit = LIMITS.get(source.room, LONGEST)
    if source.lines > limit:
        yield source.fault(source.lines, f"longer-than-{limit}")


def drawers(source: Source) -> Iterator[str]:
    """No module of a service is a drawer for whatever is left over."""
    if source.top == "services" and DRAWERS & set(source.parts):
        yield source.fault(1, "a-drawer")


def front_door(source: Source) -> Iterator[str]:
    """A service's `__init__.py` is one sentence and imports nothing."""
    if source.room == "__init__":
        if source.imports:
            yield source.fault(1, "front-door-imports")
        if not source.text.startswith('"""'):
            yield source.fault(1, "front-door-without-a-sentence")


def readme(service: str, files: Iterable[str], text: str | None) -> Iterator[str]:
    """A service with anything in it has a README with its headings, in their order.

    `files` are the names in its folder; one with only an `__init__.py` has not moved in yet.
    """
    lived_in = {PurePosixPath(name).name for name in files} - {"__init__.py", "__pycache__"}
    if service in KITS or not lived_in - {"README.md"}:
        return
    if text is None:
        yield f"services/{service}/README.md: missing"
        return
    wanted = BRIDGE_HEADINGS if service.endswith("_bridge") else SERVICE_HEADINGS
    found = re.findall(r"^#+ +(.+?) *$", text, re.MULTILINE)
    for heading in wanted:
        if heading not in found:
            yield f"services/{service}/README.md: no heading '{heading}'"
    present = [heading for heading in found if heading in wanted]
    if present != sorted(present, key=wanted.index):
        yield f"services/{service}/README.md: headings-out-of-order"
