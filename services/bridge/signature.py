"""Who sent these bytes, and when: an HMAC over both, in one header.

Hub-Signature: t=1767225600,v1=<HMAC-SHA256 in hex over "1767225600." and the body>
"""

from __future__ import annotations

import hmac
import re
from hashlib import sha256

from pydantic import SecretStr

HEADER = "Hub-Signature"
TOLERANCE_S = 300
"""How far the clocks of both sides may differ; older than that, it may be a replay."""

_FORM = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


def sign(secret: SecretStr, body: bytes, at_s: int) -> str:
    """The header's value for a body sent at that second."""
    return f"t={at_s},v1={_digest(secret, body, at_s)}"


def signed(secret: SecretStr, body: bytes, header: str, now_s: float) -> bool:
    """Whether the holder of the secret signed exactly this body, just now."""
    match = _FORM.fullmatch(header)
    if match is None:
        return False
    at_s = int(match.group(1))
    right = hmac.compare_digest(match.group(2), _digest(secret, body, at_s))
    return right and abs(now_s - at_s) <= TOLERANCE_S


def _digest(secret: SecretStr, body: bytes, at_s: int) -> str:
    message = f"{at_s}.".encode() + body
    return hmac.new(secret.get_secret_value().encode(), message, sha256).hexdigest()
