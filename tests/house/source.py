"""A file as the guards see it, and which room of the house it is in."""

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

REPO = Path(__file__).parents[2]
KITS = frozenset({"runtime", "agreements", "bridge", "hub"})
"""Folders of `services/` that are no service: what services share, and the command line."""
IMPURE = frozenset({"app", "settings", "views", "client", "inbound", "__main__", "__init__"})
"""Rooms that act, or hold nothing; `domain`, `rules` and `mapping` decide."""


@dataclass(frozen=True)
class Source:
    """One Python file; `path` is relative to the repository, with forward slashes."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    @property
    def code_lines(self) -> int:
        """Lines that hold code: neither blank, nor comment, nor a text that stands alone."""
        texts = {
            line
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
        }
        return sum(
            number not in texts and bool(line.strip()) and not line.lstrip().startswith("#")
            for number, line in enumerate(self.text.splitlines(), start=1)
        )

    @property
    def parts(self) -> tuple[str, ...]:
        return PurePosixPath(self.path).with_suffix("").parts

    @property
    def top(self) -> str:
        """`schemas`, `services`, `tests` or `examples`."""
        return self.parts[0]

    @property
    def owner(self) -> str:
        """The folder of `services/` the file is in, or empty."""
        return self.parts[1] if self.top == "services" and len(self.parts) > 2 else ""

    @property
    def service(self) -> str:
        """The service the file belongs to, or empty: kits are none."""
        return "" if self.owner in KITS else self.owner

    @property
    def room(self) -> str:
        """The room of that service, whether it is a file or a folder; empty outside services."""
        return self.parts[2] if self.service else ""

    @property
    def pure(self) -> bool:
        """Whether it decides or translates. A file that is no room is held to the same."""
        return bool(self.service) and self.room not in IMPURE

    @property
    def imports(self) -> list[tuple[int, str]]:
        """Line and full name of everything imported, inside functions too."""
        found = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found += [(node.lineno, alias.name) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                stem = self._absolute(node)
                found += [(node.lineno, f"{stem}.{alias.name}") for alias in node.names]
        return found

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.parts[: -node.level] or self.parts[:1]
        return ".".join((*package, node.module or "")).rstrip(".")

    def fault(self, line: int, code: str) -> str:
        return f"{self.path}:{line}: {code}"


def python_files(*tops: str) -> list[Source]:
    """Every Python file below these folders of the repository."""
    return [
        Source(path.relative_to(REPO).as_posix(), path.read_text("utf-8"))
        for top in tops
        for path in sorted((REPO / top).rglob("*.py"))
    ]


def under(name: str, *stems: str) -> bool:
    """Whether a dotted name is one of these, or inside one."""
    return any(name == stem or name.startswith(f"{stem}.") for stem in stems)
