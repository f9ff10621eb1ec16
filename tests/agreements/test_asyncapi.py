"""The AsyncAPI document: valid by the official schema, and of the agency's own agreement alone."""

import json
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fastavro import parse_schema
from jsonschema_rs import Validator, validator_for

from services.agreements import asyncapi
from services.agreements.compile import load
from services.runtime.names import Names
from services.runtime.schema_store import committed as schemas
from tests.agreements.makers import FILES, committed

AGENCIES = list(committed().agencies)
NAMES = Names()


@cache
def official() -> Validator:
    """The specification's own schema, version 3.0.0."""
    path = Path(__file__).parent / "asyncapi" / "3.0.0.json"
    return validator_for(json.loads(path.read_bytes()))


@cache
def document(slug: str) -> dict[str, Any]:
    made = asyncapi.document(committed().agencies[slug], NAMES, schemas().highest)
    as_written: dict[str, Any] = json.loads(json.dumps(made))
    return as_written


def wrong(one: dict[str, Any]) -> list[str]:
    return ["/".join(map(str, error.instance_path)) for error in official().iter_errors(one)]


@pytest.mark.parametrize("slug", AGENCIES)
def test_it_is_valid_by_the_official_schema(slug: str) -> None:
    assert wrong(document(slug)) == []


def test_the_official_schema_finds_what_is_wrong() -> None:
    broken = deepcopy(document("dwp"))
    broken["channels"]["inbox"]["address"] = 5
    broken["components"]["messages"]["returned"]["payload"] = {
        "schemaFormat": asyncapi.AVRO,
        "schema": {"type": "record"},
    }
    assert wrong(broken) == ["channels/inbox", "components/messages/returned"]


@pytest.mark.parametrize("slug", AGENCIES)
def test_every_reference_leads_somewhere(slug: str) -> None:
    whole = document(slug)
    found = list(references(whole))
    assert found
    for reference in found:
        at: Any = whole
        for step in reference.removeprefix("#/").split("/"):
            at = at[step]


def references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [one for value in part.values() for one in references(value)]
    return [one for item in part for one in references(item)] if isinstance(part, list) else []


@pytest.mark.parametrize("slug", AGENCIES)
def test_it_says_where_the_agency_speaks_and_listens(slug: str) -> None:
    agency, whole = committed().agencies[slug], document(slug)
    addresses = {channel["address"] for channel in whole["channels"].values()}
    assert {NAMES.inbox(slug), NAMES.dead(slug)} <= addresses
    assert len(addresses) == len(agency.says) + 2
    actions = [operation["action"] for operation in whole["operations"].values()]
    assert actions.count("send") == len(agency.says)
    assert actions.count("receive") == 1 + bool(agency.grants)
    told = whole["channels"]["inbox"]["messages"]
    views = {notice.view.schema_id for notice in agency.notices}
    assert {int(name.rpartition(".")[2]) for name in told} == views


@pytest.mark.parametrize("slug", AGENCIES)
def test_every_payload_is_an_avro_schema(slug: str) -> None:
    for message in document(slug)["components"]["messages"].values():
        if "payload" in message:
            assert parse_schema(message["payload"]["schema"])


@pytest.mark.parametrize("slug", AGENCIES)
def test_no_other_bodys_file_changes_a_byte_of_it(slug: str, tmp_path: Path) -> None:
    (tmp_path / f"{slug}.yaml").write_bytes((FILES / f"{slug}.yaml").read_bytes())
    alone = load(tmp_path).agencies[slug]
    made = asyncapi.document(alone, NAMES, schemas().highest)
    assert json.loads(json.dumps(made)) == document(slug)


@pytest.mark.parametrize("slug", AGENCIES)
def test_it_holds_no_address_of_a_broker_and_no_secret(slug: str) -> None:
    for server in document(slug)["servers"].values():
        assert server["host"] == "{bootstrap}"
    text = json.dumps(document(slug))
    assert "sasl.password" not in text
    assert "localhost" not in text
