"""What one process of this bridge is told: `HUB_HOUSING_BRIDGE_…`. It serves one authority.

Folders: `agency_dir` as `agreements apply` made it. Secrets are files, made where they are missing:
`push_secret` is the authority's bearer token and HMAC key, `webhook_secret` signs what we send.
"""

from pathlib import Path
from typing import Annotated
from uuid import UUID

from pydantic import Field

from schemas.base import Slug
from services.bridge.webhook import SafeUrl
from services.runtime.settings import Settings

PREFIX = "HUB_HOUSING_BRIDGE_"
Port = Annotated[int, Field(ge=0, le=65535)]


class HousingBridgeSettings(Settings):
    """One authority's folders, ports, secrets and webhook."""

    agency: Slug
    area_id: UUID = Field(description="Its localAuthorityAreaId in referrals.")
    agency_dir: Path
    push_secret: Path
    tls_certificate: Path
    tls_key: Path
    webhook_url: SafeUrl
    webhook_secret: Path
    webhook_ca: Path | None = Field(default=None, description="Whom to trust there, if not all.")
    host: str = "127.0.0.1"
    https_port: Port
    status_port: Port = Field(description="/health and /metrics, loopback only.")
    confirm_within_s: int = Field(default=30, ge=1, description="For the broker's confirmation.")
    answer_within_s: int = Field(default=30, ge=1, description="For the webhook's answer.")
