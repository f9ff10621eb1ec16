"""What a file may not say: a clock or chance where it decides, topic names, unfinished work."""

import ast
import re
from collections.abc import Iterator

from tests.house.source import Source, under

CLOCKS = frozenset({"now", "utcnow", "today", "time", "monotonic", "perf_counter", "time_ns"})
CHANCE = frozenset({"uuid1", "uuid4", "urandom", "random", "randint", "choice", "shuffle"})
BUILT_INS = frozenset({"hash", "id", "open", "input", "print", "eval", "exec", "breakpoint"})
"""`hash` of text and `id` differ from process to process; the rest act."""
TOPIC = re.compile(r"(from|to|dead)\.|hub\.(facts|ledger)\b")
TO_DO, FIX_ME = "TO" + "DO", "FIX" + "ME"
"""Written so that this file does not say them."""
UNFINISHED = re.compile(rf"\b({TO_DO}|{FIX_ME}|X{3})\b(?!\(?[ :]*#\d+)")
NOTHING_SAID = re.compile(r"(Event|Data|Info|Manager|Processor|Handler)$")
UNMEASURED = frozenset({"distance", "time", "score", "date", "duration", "speed", "weight"})
NAMES_MODULE = "services/runtime/names.py"
BROAD = {
    "services/runtime/wire.py": "any failure to read is unreadable",
    "services/runtime/batch.py": "the loop around decide",
    "services/runtime/faust_app.py": "Faust would acknowledge and go on: every bug must stop it",
    "services/hub/simulation/play.py": "whatever ends a process there is looked at and judged",
}
"""Where a broad `except` may stand, and why there."""


def clock_and_chance(source: Source) -> Iterator[str]:
    """What decides or translates asks neither the clock nor chance, and acts on nothing."""
    if not source.pure:
        return
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call):
            continue
        called = _last_name(node.func)
        if called in CLOCKS and isinstance(node.func, ast.Attribute):
            yield source.fault(node.lineno, "asks-a-clock")
        if called in CHANCE:
            yield source.fault(node.lineno, "asks-chance")
        if isinstance(node.func, ast.Name) and called in BUILT_INS:
            yield source.fault(node.lineno, f"calls-{called}")
    for line, name in source.imports:
        if under(name, *(f"uuid.{chance}" for chance in CHANCE)):
            yield source.fault(line, "asks-chance")


def prints(source: Source) -> Iterator[str]:
    """Nothing of ours prints; an outsider's example may."""
    if source.top not in {"services", "schemas"}:
        return
    for node in ast.walk(source.tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and (node.func.id == "print")
        ):
            yield source.fault(node.lineno, "prints")


def topics(source: Source) -> Iterator[str]:
    """Names of topics are made in one module; no other text of code starts like one."""
    if source.top != "services" or source.path == NAMES_MODULE:
        return
    docstrings = {id(node) for node in _docstrings(source.tree)}
    for node in ast.walk(source.tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
            and TOPIC.match(node.value)
        ):
            yield source.fault(node.lineno, "names-a-topic")


def broad_except(source: Source) -> Iterator[str]:
    """All exceptions are caught only where that is the meaning, or to be raised again."""
    if source.top not in {"services", "schemas"} or source.path in BROAD:
        return
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.ExceptHandler):
            continue
        caught = "" if node.type is None else _last_name(node.type)
        again = any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
        if caught in {"", "Exception", "BaseException"} and not (
            again or isinstance(node.type, ast.Tuple)
        ):
            yield source.fault(node.lineno, "catches-everything")


def unfinished(source: Source) -> Iterator[str]:
    """Unfinished work has an issue's number."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        if UNFINISHED.search(line):
            yield source.fault(number, "unfinished-without-a-number")


def names(source: Source) -> Iterator[str]:
    """No class is a thing that says nothing, no field of a fact lacks its unit."""
    if source.top not in {"services", "schemas"}:
        return
    for node in ast.walk(source.tree):
        if (
            isinstance(node, ast.ClassDef)
            and NOTHING_SAID.search(node.name)
            and source.room != "mapping"  # there the words are the partner's
        ):
            yield source.fault(node.lineno, "says-nothing")
        if (
            source.top == "schemas"
            and isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and node.target.id in UNMEASURED
        ):
            yield source.fault(node.lineno, "without-its-unit")


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    """Every text that stands alone as a statement: docstrings, and sentences below a value."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
