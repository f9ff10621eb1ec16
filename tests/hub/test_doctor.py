"""Seeded faults, each found and named with what to do; a well installation has none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from rich.console import Console

from services.agreements.broker_plan import Binding, Scope, Topic, desired
from services.agreements.faults import Finding
from services.agreements.live import Live
from services.hub.broker.certificates import ensure
from services.hub.broker.cluster import ClientConfig, Cluster
from services.hub.broker.layout import Home
from services.hub.doctor import agreed, broker, command, examine, files, offsets, running
from services.hub.doctor.agreed import BrokerHolds, VersionsSeen
from services.hub.doctor.broker import BrokerSeen
from services.hub.doctor.examine import Answer, Check
from services.hub.doctor.files import BuildSeen, Item, Room
from services.hub.doctor.offsets import ChangelogSeen, GroupSeen, LettersSeen, Waiting
from services.hub.doctor.patient import Patient
from services.hub.doctor.running import HeldSeen, TickSeen
from services.hub.start import Process
from services.runtime.faults import Stop, Unavailable
from services.runtime.names import SERVICES, Names
from services.runtime.symptoms import Symptom, Weight
from tests.agreements.makers import committed

NOW = datetime(2026, 11, 26, 3, tzinfo=UTC)
HOME = Path("/srv/hub")
NAMES = Names()
WANTED = desired(committed(), NAMES)
PASSWORDS = frozenset(NAMES.agency_user(slug) for slug in WANTED.users)
AS_AGREED = BrokerHolds(
    WANTED, Live(dict(WANTED.topics), WANTED.bindings, frozenset(), quotas=WANTED.quotas), PASSWORDS
)
SECURED = {
    "listeners": "INTERNAL://127.0.0.1:1,SCRAM://127.0.0.1:2,MTLS://127.0.0.1:3",
    "listener.security.protocol.map": "INTERNAL:SSL,SCRAM:SASL_SSL,MTLS:SSL",
    "listener.name.internal.ssl.client.auth": "required",
    "listener.name.mtls.ssl.client.auth": "required",
    "ssl.client.auth": "none",
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "auto.create.topics.enable": "false",
}
WELL_BROKER = BrokerSeen(1, 1, {"1": SECURED})
VERSION = committed().version
ONE_VERSION = VersionsSeen(committed(), files=VERSION, told=VERSION)
ONE_BUILD = BuildSeen("b1", 4, "b1", "b1", 4)
PROCESSES = [Process(f"{name}-1", 10, 20, 0, "") for name in SERVICES]
ALL_RUN = [*PROCESSES, Process("clock", 11, 21, 0, "")]
TICKING = TickSeen(NOW - timedelta(seconds=4), NOW - timedelta(seconds=4), 10)
AT_WORK = [GroupSeen("registry", 2, (Waiting(("log", 0), 70, 90, 60),))]
SAVED = [ChangelogSeen(("rows", 0), stable=80, old=75)]
NOBODY_HELD = [HeldSeen(name, 0) for name in SERVICES]
NO_LETTERS = [LettersSeen("police", 0, ours=False), LettersSeen("risk", 0, ours=True)]
SPACIOUS = Room(free=40 * 2**30, total=100 * 2**30)
CLOSED = [Item("secrets", folder=True, mode=0o700), Item("secrets/x", folder=False, mode=0o600)]


def of_broker(seen: BrokerSeen) -> Iterable[Symptom]:
    return broker.symptoms(seen)


def set_to(**settings: str) -> BrokerSeen:
    changed = {key.replace("__", "."): value for key, value in settings.items()}
    return replace(WELL_BROKER, settings={"1": {**SECURED, **changed}})


def of_drift(holds: BrokerHolds) -> Iterable[Symptom]:
    return agreed.drift(holds, Scope(NAMES))


def holding(*but: str, **changes: object) -> BrokerHolds:
    """The broker as agreed, without those topics, and with these changes of what it holds."""
    topics = {name: topic for name, topic in WANTED.topics.items() if name not in but}
    live = replace(AS_AGREED.live, topics=topics)
    return replace(AS_AGREED, live=replace(live, **changes))  # type: ignore[arg-type]  # by name


def with_topic(name: str, partitions: int | None = None, **configs: str) -> BrokerHolds:
    """The broker as agreed, but for one topic."""
    topic = WANTED.topics[name]
    set_so = {**topic.configs, **{key.replace("_", "."): to for key, to in configs.items()}}
    other = Topic(name, partitions or topic.partitions, set_so)
    return replace(AS_AGREED, live=replace(AS_AGREED.live, topics={**WANTED.topics, name: other}))


def stuck(members: int = 2, done: int = 50) -> list[GroupSeen]:
    return [GroupSeen("registry", members, (Waiting(("log", 0), done, 90, 60),))]


def of_changelog(topic: str, number: int) -> Iterable[Symptom]:
    return offsets.transactions([ChangelogSeen((topic, number), stable=70, old=75)], Names())


def of_tick(seen: TickSeen) -> Iterable[Symptom]:
    return running.clock(seen, NOW)


def tick(said_s: float, taken_s: float) -> TickSeen:
    return TickSeen(NOW + timedelta(seconds=said_s), NOW + timedelta(seconds=taken_s), 10)


def but(name: str, because: str = "", pid: int | None = 10) -> list[Process]:
    others = [one for one in ALL_RUN if one.name != name]
    return [*others, Process(name, pid, 20, 7, because)]


A_RIGHT = Binding("User:service-registry", "topic", NAMES.rows("registry"), "literal", "write")
TOO_MUCH = Binding("User:agency-dwp", "topic", NAMES.inbox("probation"), "literal", "read")
WIDE = Binding("User:somebody", "topic", "*", "literal", "read")
GIVEN = Path("/srv/hub/agencies/dwp/schemas/7.avsc")

UNREACHABLE_CONFIG: ClientConfig = {"bootstrap.servers": "127.0.0.1:1", "log_level": 0}
UNREACHABLE = Cluster("", "", "", HOME, HOME, HOME, HOME, local=False)

Find = Callable[[], Iterable[Symptom]]
SEEDED: dict[str, tuple[Find, str, str, str]] = {
    "the broker is away": (
        lambda: of_broker(BrokerSeen(0, 1, {})),
        *("broker", "does not answer", "hub up"),
    ),
    "one of three brokers is away": (
        lambda: of_broker(replace(WELL_BROKER, answering=2, expected=3)),
        *("broker", "2 of 3", "hub broker start"),
    ),
    "a listener without TLS": (
        lambda: of_broker(
            set_to(listener__security__protocol__map="INTERNAL:SSL,SCRAM:SASL_PLAINTEXT,MTLS:SSL")
        ),
        *("broker 1", "SCRAM is open without TLS", "server.properties"),
    ),
    "no authorizer": (
        lambda: of_broker(set_to(authorizer__class__name="")),
        *("broker 1", "no authorizer", "server.properties"),
    ),
    "a listener that asks for no certificate": (
        lambda: of_broker(set_to(listener__name__mtls__ssl__client__auth="requested")),
        *("broker 1", "MTLS lets in", "client.auth=required"),
    ),
    "topics made by asking": (
        lambda: of_broker(set_to(auto__create__topics__enable="true")),
        *("broker 1", "any topic", "server.properties"),
    ),
    "everybody let in where no right is": (
        lambda: of_broker(replace(WELL_BROKER, shows_the_log_to_anybody=True)),
        *("broker", "shows the log", "allow.everyone.if.no.acl.found=false"),
    ),
    "an agreement file not in order": (
        lambda: agreed.versions(
            replace(ONE_VERSION, files=None, findings=(Finding("dwp.yaml", 3, "kind", "odd"),)), NOW
        ),
        *("dwp.yaml:3", "kind: odd", "mend the file"),
    ),
    "applied agreements that were changed": (
        lambda: agreed.versions(VersionsSeen(None, "agreements were changed"), NOW),
        *("agreements", "were changed", "hub agreements apply"),
    ),
    "files that are not applied": (
        lambda: agreed.versions(replace(ONE_VERSION, files="other"), NOW),
        *("agreements", "the files say other", "hub agreements plan"),
    ),
    "agreements that are not adopted": (
        lambda: agreed.versions(replace(ONE_VERSION, told="other"), NOW),
        *("agreements", "the log was told other", "hub agreements apply"),
    ),
    "a topic that is missing": (
        lambda: of_drift(holding(NAMES.inbox("dwp"))),
        *("topic " + NAMES.inbox("dwp"), "is missing", "hub agreements apply"),
    ),
    "an inbox in two parts": (
        lambda: of_drift(with_topic(NAMES.inbox("dwp"), partitions=2)),
        *("topic " + NAMES.inbox("dwp"), "has 2 partitions, not 1", "fixed at birth"),
    ),
    "rows that are not compacted": (
        lambda: of_drift(with_topic(NAMES.rows("risk"), cleanup_policy="delete")),
        *("topic " + NAMES.rows("risk"), "is delete, not compact", "hub agreements apply"),
    ),
    "a log that is compacted": (
        lambda: of_drift(with_topic(NAMES.log, cleanup_policy="compact")),
        *("topic " + NAMES.log, "is compact, not delete", "hub agreements apply"),
    ),
    "a log that expires": (
        lambda: of_drift(with_topic(NAMES.log, retention_ms="604800000")),
        *("topic " + NAMES.log, "retention.ms is 604800000, not -1", "hub agreements apply"),
    ),
    "a right that is missing": (
        lambda: of_drift(holding(allowed=WANTED.bindings - {A_RIGHT})),
        *("rights", "missing: service-registry may write", "hub agreements apply"),
    ),
    "a right nobody agreed": (
        lambda: of_drift(holding(allowed=WANTED.bindings | {TOO_MUCH})),
        *("rights", "nobody agreed that agency-dwp may read", "takes it away"),
    ),
    "a right that reaches everything": (
        lambda: of_drift(holding(allowed=WANTED.bindings | {WIDE})),
        *("rights", "reaches our topics", "by hand"),
    ),
    "a refusal set by hand": (
        lambda: of_drift(holding(denied=frozenset({A_RIGHT}))),
        *("rights", "refused by hand", "hub agreements plan"),
    ),
    "an agency without a password": (
        lambda: of_drift(replace(AS_AGREED, users=PASSWORDS - {NAMES.agency_user("dwp")})),
        *("agency dwp", "no password", "hub agreements apply"),
    ),
    "a secret others can open": (
        lambda: files.closed([Item("secrets/agency-dwp", folder=False, mode=0o640)], HOME),
        *("secrets/agency-dwp", "open to other users", "chmod 600 /srv/hub/secrets/agency-dwp"),
    ),
    "a folder others can open": (
        lambda: files.closed([Item("pki", folder=True, mode=0o755)], HOME),
        *("pki", "open to other users", "chmod 700 /srv/hub/pki"),
    ),
    "a secret of somebody else's": (
        lambda: files.closed([Item("pki", folder=True, mode=0o700, ours=False)], HOME),
        *("pki", "another user", "chown"),
    ),
    "a schema under another's id": (
        lambda: files.given(GIVEN, {"name": "A"}, {7: {"name": "B"}}),
        *("agency dwp", "another schema under id 7", "ids.json"),
    ),
    "another build than adopted": (
        lambda: files.build(replace(ONE_BUILD, own="b2")),
        *("build b2", "adopted last is b1", "hub up"),
    ),
    "no build adopted": (
        lambda: files.build(BuildSeen("", -1, "b1", None, -1)),
        *("build b1", "no build was ever adopted", "hub up"),
    ),
    "a build adopted from elsewhere": (
        lambda: files.build(replace(ONE_BUILD, told="b9", told_at=5)),
        *("build", "was told build b9", "hub up"),
    ),
    "the build adopted again from elsewhere": (
        lambda: files.build(replace(ONE_BUILD, told_at=5)),
        *("build", "adopted again at 5", "hub up"),
    ),
    "a full disk": (
        lambda: files.room(Room(free=2**29, total=100 * 2**30)),
        *("disk", "0.5 GiB free (0 %)", "make room"),
    ),
    "a backup nobody takes any more": (
        lambda: files.backup(NOW - timedelta(hours=7), NOW),
        *("backup", "began 7 hours ago", "hub backup take"),
    ),
    "nothing runs": (
        lambda: running.processes([], HOME),
        *("services", "none runs", "hub up"),
    ),
    "a worker that is unwell": (
        lambda: running.processes(but("risk-1", because="does not answer"), HOME / "logs"),
        *("risk-1", "does not answer", "/srv/hub/logs/risk-1.log; restarts so far: 7"),
    ),
    "a service nobody runs": (
        lambda: running.processes([one for one in ALL_RUN if one.name != "notify-1"], HOME),
        *("notify", "has no process", "hub down, then hub up"),
    ),
    "a clock that is held": (
        lambda: running.processes(but("clock", pid=None), HOME),
        *("clock", "waits to be started", "hub clock"),
    ),
    "a clock that stands": (
        lambda: of_tick(tick(-120, -120)),
        *("clock", "ticked last 120 s ago", "logs/clock.log"),
    ),
    "a clock that never ticked": (
        lambda: of_tick(TickSeen(None, None, 10)),
        *("clock", "has not ticked", "hub clock"),
    ),
    "a clock that is ahead": (
        lambda: of_tick(tick(3590, -10)),
        *("the clock's machine", "3600 s ahead of", "NTP"),
    ),
    "a clock that is behind": (
        lambda: of_tick(tick(-70, -10)),
        *("the clock's machine", "60 s behind", "NTP"),
    ),
    "this machine's time is behind": (
        lambda: of_tick(tick(30, 30)),
        *("this machine's clock", "30 s behind the broker's", "NTP"),
    ),
    "a service without a worker": (
        lambda: offsets.groups(stuck(0, 60), stuck(0, 60)),
        *("registry", "no worker", "logs/registry-*.log"),
    ),
    "a service that is stuck": (
        lambda: offsets.groups(stuck(), stuck()),
        *("registry", "40 records wait in log[0]", "logs/registry-*.log"),
    ),
    "a transaction on rows that nobody ends": (
        lambda: of_changelog("hub-risk-rows", 3),
        *("hub-risk-rows[3]", "open at 70", "hub rebuild risk"),
    ),
    "a transaction on a journal that nobody ends": (
        lambda: of_changelog("hub-tracking-journal", 0),
        *("hub-tracking-journal[0]", "open at 70", "abort --topic hub-tracking-journal"),
    ),
    "persons that are held": (
        lambda: running.held([HeldSeen("risk", 3)]),
        *("risk", "3 held", "mend the rule"),
    ),
    "records set aside": (
        lambda: running.held([HeldSeen("risk", 0, parked=2)]),
        *("risk", "2 records set aside", "logs/risk"),
    ),
    "two builds that disagree": (
        lambda: running.held([HeldSeen("risk", 0, differ=1)]),
        *("risk", "two builds disagree", "stop all but the adopted build"),
    ),
    "a letter of our own that came back": (
        lambda: offsets.letters([LettersSeen("risk", 2, ours=True)]),
        *("risk", "2 of what it said were refused", "page a developer"),
    ),
}


@pytest.mark.parametrize("seed", SEEDED)
def test_a_seeded_fault_is_found_and_named_in_one_line(seed: str) -> None:
    find, where, wrong, do = SEEDED[seed]
    (found,) = find()
    assert found.where == where
    assert wrong in found.wrong
    assert do in found.do
    assert found.weight >= Weight.FAULT
    assert "\n" not in str(found)


@pytest.mark.parametrize(
    "find",
    [
        lambda: of_broker(WELL_BROKER),
        lambda: agreed.versions(ONE_VERSION, NOW),
        lambda: of_drift(AS_AGREED),
        lambda: files.closed(CLOSED, HOME),
        lambda: files.given(GIVEN, {"name": "A"}, {7: {"name": "A"}}),
        lambda: files.given(GIVEN.with_name(f"{2**30}.avsc"), {"name": "a view"}, {}),
        lambda: files.build(ONE_BUILD),
        lambda: files.build(replace(ONE_BUILD, told=None, told_at=-1)),
        lambda: files.room(SPACIOUS),
        lambda: files.backup(None, NOW),
        lambda: files.backup(NOW - timedelta(minutes=59), NOW),
        lambda: running.processes(ALL_RUN, HOME),
        lambda: of_tick(TICKING),
        lambda: running.held(NOBODY_HELD),
        lambda: offsets.groups(AT_WORK, AT_WORK),
        lambda: offsets.groups(stuck(done=40), stuck(done=50)),
        lambda: offsets.transactions(SAVED, Names()),
        lambda: offsets.letters(NO_LETTERS),
        lambda: files.schemas(HOME),
    ],
)
def test_what_is_well_has_no_symptom(find: Find) -> None:
    assert list(find()) == []


def test_what_somebody_else_has_to_do_is_shown_but_no_fault() -> None:
    (waits,) = offsets.letters([LettersSeen("dwp", 5, ours=False)])
    assert str(waits).startswith("agency dwp: 5 dead letters wait")
    last_day = min(g.ends_at for a in committed().receivers.values() for g in a.grants.values())
    ended = list(agreed.versions(ONE_VERSION, last_day))
    soon = list(agreed.versions(ONE_VERSION, last_day - timedelta(days=3)))
    assert "grants ended on" in ended[0].wrong
    assert "grants end on" in soon[0].wrong
    assert {one.weight for one in (waits, *ended, *soon)} == {Weight.WATCH}


def test_files_are_looked_at_as_they_are_and_not_changed(tmp_path: Path) -> None:
    ensure(Home(tmp_path).made())
    (tmp_path / "secrets" / "references").write_bytes(b"x" * 32)
    (tmp_path / "secrets" / "references").chmod(0o640)
    (tmp_path / "sftp").mkdir(mode=0o700)
    (tmp_path / "sftp" / "em.pub").write_text("public")
    (tmp_path / "bridges" / "em" / "drop").mkdir(parents=True)
    (tmp_path / "bridges" / "em" / "drop" / "rows.csv").write_text("theirs")
    tmp_path.chmod(0o700)
    found = list(files.closed(files.look_at_items(tmp_path), tmp_path))
    assert {one.where for one in found} == {"secrets/references", "bridges", "bridges/em"}
    assert (tmp_path / "secrets" / "references").stat().st_mode & 0o777 == 0o640
    missing = list(files.missing_secrets(tmp_path, ["agency-dwp"]))
    assert [one.where for one in missing] == ["secrets/agency-dwp"]
    assert list(files.certificates(tmp_path, datetime.now(UTC))) == []
    late = list(files.certificates(tmp_path, datetime.now(UTC) + timedelta(days=390)))
    assert {Path(one.where).name for one in late} == {"broker.pem", "hub-admin.pem"}
    assert all("expires on" in one.wrong for one in late)
    assert files.look_at_room(tmp_path).total > 0


def test_the_worst_is_said_first_and_a_fault_counts_more_than_what_is_not_seen() -> None:
    well, watch = Answer("disk"), Answer("letters", (Symptom("a", "b", "c", Weight.WATCH),))
    blind = Answer("build", (), "the broker does not answer")
    mild, bad = Symptom("topic [0]", "odd", "mend it"), Symptom("x", "y", "z", Weight.STOPS)
    faults = Answer("rights", (mild, bad))
    assert command.exit_code([well, watch]) == command.WELL
    assert command.exit_code([well, blind]) == command.NOT_SEEN
    assert command.exit_code([blind, faults]) == command.FAULTS
    as_json = json.loads(json.dumps(command.as_object([well, blind, faults], HOME)))
    assert as_json["exit"] == 2
    assert [one["verdict"] for one in as_json["checks"]] == ["well", "not seen", "fault"]
    assert as_json["checks"][2]["symptoms"][0]["do"] == "mend it"


def test_the_table_is_read_at_three_in_the_morning() -> None:
    mild, bad = Symptom("topic [0]", "odd", "mend it"), Symptom("x", "y", "z", Weight.STOPS)
    console = Console(width=80, no_color=True, force_terminal=False)
    with console.capture() as shown:
        command.show([Answer("disk"), Answer("rights", (mild, bad))], console)
    lines = [line.strip() for line in shown.get().splitlines()]
    assert lines[0].split() == ["disk", "well"]
    assert lines[1:5] == [
        "rights  fault  x: y",
        "→ z",
        "rights  fault  topic [0]: odd",
        "→ mend it",
    ]
    assert lines[5] == "Faults were found: begin with the first."


def test_without_an_installation_it_says_how_to_make_one(tmp_path: Path) -> None:
    told = CliRunner().invoke(command.doctor, ["--home", str(tmp_path)])
    assert told.exit_code == 1
    assert "hub broker start" in told.output


def test_a_check_that_cannot_look_does_not_keep_the_others_from_looking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised: dict[str, Exception] = {
        "no agreements; were applied": Stop("no agreements\nwere applied"),
        "did not answer: _TIMED_OUT": KafkaException(KafkaError(KafkaError._TIMED_OUT)),
        "cannot be opened: references": FileNotFoundError(2, "not there", "references"),
        "a file of the installation is damaged": KeyError("a/v1"),
    }

    def failing(error: Exception) -> Callable[[Patient], Iterable[Symptom]]:
        def fails(_: Patient) -> Iterable[Symptom]:
            raise error

        return fails

    def finds(_: Patient) -> Iterable[Symptom]:
        return [Symptom("disk", "full", "make room")]

    monkeypatch.setattr(broker, "ANSWERS_S", 0.2)
    monkeypatch.setattr(examine, "STARTS_S", 0.1)
    blind = [Check("blind", failing(error), asks_broker=False) for error in raised.values()]
    checks = [*blind, Check("seeing", finds, asks_broker=False), Check("asking", finds)]
    patient = Patient(tmp_path, UNREACHABLE, tmp_path, AdminClient(UNREACHABLE_CONFIG), NOW)
    first, *unseen, seeing, asking = examine.examine(patient, checks)
    assert first.verdict == seeing.verdict == "fault"
    for said, answer in zip(raised, unseen, strict=True):
        assert said in answer.not_seen
    assert asking.not_seen == "the broker does not answer"


def test_a_broker_that_has_just_started_is_asked_again(tmp_path: Path) -> None:
    refusals = [Unavailable("starting"), KafkaException(KafkaError(KafkaError._TIMED_OUT))]

    def find(_: Patient) -> Iterable[Symptom]:
        if refusals:
            raise refusals.pop()
        return []

    patient = Patient(tmp_path, UNREACHABLE, tmp_path, AdminClient(UNREACHABLE_CONFIG), NOW)
    assert examine.answer(Check("work", find), patient) == Answer("work")
    assert refusals == []


def test_every_check_has_a_name_of_its_own() -> None:
    names = [check.name for check in (examine.BROKER, *examine.CHECKS)]
    assert len(set(names)) == len(names) == 19
