"""What a partner runs against a running hub before it goes live: with its own folder, no more.

Nothing is said that the hub keeps: see `trial`. Nothing is written to a topic of somebody else, nor
taken from the agency's own group: what others' topics would allow is asked of the broker.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from uuid import UUID, uuid4

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from schemas.notice import NoticeReceipted
from services.hub.agency import trial
from services.hub.agency.look import latest
from services.hub.agency.partner import (
    Answer,
    Partner,
    cluster_rights,
    group_rights,
    topic_rights,
    words,
)
from services.hub.agency.refusals import TRIAL, mend
from services.runtime.faults import Stop, Unavailable, Unreadable
from services.runtime.topics import Reader

MAY_WRITE = frozenset({"WRITE", "DESCRIBE"})
MAY_READ = frozenset({"READ", "DESCRIBE"})
NOTICES = 100
"""Of the inbox so many are looked at, the latest."""
ASK_ANEW = "take the folder anew; if it is, ask the hub's operator: hub agreements plan"
WIDER = "tell the hub's operator: hub agreements plan shows what nobody agreed"
AGAIN = "try again; if it stays so, ask the hub's operator: hub doctor"
DENIED = {
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
}
FIRST = "see to what is above first"


@dataclass(frozen=True)
class Check:
    """One thing that was tried."""

    name: str
    seen: str
    """What was found: codes, names and counts, never a value."""
    do: str = ""
    """What to do about it; empty where it is as it should be."""

    @property
    def well(self) -> bool:
        """Whether it is as it should be."""
        return not self.do


def examine(folder: Path, slug: str, within_s: float) -> Iterator[Check]:
    """Every check, in the order in which to mend what is wrong; it ends where none can follow."""
    try:
        partner = Partner.read(folder)
    except Stop as unusable:
        yield Check("folder", str(unusable), "take the folder anew, as a whole")
        return
    if partner.slug != slug:
        yield Check("folder", "it is another agency's", "use the folder of the one you asked for")
        return
    weak = words(partner.bundle.client)
    yield Check("folder", "; ".join(weak) or "complete; TLS is asked for", _STRICT if weak else "")
    hands = [_hands(partner, host, port) for host, port in partner.hosts]
    yield from hands or [Check("TLS", "no broker is named", "take the folder anew")]
    try:
        admin = partner.admitted()
    except KafkaException as refused:
        yield _not_let_in(refused.args[0])
        return
    yield Check("let in", f"as {partner.names.agency_user(partner.slug)}")
    try:
        yield from _rights(partner, admin)
        yield from _letters_read(partner)
        yield from _said(partner, admin, within_s)
        yield from _sizes(partner, admin)
    except (Unavailable, KafkaException) as away:
        what = away.args[0].name() if isinstance(away, KafkaException) else str(away)
        yield Check("broker", what, AGAIN)


_STRICT = "leave client.properties as it was handed over: the broker has to prove who it is"


def _hands(partner: Partner, host: str, port: int) -> Check:
    name = f"TLS {host}:{port}"
    try:
        version = partner.shake_hands(host, port)
    except ssl.SSLCertVerificationError as wrong:
        said = f"the certificate does not verify: {wrong.verify_message}"
        return Check(name, said, "do not go on with it: take ca.pem anew, by the way it first came")
    except OSError as away:
        do = "open the way to it, or take the folder anew if the hub has moved"
        return Check(name, f"no TLS: {type(away).__name__}", do)
    return Check(name, f"{version}, certificate verified by ca.pem")


def _not_let_in(error: KafkaError) -> Check:
    do = {
        KafkaError._AUTHENTICATION: "take the folder anew: another password is in use",  # noqa: SLF001
        KafkaError._SSL: "take ca.pem anew, by the way it first came",  # noqa: SLF001
    }
    return Check("let in", error.name(), do.get(error.code(), "see whether the broker is up"))


# -- what it may do


def _rights(partner: Partner, admin: AdminClient) -> Iterator[Check]:
    """By the broker's own word, topic by topic; a right too many counts as much as one missing."""
    bundle, names = partner.bundle, partner.names
    writes = dict.fromkeys(bundle.says.values(), MAY_WRITE)
    wanted = {**writes, bundle.inbox: MAY_READ, partner.dead: MAY_READ}
    shown = set(admin.list_topics(timeout=15).topics)
    for topic, answer in topic_rights(admin, wanted).items():
        verb = "write" if wanted[topic] == MAY_WRITE else "read"
        yield _right(f"may {verb} {topic}", wanted[topic], answer)
    group = bundle.group
    yield _right(f"may use group {group}", MAY_READ, group_rights(admin, group))
    others = sorted(shown - wanted.keys())
    do = WIDER if others else ""
    yield Check("is shown no other topic", ", ".join(others) or "only its own", do)
    foreign = [names.log, names.inbox(trial.STRANGER), names.dead(trial.STRANGER)]
    for topic, answer in topic_rights(admin, foreign).items():
        yield _refused(f"may not touch {topic}", answer)
    yield _refused("may use no other group", group_rights(admin, names.agency_user(trial.STRANGER)))
    yield _refused("administers nothing", cluster_rights(admin))


def _right(name: str, wanted: frozenset[str], answer: frozenset[str] | Answer) -> Check:
    if not isinstance(answer, frozenset):
        if _denied(answer):
            return Check(name, f"the right is missing: {_code(answer)}", ASK_ANEW)
        return Check(name, f"the broker does not say: {_code(answer)}", AGAIN)
    missing, more = wanted - answer, answer - wanted
    if missing:
        return Check(name, f"the right is missing: {', '.join(sorted(missing))}", ASK_ANEW)
    return Check(
        name, f"and more: {', '.join(sorted(more))}" if more else "yes", WIDER if more else ""
    )


def _refused(name: str, answer: frozenset[str] | Answer) -> Check:
    if isinstance(answer, frozenset) and answer:
        return Check(name, f"it may: {', '.join(sorted(answer))}", WIDER)
    if isinstance(answer, frozenset) or _denied(answer):
        return Check(name, "refused")
    return Check(name, f"the broker does not say: {_code(answer)}", AGAIN)


def _denied(answer: Answer) -> bool:
    return answer is not None and answer.code() in DENIED


# -- what it reads


def _letters_read(partner: Partner) -> Iterator[Check]:
    """What stands in the inbox can be read by the schemas of the folder; nothing is taken."""
    reader = Reader(partner.config)
    try:
        for record in latest(reader, partner.bundle.inbox, NOTICES):
            partner.bundle.notice(record.value or b"")
    except Unreadable as unreadable:
        yield Check("reads its notices", unreadable.reason, "take the folder's schemas anew")
    except Unavailable as refused:
        yield Check("reads its notices", str(refused), FIRST)
    else:
        yield Check("reads its notices", f"the latest {NOTICES} at most, by its own schemas")
    finally:
        reader.close()


# -- what it says, and what comes back


def _said(partner: Partner, admin: AdminClient, within_s: float) -> Iterator[Check]:
    """Letters that have to come back, each with its own reason; and how long that took."""
    bundle, run = partner.bundle, uuid4()
    topics = {k: t for k, t in bundle.says.items() if t in _writable(admin, bundle.says.values())}
    letters = list(trial.letters(partner.slug, topics, bundle.schema_ids, run, datetime.now(UTC)))
    reader = Reader(partner.config)
    try:
        _, end = reader.ends(partner.dead)
        answers = partner.say([(one.topic, one.value, one.headers) for one in letters])
        sent = [one for one, error in zip(letters, answers, strict=True) if error is None]
        back = _back(reader, partner.dead, end, [one.number for one in sent], within_s)
    finally:
        reader.close()
    for one, error in zip(letters, answers, strict=True):
        yield _answered(one, error, back.get(one.number), within_s)
    for kind in bundle.says.keys() - topics.keys():
        yield Check(f"says {kind}", "not tried: it may not write there", FIRST)
    if NoticeReceipted.kind() not in bundle.says:
        yield Check("receipt", "its agreement has none to send")


def _writable(admin: AdminClient, topics: Iterable[str]) -> set[str]:
    rights = topic_rights(admin, topics)
    return {t for t, may in rights.items() if isinstance(may, frozenset) and "WRITE" in may}


def _back(
    reader: Reader, dead: str, since: int, wanted: Sequence[UUID], within_s: float
) -> dict[UUID, str]:
    """By number, the reason with which each came back, as far as they did in that time."""
    left = {str(number).encode(): number for number in wanted}
    found: dict[UUID, str] = {}
    until = monotonic() + within_s
    while left and monotonic() < until:
        for record in reader.part(dead, 0, since=since):
            since = record.offset + 1
            number = left.pop(record.header("ce_id") or b"", None)
            if number is not None and record.header(TRIAL) is not None:
                found[number] = (record.header("hub_reason") or b"").decode(errors="replace")
        sleep(0.2)
    return found


_SORTS = {
    "valid": "in order",
    "foreign": "under another's name",
    "unreadable": "not a record",
}


def _answered(one: trial.Letter, error: Answer, reason: str | None, within_s: float) -> Check:
    what = "receipt" if one.kind == NoticeReceipted.kind() else f"says {one.kind}"
    name = f"{what}, {_SORTS[one.what]}"
    if error is not None:
        return Check(name, f"the broker refused it: {error.name()}", FIRST)
    if reason is None:
        do = "see that the hub runs (its operator: hub status), then try again"
        return Check(name, f"no answer in {within_s:.0f} s; expected {one.expected}", do)
    if reason != one.expected:
        return Check(name, f"came back with {reason}; expected {one.expected}", mend(reason))
    return Check(name, f"came back with {reason}, as it should")


# -- its limits


def _sizes(partner: Partner, admin: AdminClient) -> Iterator[Check]:
    """The broker takes nothing longer than agreed; what it refuses leaves nothing behind."""
    topics = sorted(_writable(admin, partner.bundle.says.values()))
    size = partner.limit_bytes + 1
    marks = ((TRIAL, b"too large"),)
    answers = partner.say([(topic, bytes(size), marks) for topic in topics])
    for topic, error in zip(topics, answers, strict=True):
        name = f"size limit of {topic}"
        if error is None:
            do = f"send no such; tell the hub's operator that the limit is off: {ASK_ANEW}"
            yield Check(name, f"{size} bytes were taken, which is too large", do)
        elif error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
            yield Check(name, f"{size} bytes refused, as it should be")
        else:
            yield Check(name, _code(error), FIRST)


def _code(error: Answer) -> str:
    return "no answer" if error is None else error.name()
