"""What one process of this bridge is told: `HUB_HOUSING_BRIDGE_…`. It serves one authority."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, Field

from schemas.base import Slug
from services.runtime.settings import Settings

PREFIX = "HUB_HOUSING_BRIDGE_"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _safe(url: str) -> str:
    """HTTPS; plain HTTP only to this same machine."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return url
    raise ValueError("not https")


class HousingBridgeSettings(Settings):
    """One authority's folders, ports and webhook; secrets are files, made where missing."""

    agency: Slug = Field(description="The authority's slug.")
    area_id: UUID = Field(description="Its localAuthorityAreaId in referrals.")
    agency_dir: Path = Field(description="Its folder as `agreements apply` made it.")
    push_secret: Path = Field(description="File with its bearer token, also its HMAC key.")
    tls_certificate: Path = Field(description="Of the HTTPS port.")
    tls_key: Path
    webhook_url: Annotated[str, AfterValidator(_safe)] = Field(
        description="Where its notices go; https, or http on this machine."
    )
    webhook_secret: Path = Field(description="File with the key that signs what we send.")
    webhook_ca: Path | None = Field(default=None, description="Whom to trust there, if not all.")
    host: str = Field(default="127.0.0.1", description="Where the HTTPS port listens.")
    https_port: int = Field(ge=0, le=65535)
    status_port: int = Field(ge=0, le=65535, description="/health and /metrics, loopback only.")
    confirm_within_s: int = Field(default=30, ge=1, description="For the broker's confirmation.")
    answer_within_s: int = Field(default=30, ge=1, description="For the webhook's answer.")
