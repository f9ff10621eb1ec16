"""What is wrong with agreement files, each with its place and never with a value."""

from __future__ import annotations

from dataclasses import dataclass

from services.runtime.faults import Stop


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing to mend: file, line, dotted field, what is wrong with it, what to write."""

    file: str
    line: int
    field: str
    reason: str
    write: str = ""
    """The words that would be in order, or what to take out."""

    def __str__(self) -> str:
        to_do = f"; {self.write}" if self.write else ""
        return f"{self.file}:{self.line}: {self.field or 'the file'}: {self.reason}{to_do}"


class AgreementsRefused(Stop):
    """The files do not compile; every finding of every file at once."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = tuple(sorted(findings))
        """In the order of files and lines."""
        super().__init__("\n".join(str(finding) for finding in self.findings))
