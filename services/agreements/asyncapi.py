"""The AsyncAPI 3.0 document of one agency: where it speaks and listens, and in which form.

Pure, and made of its own agreement alone: no other body's file changes a byte of it. It describes
the agency's own program, so it *sends* what the agency says and *receives* what it is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from schemas.catalogue import BY_KIND
from schemas.materialise import Schema
from schemas.notice import NoticeReceipted
from services.agreements import samples
from services.agreements.compile import Agency, Notice, fingerprint
from services.runtime.names import Names
from services.runtime.schema_store import committed

VERSION = "3.0.0"
AVRO = "application/vnd.apache.avro+json;version=1.9.0"
MESSAGE_BINDING = {
    "kafka": {
        "schemaIdLocation": "payload",
        "schemaIdPayloadEncoding": "confluent",
        "bindingVersion": "0.5.0",
    }
}
"""A zero byte and the schema's id in four bytes stand before the record."""
_SERVERS = {"password": ("scram512", "scram256"), "certificate": ("certificate",)}
_WHERE = {
    "password": "For clients that come with the password of `client.properties`.",
    "certificate": "For clients that come with a certificate.",
}
_SECURITY = {
    "scram512": {"type": "scramSha512", "description": "As `sasl.mechanism` says."},
    "scram256": {
        "type": "scramSha256",
        "description": "The other mechanism: passwords are renewed from one to the other.",
    },
    "certificate": {"type": "X509", "description": "Mutual TLS; the name is the certificate's."},
}
_RETURNED = {
    "hub_reason": "Why it was not taken, a code.",
    "hub_field": "Which field, or empty.",
    "hub_topic": "Where it was said.",
    "hub_offset": "At which offset of it.",
    "hub_at": "When the broker had received it.",
}


def document(agency: Agency, names: Names, adopted: int) -> dict[str, Any]:
    """The document, by schemas up to `adopted` for what is said, and all views there are."""
    sent = dict(_sent(agency, adopted))
    told = dict(_told(agency))
    messages = {**sent, **told, "returned": _returned()}
    return {
        "asyncapi": VERSION,
        "id": f"urn:mappa-hub:{names.agency_user(agency.slug)}",
        "info": {
            "title": f"The public-protection hub, for {agency.name}",
            "version": fingerprint([agency.agreement]),
            "description": "What this body says to the hub and is told by it, by its agreement. "
            "Everybody in the examples is invented.",
        },
        "defaultContentType": "application/avro",
        "servers": {name: _server(name) for name in _SERVERS},
        "channels": _channels(agency, names, sent, told),
        "operations": _operations(agency, names, sent, told),
        "components": {
            "messages": messages,
            "securitySchemes": _SECURITY,
            "serverVariables": {
                "bootstrap": {"description": "As `bootstrap.servers` of `client.properties` says."}
            },
        },
    }


def message_of(kind: str, schema_id: int) -> str:
    """The name of a message in the document."""
    return f"{kind}.{schema_id}"


def _server(name: str) -> dict[str, Any]:
    return {
        "host": "{bootstrap}",
        "protocol": "kafka-secure",
        "description": _WHERE[name],
        "variables": {"bootstrap": {"$ref": "#/components/serverVariables/bootstrap"}},
        "security": [_ref("components/securitySchemes", scheme) for scheme in _SERVERS[name]],
    }


def _channels(
    agency: Agency, names: Names, sent: dict[str, Any], told: dict[str, Any]
) -> dict[str, Any]:
    found = {}
    for kind in agency.says:
        topic = names.said(agency.slug, BY_KIND[kind].fact)
        mine = [name for name in sent if sent[name]["name"] == kind]
        found[f"say.{kind}"] = _channel(topic, f"Where it says {kind}.", mine)
    inbox, dead = names.inbox(agency.slug), names.dead(agency.slug)
    found["inbox"] = _channel(inbox, "What it is told, in order, without a gap.", list(told))
    found["returned"] = _channel(dead, "What it said and the hub could not take.", ["returned"])
    return found


def _channel(topic: str, words: str, messages: list[str]) -> dict[str, Any]:
    return {
        "address": topic,
        "description": words,
        "messages": {name: _ref("components/messages", name) for name in messages},
        "bindings": {"kafka": {"topic": topic, "partitions": 1, "bindingVersion": "0.5.0"}},
    }


def _operations(
    agency: Agency, names: Names, sent: dict[str, Any], told: dict[str, Any]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for kind in agency.says:
        found[f"say.{kind}"] = _operation("send", f"say.{kind}", f"Say {kind}.")
    group = {"type": "string", "enum": [names.agency_user(agency.slug)]}
    reads = {"bindings": {"kafka": {"groupId": group, "bindingVersion": "0.5.0"}}}
    if told:
        listen = _operation("receive", "inbox", "Listen. An offset counts with the inbox's epoch.")
        found["listen"] = {**listen, **reads, **_reply(agency)}
    returned = _operation("receive", "returned", "See what came back, and why.")
    return {**found, "look-at-what-came-back": {**returned, **reads}}


def _reply(agency: Agency) -> dict[str, Any]:
    """A notice that asks for a receipt is answered where receipts are said."""
    if NoticeReceipted.kind() not in agency.says:
        return {}
    return {"reply": {"channel": _ref("channels", f"say.{NoticeReceipted.kind()}")}}


def _operation(action: str, channel: str, words: str) -> dict[str, Any]:
    return {"action": action, "channel": _ref("channels", channel), "summary": words}


def _sent(agency: Agency, adopted: int) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind in agency.says:
        stored = committed().latest(BY_KIND[kind].fact, adopted)
        body = samples.line(samples.said(agency.slug, kind, agency.agreement.identifiers))["fact"]
        headers = {**_head(kind, stored.schema_id), "ce_source": {"const": agency.slug}}
        message = _message(kind, stored.schema, headers, body)
        yield message_of(kind, stored.schema_id), message


def _told(agency: Agency) -> Iterator[tuple[str, dict[str, Any]]]:
    for notice in agency.notices:
        yield message_of(notice.kind, notice.view.schema_id), _notice(agency, notice)


def _notice(agency: Agency, notice: Notice) -> dict[str, Any]:
    view, body = notice.view, samples.as_read(notice.view, samples.in_notice(agency, notice))
    subject = {"type": "string", "description": "The person, by this body's own reference."}
    headers = {**_head(notice.kind, view.schema_id), "ce_subject": subject}
    asks = "asks for a receipt" if notice.receipt else "asks for none"
    message = _message(notice.kind, view.schema, headers, body)
    return {**message, "summary": f"{notice.urgency.value}; {asks}"}


def _message(
    kind: str, schema: Schema, headers: dict[str, Any], example: dict[str, Any]
) -> dict[str, Any]:
    return {
        "name": kind,
        "title": schema["name"],
        "contentType": "application/avro",
        "headers": {"type": "object", "required": sorted(headers), "properties": headers},
        "payload": {"schemaFormat": AVRO, "schema": schema},
        "bindings": MESSAGE_BINDING,
        "examples": [{"name": "invented", "payload": example}],
    }


def _head(kind: str, schema_id: int) -> dict[str, Any]:
    """CloudEvents 1.0 in binary mode."""
    return {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"type": "string", "format": "uuid", "description": "Seen twice: drop one."},
        "ce_type": {"const": kind},
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_dataschema": {"const": f"urn:mappa-hub:schema:{schema_id}"},
        "content-type": {"const": "application/avro"},
    }


def _returned() -> dict[str, Any]:
    headers = {name: {"type": "string", "description": words} for name, words in _RETURNED.items()}
    return {
        "name": "returned",
        "title": "What came back",
        "summary": "The bytes and headers as they were said, and why they came back.",
        "contentType": "application/octet-stream",
        "headers": {"type": "object", "required": sorted(headers), "properties": headers},
    }


def _ref(where: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/{where}/{name}"}
