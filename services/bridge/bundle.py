"""An agency's folder as the hub gave it: where the broker is, what may be said, what can be read.

A bridge needs nothing else of the hub; an agency with a Kafka client of its own gets the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from schemas.notice import Notice
from services.runtime import wire
from services.runtime.faults import Stop, Unreadable
from services.runtime.schema_store import NEWEST, VIEW_IDS, SchemaStore


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    topic: str
    schema_id: int = NEWEST


class _Withdrawn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    before: int


class _InboxEpoch(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    withdrawn: _Withdrawn | None = None


class _Topics(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    says: dict[str, _Said]
    inbox: str
    group: str
    largest_batch_bytes: int = 32_768
    inbox_epoch: _InboxEpoch = _InboxEpoch()


@dataclass(frozen=True)
class Bundle:
    """What the hub gave one agency."""

    folder: Path
    client: Mapping[str, str]
    """librdkafka's settings: broker, principal, whom to trust."""
    says: Mapping[str, str]
    """Topic by kind of fact the agency may say."""
    inbox: str
    group: str
    views: SchemaStore
    largest_batch_bytes: int = 32_768
    """What of several messages may travel together: the broker holds batches to its limit."""
    schema_ids: Mapping[str, int] = field(default_factory=dict)
    """By which schema a fact is said, by kind; the newest for those not named."""

    @classmethod
    def read(cls, folder: Path) -> Bundle:
        """The bundle in that folder.

        Raises:
            Stop: a file is missing or is not what it should be.
        """
        try:
            lines = (folder / "client.properties").read_text("utf-8").splitlines()
            topics = _Topics.model_validate_json((folder / "topics.json").read_bytes())
        except (OSError, ValidationError) as wrong:
            raise Stop(f"no usable agency folder: {type(wrong).__name__}") from None
        pairs = (line.split("=", 1) for line in lines if "=" in line and line[0] not in "#!")
        client = {key.strip(): value.strip() for key, value in pairs}
        if authority := client.get("ssl.ca.location"):
            client["ssl.ca.location"] = str(folder / authority)  # an absolute one stays as it is
        says = {kind: said.topic for kind, said in topics.says.items()}
        schema_ids = {kind: said.schema_id for kind, said in topics.says.items()}
        bundle = cls(
            folder,
            client,
            says,
            topics.inbox,
            topics.group,
            SchemaStore(),
            topics.largest_batch_bytes,
            schema_ids,
        )
        bundle.look_again()
        return bundle

    def look_again(self) -> None:
        """Take in the views that came into the folder since."""
        for path in sorted((self.folder / "schemas").glob("*.avsc")):
            number = int(path.stem) if path.stem.isdecimal() else 0
            if number in VIEW_IDS:
                schema: dict[str, Any] = json.loads(path.read_bytes())
                self.views.register(number, schema)

    def withdrawn_before(self) -> int:
        """The offset before which the hub withdrew notices last, as the folder says now; or 0."""
        topics = _Topics.model_validate_json((self.folder / "topics.json").read_bytes())
        last = topics.inbox_epoch.withdrawn
        return 0 if last is None else last.before

    def notice(self, value: bytes) -> Notice:
        """The notice these bytes are.

        Raises:
            Unreadable: not a notice, or one of a view that is not in the folder.
        """
        record = wire.decode_view(value, self.views)
        try:
            return Notice.model_validate(record)
        except ValidationError:
            fault = Unreadable("not-a-notice")
        raise fault
