"""Real-format samples beside the checkout, never in it: `../shared/samples`."""

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
REQUIRED = os.environ.get("HUB_REQUIRE_SAMPLES") == "1"


def sample(name: str) -> Path:
    """The sample of that name; without it the test is skipped, or fails where samples are due."""
    path = SAMPLES / name
    if path.exists():
        return path
    if REQUIRED:
        pytest.fail(f"a sample is missing: {name}")
    pytest.skip("the samples are not beside this checkout")


def table(name: str) -> list[dict[str, str]]:
    """The rows of a CSV sample."""
    with sample(name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def lines(name: str) -> list[dict[str, Any]]:
    """The objects of a JSONL sample."""
    return [json.loads(line) for line in sample(name).read_text("utf-8").splitlines() if line]


def document(name: str) -> Any:
    """A JSON sample."""
    return json.loads(sample(name).read_text("utf-8"))
