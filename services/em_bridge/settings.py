"""What one process of this bridge is told: `HUB_EM_BRIDGE_…`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import Field

from services.runtime.settings import Settings

PREFIX = "HUB_EM_BRIDGE_"


class EmBridgeSettings(Settings):
    """Folders, ports and tolerances; secrets are files, made where they are missing."""

    agency_dir: Path = Field(description="The provider's folder as `agreements apply` made it.")
    drop_dir: Path = Field(description="State: what the provider drops and collects.")
    sftp_keys: Path = Field(description="Host key, the provider's key, known_hosts.")
    push_secret: Path = Field(description="File with the bearer token, also the HMAC key.")
    tls_certificate: Path = Field(description="Of the HTTPS port.")
    tls_key: Path
    host: str = Field(default="127.0.0.1", description="Where both doors listen.")
    sftp_port: int = Field(ge=0, le=65535)
    https_port: int = Field(ge=0, le=65535)
    status_port: int = Field(ge=0, le=65535, description="/health and /metrics, loopback only.")
    confirm_within_s: int = Field(default=30, ge=1, description="For the broker's confirmation.")
    late_after_s: int = Field(default=3600, ge=60, description="See mapping.Tolerances.")
    keep_done_h: int = Field(default=72, ge=1, description="As long as the hub keeps what is said.")

    @property
    def confirm_within(self) -> timedelta:
        """How long a sender waits for the broker."""
        return timedelta(seconds=self.confirm_within_s)
