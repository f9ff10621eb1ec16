"""On a real broker: why somebody was told, and what other agreements would have told."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from secrets import randbelow, token_hex
from shutil import copytree
from typing import Any

import click
import pytest
from click.testing import CliRunner

from schemas.custody import ReleaseDateSet
from services.agreements.actors import Role
from services.hub.cli import main
from services.hub.why.answer import UNKNOWN, Answer, Asker
from services.hub.why.command import looking
from services.hub.why.question import Question, answered
from tests.journeys.hub import AGREEMENTS, Hub, eventually
from tests.makers import a_conviction, a_joining, a_pnc, a_release_date

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]
PROBATION = Asker("probation", frozenset({Role.CO_ORDINATOR}))


def test_why_and_what_if_are_answered_from_the_log_of_a_hub_that_runs(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    her: dict[str, Any] = {"identifiers": (a_pnc(1_000_000 + randbelow(8_000_000)),)}
    before = len(hub.told("dwp", ReleaseDateSet))
    hub.say(tmp_path, a_conviction(**her), a_joining("dwp", **her))
    hub.at_rest()
    code = f"Q{chr(65 + randbelow(26))}{chr(65 + randbelow(26))}"
    hub.say(tmp_path, a_release_date(prison_code=code, **her))
    eventually(lambda: len(hub.told("dwp", ReleaseDateSet)) > before, 60, "dwp is told")
    hub.at_rest()
    mine = next(
        n for n in hub.told("probation", ReleaseDateSet) if n["told"]["prison_code"] == code
    )
    ref = mine["person_ref"]

    answer = asked(hub, Question(agency="dwp", fact="release-date-set", person_ref=ref))
    assert answer.found
    assert hub.cluster.names.inbox("probation") in answer.words[0]
    assert "dwp: told" in answer.words[1]
    assert code not in "\n".join(answer.words)
    refused = asked(hub, Question(agency="derby-housing", fact="release-date-set", person_ref=ref))
    assert "(on_case)" in refused.words[1]
    for nobody in (f"p-{token_hex(16)}", "p-1"):
        question = Question(agency="dwp", fact="release-date-set", person_ref=nobody)
        assert asked(hub, question) == Answer(False, (UNKNOWN,))
    number = asked(hub, Question(str(mine["notice_ref"])))
    assert any(line.strip().startswith("probation: told") for line in number.words)

    new = Path(copytree(AGREEMENTS, tmp_path / "new"))
    file = new / "dwp.yaml"
    file.write_text(file.read_text().replace("facts: [release-date-set]", "facts: []"))
    done = CliRunner().invoke(
        main,
        [
            *("agreements", "diff", "latest", str(new), "--json"),
            *("--home", str(hub.home), "--on", str(hub.home)),
        ],
    )
    assert done.exit_code == 3, done.output
    found = json.loads(done.output)["on_facts"]
    (whole,) = [one for one in found["differences"] if one["field"] == "(that it happened)"]
    assert (whole["agency"], whole["direction"]) == ("dwp", "narrows")
    assert whole["notices"] >= 1
    with capsys.disabled():
        click.echo(f"\n{found['facts']} facts: {whole['notices']} notices narrow for dwp")


def asked(hub: Hub, question: Question) -> Answer:
    return asyncio.run(answered(question, PROBATION, looking(hub.home)))
