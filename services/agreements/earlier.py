"""Files signed before grants carried their terms: what they meant then, in today's form.

An installation keeps every version it has had, for the log is read again from its beginning. Nobody
signs in this form any more: `load` refuses it, and only a version that was adopted is read so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_GRANT: Mapping[str, Any] = {
    "why": "Signed before a grant had to say why.",
    "category_4": True,
    "kept_days": 36_525,
    "onward": "ask-the-source-first",
}
"""What a grant said by not saying it. Under-18s and category 4 were not told apart."""
_FILE: Mapping[str, Any] = {
    "competent_authority": False,
    "sharing_agreement": "not-said",
    "dpia": "not-said",
}
_LATER_IN_A_GRANT = (
    *_GRANT,
    "owner",
    "review_by",
    "redact",
    "payload",
    "source",
    "ages",
    "condition",
)
_LATER_IN_A_FILE = (*_FILE, "never")


def filled(values: Any) -> Any:  # noqa: ANN401
    """The values of a file with what they left unsaid; as they are where their shape is another."""
    try:
        contacts = dict(values["contacts"])
        contacts["data_protection"] = contacts["governance"]
        grants = [
            {
                **_GRANT,
                **grant,
                "owner": contacts["operations"],
                "review_by": grant["expires"],
            }
            for grant in values["receives"]
        ]
        return {**_FILE, **values, "contacts": contacts, "receives": grants}
    except (KeyError, TypeError, ValueError):
        return values


def as_then(said: Mapping[str, Any]) -> dict[str, Any]:
    """An agreement's content as it went into the version's fingerprint then."""
    contacts = {k: v for k, v in said["contacts"].items() if k != "data_protection"}
    grants = [
        {key: value for key, value in grant.items() if key not in _LATER_IN_A_GRANT}
        for grant in said["receives"]
    ]
    kept = {key: value for key, value in said.items() if key not in _LATER_IN_A_FILE}
    return {**kept, "contacts": contacts, "receives": grants}
