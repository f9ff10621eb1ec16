"""Agreement files as plain values that know on which line they stand.

Owns YAML: one document per file, no key twice, no anchors, no tags of its own. What the values
mean is `model.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path as File
from typing import Any

import yaml
from pydantic import ValidationError

from services.agreements.faults import Finding
from services.agreements.model import Agreement
from services.agreements.words import to_write

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's, ten times as fast, where PyYAML was built with it."""

Place = tuple[str | int, ...]
"""Keys and positions from the top of the file."""


@dataclass(frozen=True)
class Marks:
    """On which line each place of a file stands."""

    file: str
    lines: dict[Place, int] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """The line of that place, or of the nearest one above it that is written down."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def finding(self, place: Place, reason: str, write: str = "") -> Finding:
        """What is wrong there, and what to write instead."""
        dotted = ".".join(str(part) for part in place)
        return Finding(self.file, self.line(place), dotted, reason, write)


@dataclass(frozen=True)
class Signed:
    """One file that has the right shape."""

    agreement: Agreement
    marks: Marks


Say = Callable[[Place, str, str], None]


class _Reader:
    """Turns nodes into values, noting lines; what it cannot take it says and leaves out."""

    def __init__(self, marks: Marks, say: Say) -> None:
        self._marks = marks
        self._say = say
        self._scalars = yaml.constructor.SafeConstructor()

    def value(self, node: yaml.Node, place: Place) -> Any:  # noqa: ANN401
        self._marks.lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*place, at)) for at, child in enumerate(node.value)]
        try:
            return self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError):
            self._say(place, "not a value of any known type", to_write(place))
            return None

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        read: dict[str, Any] = {}
        for key, child in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            if name in read:
                self._marks.lines[(*place, name)] = key.start_mark.line + 1
                self._say((*place, name), "written twice", "take one of them out")
            self._marks.lines[(*place, name)] = key.start_mark.line + 1
            read[name] = self.value(child, (*place, name))
        return read


def read_file(
    path: File, fill: Callable[[Any], Any] = lambda values: values
) -> tuple[Signed | None, tuple[Finding, ...]]:
    """The agreement of a file, its values filled in first, or all that is wrong with its shape."""
    return read(path.name, path.read_bytes(), fill)


def read(
    name: str, content: bytes, fill: Callable[[Any], Any] = lambda values: values
) -> tuple[Signed | None, tuple[Finding, ...]]:
    """The same of a file of that name and content."""
    marks = Marks(name)
    findings: list[Finding] = []
    try:
        values = _values(content.decode(), marks, findings)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return None, (Finding(name, line, "", "not YAML", "mend the line"),)
    except (yaml.YAMLError, UnicodeDecodeError):
        return None, (Finding(name, 1, "", "not text", "save it as UTF-8"),)
    try:
        agreement = Agreement.model_validate(fill(values))
    except ValidationError as error:
        said = {finding.field for finding in findings}
        findings.extend(found for found in _shape(error, marks) if found.field not in said)
        return None, tuple(findings)
    return (None if findings else Signed(agreement, marks)), tuple(findings)


def _values(text: str, marks: Marks, findings: list[Finding]) -> Any:  # noqa: ANN401
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.AliasEvent):
            line = event.start_mark.line + 1 if event.start_mark else 1
            findings.append(Finding(marks.file, line, "", "an alias", "write it out"))
    root = yaml.compose(text, Loader=_LOADER)
    if findings or root is None:
        return None
    reader = _Reader(marks, lambda *what: findings.append(marks.finding(*what)))
    return reader.value(root, ())


def _shape(error: ValidationError, marks: Marks) -> Iterator[Finding]:
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        loc, reason = item["loc"], item["msg"].removeprefix("Value error, ")
        if item["type"] == "enum":  # which there are is said once, in the words to write
            reason = "is not a word there is"
        strange = item["type"] == "extra_forbidden"
        yield marks.finding(loc, reason, "take it out" if strange else to_write(loc))
