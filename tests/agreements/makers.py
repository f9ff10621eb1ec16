"""Agreement files for tests: one that is in order, and changes to it."""

from functools import cache
from pathlib import Path

from services.agreements.compile import Agreements, load

IN_ORDER = """\
agency: exampleshire-housing
name: Exampleshire Council (invented)
kind: duty-to-co-operate
body: housing-authority
role: controller
competent_authority: false
sharing_agreement: DSA-001
dpia: DPIA-001
contacts:
  governance: governance@housing.example.invalid
  operations: operations@housing.example.invalid
  data_protection: data-protection@housing.example.invalid
says: [tenancy-started, notice-receipted]
receives:
  - facts: [release-date-set]
    classes: [reference, custody]
    why: When a home is needed (invented).
    source: R-AGY-3
    on_case: true
    urgency: same-day
    receipt: true
    purposes: [s325(2)(a)]
    basis: cja-2003-s325(4)
    owner: public-protection@housing.example.invalid
    kept_days: 365
    onward: nobody
    reviewed: 2026-11-02
    review_by: 2027-03-01
    expires: 2027-03-31
limits:
  largest_message_bytes: 65536
  inbox_kept_days: 30
  bytes_per_second: 1048576
"""


FILES = Path(__file__).parents[2] / "deploy" / "agreements"
"""The committed files."""


@cache
def committed() -> Agreements:
    """The committed files, compiled once."""
    return load(FILES)


def a_file(
    folder: Path,
    *changes: tuple[str, str],
    slug: str = "exampleshire-housing",
    kind: str = "duty-to-co-operate",
) -> Path:
    """The file in order, with texts replaced; each must be there, so that no test is empty."""
    text = IN_ORDER.replace("exampleshire-housing", slug).replace("duty-to-co-operate", kind)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / f"{slug}.yaml"
    path.write_text(text)
    return path


def line_of(text: str, within: str = IN_ORDER) -> int:
    """The number of the first line that holds that text."""
    return next(n for n, line in enumerate(within.splitlines(), 1) if text in line)
