"""Whose agreement lets them know less than before, and of which facts. Pure.

What cannot be told to be wider counts as narrower: a wrong answer then costs a notice told again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from services.agreements.compile import Agreements, Grant
from services.agreements.widening import wider


def narrowed(before: Agreements, after: Agreements, at: datetime) -> Mapping[str, frozenset[str]]:
    """The kinds of fact of which an agency is granted less at that moment, by agency.

    That a grant ends sooner than it would have is not less before it ends.
    """
    found = {}
    for slug, was in before.agencies.items():
        now = after.agencies.get(slug)
        grants = {} if now is None else now.grants
        kinds = [kind for kind, grant in was.grants.items() if _less(grant, grants.get(kind), at)]
        if kinds:
            found[slug] = frozenset(kinds)
    return found


def _less(was: Grant, now: Grant | None, at: datetime) -> bool:
    if now is None or at >= now.ends_at or not was.shown.within(now.shown):
        return True
    then = was.terms.model_dump(mode="json")
    return any(wider({**now.terms.model_dump(mode="json"), "expires": then["expires"]}, then))
