"""Hypothesis strategies for every fact, read off the models: all a model allows, nothing else."""

import string
import types
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any, NewType, TypeVar, Union, get_args, get_origin
from uuid import UUID

from hypothesis import strategies as st
from pydantic import AwareDatetime
from pydantic.fields import FieldInfo

from schemas.base import Fact, Part
from schemas.catalogue import ENTRIES

P = TypeVar("P", bound=Part)

KINDS = tuple(entry.fact for entry in ENTRIES)
_LONG = 2**63
_CONSTRAINTS = ("pattern", "min_length", "max_length", "ge", "le")


def facts() -> st.SearchStrategy[Fact]:
    """Any fact of the catalogue."""
    return st.sampled_from(KINDS).flatmap(values)


def values(model: type[P], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[P]:
    """Any fact or part of that model; `fields` narrows some of them."""
    chosen = {
        name: fields.get(name, _any(info.annotation, _limits(info.metadata)))
        for name, info in model.model_fields.items()
    }
    return st.builds(model, **chosen)


def instants() -> st.SearchStrategy[datetime]:
    """Any moment our wire can carry."""
    return st.datetimes(timezones=st.just(UTC))


def _any(annotation: Any, limits: dict[str, Any]) -> st.SearchStrategy[Any]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _any(arguments[0], limits | _limits(arguments[1:]))
    if isinstance(annotation, NewType):
        return _any(annotation.__supertype__, limits)
    if origin in (Union, types.UnionType):
        return st.none() | _any(arguments[0], limits)
    if origin is tuple:
        return _tuples(arguments[0], limits)
    if annotation is str:
        return _texts(limits)
    if annotation is int:
        return st.integers(limits.get("ge", -_LONG), limits.get("le", _LONG - 1))
    if annotation is float:
        return st.floats(limits.get("ge"), limits.get("le"), allow_nan=False)
    if issubclass(annotation, StrEnum):
        return st.sampled_from(annotation)
    if issubclass(annotation, Part):
        return values(annotation)
    return _PLAIN[annotation]


def _tuples(item: Any, limits: dict[str, Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    least = limits.get("min_length", 0)
    most = min(limits.get("max_length", least + 3), least + 3)
    return st.lists(_any(item, {}), min_size=least, max_size=most).map(tuple)


def _texts(limits: dict[str, Any]) -> st.SearchStrategy[str]:
    least, most = limits.get("min_length", 0), limits.get("max_length")
    if "pattern" not in limits:
        return st.text(st.characters(exclude_categories=["Cs"]), min_size=least, max_size=most)
    if limits["pattern"] in _KNOWN_PATTERNS:
        return _KNOWN_PATTERNS[limits["pattern"]]
    ascii_only = st.characters(codec="ascii")
    matching = st.from_regex(limits["pattern"].strip("^$"), fullmatch=True, alphabet=ascii_only)
    return matching if most is None else matching.filter(lambda text: len(text) <= most)


def _limits(metadata: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in metadata:
        if isinstance(item, FieldInfo):
            found |= _limits(item.metadata)
        for name in _CONSTRAINTS:
            if getattr(item, name, None) is not None:
                found[name] = getattr(item, name)
    return found


_SMALL = string.ascii_lowercase + string.digits
_ALL = string.ascii_letters + string.digits
_WORDS = st.lists(st.text(_SMALL, min_size=1, max_size=9), min_size=1, max_size=4)
_KNOWN_PATTERNS = {  # ten times cheaper than `from_regex`; with another pattern that is used again
    r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$": st.builds(
        lambda first, words: first + "-".join(words),
        st.sampled_from(string.ascii_lowercase),
        _WORDS,
    ),
    r"^[A-Za-z0-9][A-Za-z0-9._:-]*$": st.builds(
        str.__add__, st.sampled_from(_ALL), st.text(_ALL + "._:-", max_size=63)
    ),
}
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    bytes: st.binary(max_size=100),
    AwareDatetime: instants(),
    date: st.dates(),
    UUID: st.uuids(),
}
