"""What a seed decides: who says what of whom and when, and which misfortunes come.

A handful of invented people, each with a short story told by several agencies, with letters said
twice, late, out of order and in no shape at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from schemas import case, custody, eligibility, housing, log, notice, register, risk, tracking
from schemas.base import Fact, FactAboutPerson, Identifier, LogFact, sourced_id
from services.clock.app import tick
from services.hub.demo.identifiers import pnc, wrong_pnc
from services.hub.rules.in_force import NEWEST
from services.runtime.names import Names
from services.runtime.records import Outgoing
from services.runtime.schema_store import committed
from services.runtime.speech import as_said

F = TypeVar("F", bound=Fact)

BEGIN = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOME = register.Address(line="1 Example Street", postcode="ZZ99 9ZZ", council_code="E06000015")
SQUARE = tuple(
    tracking.Point(longitude_deg=longitude, latitude_deg=latitude)
    for longitude, latitude in ((-1.48, 52.92), (-1.47, 52.92), (-1.47, 52.93), (-1.48, 52.93))
)
POISON = "NO-TOOL"
"""An assessment by this tool is one that risk's rule fails on."""
CRASHING = date(1999, 12, 31)
"""A level set on that day is one that the door itself fails on."""
BUILDS = ("build-1", "build-2")

STRIKES = {
    "crash": 10,
    "straggler": 4,
    "freeze": 8,
    "lost-answer": 8,
    "slow": 5,
    "twice": 5,
    "leave": 4,
    "outage": 2,
    "all-down": 1,
    "roll": 1,
    "lift": 5,
    "recall": 4,
}
"""Misfortunes and how often each is drawn; what each does is in `play.py`."""
SPAN = 900
"""Steps among which misfortunes are spread: about as long as a story without any."""


@dataclass(frozen=True, slots=True)
class Saying:
    """Something somebody outside says."""

    speaker: str
    at: datetime
    out: Outgoing
    kind: str
    ce_id: str = ""
    admitted: bool = True
    """Whether it must end up in the log, if what it needs is said too."""
    needs: tuple[str, ...] = ()
    """Which letters make known whom it is about."""
    crashes: bool = False
    """Whether the door ends at it."""


@dataclass(frozen=True, slots=True)
class Strike:
    """One misfortune: whoever is at work at that step or soon after is struck."""

    after: int
    kind: str
    length: int


@dataclass(frozen=True, slots=True)
class Plan:
    """One schedule, whole: played again it is the same to the byte."""

    seed: int
    sayings: tuple[Saying, ...]
    strikes: tuple[Strike, ...]


def plan(seed: int, names: Names, agreements: str) -> Plan:
    """The schedule of that seed; `agreements` is the version that gets adopted."""
    draw = Random(f"plan {seed}")  # noqa: S311  # chance to be had again, not a secret
    members = Random(f"members {seed}")  # noqa: S311  # of its own, so that the rest stays as it was
    mistakes = Random(f"mistakes {seed}")  # noqa: S311  # likewise
    teller = _Teller(names, draw, members)
    sayings = list(teller.adoption(agreements))
    for number in range(1, draw.choice((2, 2, 3)) + 1):
        sayings += teller.story(number)
    sayings += teller.ticks()
    sayings += teller.trouble(sayings)
    for one in teller.mistakes(mistakes):
        sayings.insert(mistakes.randint(3, len(sayings)), one)
    strikes = draw.choices(list(STRIKES), list(STRIKES.values()), k=draw.randint(0, 7))
    return Plan(
        seed,
        tuple(sayings),
        tuple(Strike(draw.randrange(SPAN), kind, draw.randint(1, 250)) for kind in strikes),
    )


class _Teller:
    """Tells the stories of one schedule."""

    def __init__(self, names: Names, draw: Random, members: Random) -> None:
        self._names = names
        self._draw = draw
        self._members_draw = members
        self._count = 0
        self._needs: tuple[str, ...] = ()
        self._whose: list[tuple[Saying, Identifier]] = []

    def adoption(self, agreements: str) -> Iterator[Saying]:
        """Schemas, rules, agreements and a build, as whoever deploys says them."""
        yield self._of_log(log.SchemasAdopted, version=str(committed().highest))
        yield self._of_log(log.RulesAdopted, version=NEWEST)
        yield self._of_log(log.AgreementsAdopted, version=agreements)
        yield self._of_log(log.BuildAdopted, version=BUILDS[0])

    def story(self, number: int) -> list[Saying]:
        """What is said of one person, in the order it happened."""
        me = pnc(7000 + number)
        self._needs = ()
        told = [self._said(eligibility.ConvictionRecorded, "derbyshire-police", me, **_CONVICTION)]
        self._needs = (told[0].ce_id,)
        chapters = [self._case, self._watched, self._housed, self._notified, self._custody]
        for chapter in self._draw.sample(chapters, k=self._draw.randint(1, 3)):
            told += chapter(me, number)
        return [*told, *self._members(me)]

    def _case(self, me: Identifier, _: int) -> list[Saying]:
        say = self._said
        told = [
            say(case.AgencyJoinedCase, "probation", me, agency="derby-housing", role="member"),
            say(case.LevelSet, "probation", me, level=2, set_on=BEGIN.date()),
        ]
        if self._draw.random() < 0.3:
            told.append(say(case.AgencyLeftCase, "probation", me, agency="derby-housing"))
        return told

    def _members(self, me: Identifier) -> Iterator[Saying]:
        """Who leads, who joins late and learns what is current, who leaves and comes back."""
        say, told = self._said, case.AgencyJoinedCase
        draw = self._members_draw
        for agency, speaker in draw.choices(_MOVES, k=draw.randint(0, 8)):
            if agency == "lead":
                yield say(told, speaker, me, agency=speaker, role="lead")
            elif agency == "over":
                to = "derbyshire-police" if speaker == "probation" else "probation"
                yield say(case.LeadTransferred, speaker, me, agency=to, ground="agreed")
            elif agency.startswith("-"):
                yield say(case.AgencyLeftCase, speaker, me, agency=agency[1:])
            else:
                yield say(told, speaker, me, agency=agency, role="member")

    def _watched(self, me: Identifier, number: int) -> list[Saying]:
        say, zone, device = self._said, f"zone-{number}", f"device-{number}"
        told = [
            say(
                tracking.ZoneSet,
                "probation",
                me,
                zone_ref=zone,
                zone_version=1,
                zone=tracking.ZoneKind.EXCLUSION,
                outline=SQUARE,
                in_force_from=BEGIN - timedelta(days=1),
            ),
            say(tracking.TagFitted, "em", me, device_ref=device),
        ]
        known, self._needs = self._needs, (*self._needs, told[-1].ce_id)
        for inside in (True, False)[: self._draw.randint(1, 2)]:
            point = tracking.Point(longitude_deg=-1.475 if inside else -1.4, latitude_deg=52.925)
            told.append(
                say(
                    tracking.Position,
                    "em",
                    None,
                    device_ref=device,
                    point=point,
                    precision_m=6,
                    mechanism=tracking.Mechanism.GPS,
                )
            )
        if self._draw.random() < 0.4:
            tamper = tracking.Tamper.STRAP
            told.append(say(tracking.TagTampered, "em", None, device_ref=device, tamper=tamper))
        self._needs = known
        return told

    def _housed(self, me: Identifier, number: int) -> list[Saying]:
        ref = f"tenancy-{number}"
        return [
            self._said(
                housing.TenancyStarted,
                "derby-housing",
                me,
                tenancy_ref=ref,
                started_on=BEGIN.date(),
                home=HOME,
            )
        ]

    def _notified(self, me: Identifier, _: int) -> list[Saying]:
        kind = register.NotificationKind.INITIAL
        made = {"notification": kind, "made_on": BEGIN.date(), "home": HOME}
        return [self._said(register.NotificationMade, "derbyshire-police", me, **made)]

    def _custody(self, me: Identifier, _: int) -> list[Saying]:
        tool = POISON if self._draw.random() < 0.5 else "OASys-4.1"
        assessed = {"overall": risk.Rosh.HIGH, "tool": tool}
        told = [self._said(risk.RoshAssessed, "probation", me, **assessed)]
        if self._draw.random() < 0.7:
            told.append(self._said(risk.RoshAssessed, "probation", me, **assessed))
        release = {"release": custody.ReleaseKind.LICENCE, "prison_code": "ZZZ"}
        on = BEGIN.date() + timedelta(days=42)
        told.append(self._said(custody.ReleaseDateSet, "prison", me, release_on=on, **release))
        return told

    def ticks(self) -> list[Saying]:
        """The clock: it runs, jumps, stands and falls back."""
        self._needs = ()
        told, now = [], BEGIN
        for _ in range(self._draw.randint(1, 4)):
            now += self._draw.choice(_JUMPS)
            told.append(self._as_said(tick(now), "clock", at=max(now, BEGIN), admitted=False))
        return told

    def trouble(self, sayings: list[Saying]) -> list[Saying]:
        """Said twice and late, or in no shape at all."""
        draw, told = self._draw, []
        for one in draw.sample(sayings, k=min(len(sayings), draw.randint(0, 2))):
            told.append(one)
        if draw.random() < 0.3:
            topic = self._names.said("probation", case.LevelSet)
            told.append(
                Saying("probation", BEGIN, Outgoing(topic, None, b"nonsense"), "", admitted=False)
            )
        if draw.random() < 0.2:
            wrong = self._said(
                case.LevelSet, "probation", wrong_pnc(7001), level=1, set_on=BEGIN.date()
            )
            told.append(_not_admitted(wrong))
        if draw.random() < 0.1:
            fatal = self._said(case.LevelSet, "probation", pnc(7001), level=1, set_on=CRASHING)
            told.append(replace(fatal, admitted=False, crashes=True))
        if draw.random() < 0.2:
            nobody = self._said(case.LevelSet, "probation", pnc(7999), level=1, set_on=BEGIN.date())
            told.append(_not_admitted(nobody))
        return told

    def mistakes(self, draw: Random) -> list[Saying]:
        """What somebody takes back of what they said, or says of another's word; also too early."""
        told = []
        known = [one for one in self._whose if one[0].needs or one[0].kind == _MAKES_KNOWN]
        for saying, me in draw.choices(known, k=draw.choice((0, 0, 1, 1, 2, 3))):
            self._needs = saying.needs or (saying.ce_id,)
            speaker = saying.speaker if draw.random() < 0.8 else "derbyshire-police"
            ref, mistake = UUID(saying.ce_id), draw.choice(tuple(notice.Mistake))
            told.append(
                self._said(notice.FactTakenBack, speaker, me, fact_ref=ref, mistake=mistake)
            )
        return told

    def _of_log(self, kind: type[LogFact], **fields: Any) -> Saying:
        self._count += 1
        number = sourced_id("deploy", kind.kind(), str(self._count))
        fact = kind(event_id=number, occurred_at=BEGIN, source="deploy", **fields)
        return self._as_said(fact, "deploy", at=BEGIN)

    def _said(
        self,
        kind: type[F],
        speaker: str,
        me: Identifier | None,
        **fields: Any,
    ) -> Saying:
        self._count += 1
        at = BEGIN + timedelta(minutes=self._count)
        if issubclass(kind, FactAboutPerson):
            fields["identifiers"] = (me,)
        fact = kind(
            event_id=sourced_id(speaker, kind.kind(), str(self._count)),
            occurred_at=at,
            source=speaker,
            **fields,
        )
        raw = kind is tracking.Position
        saying = self._as_said(fact, speaker, at=at, admitted=not raw)
        if me is not None and not raw:
            self._whose.append((saying, me))
        return saying

    def _as_said(self, fact: Fact, speaker: str, *, at: datetime, admitted: bool = True) -> Saying:
        out = as_said(self._names, fact)
        return Saying(speaker, at, out, fact.kind(), str(fact.event_id), admitted, self._needs)


_CONVICTION: dict[str, Any] = {
    "family_name": "Testperson",
    "given_names": "Exemplar",
    "born_on": date(1980, 1, 31),
    "convicted_on": BEGIN.date(),
    "disposal": eligibility.Disposal.IMPRISONMENT,
    "term_months": 30,
    "schedule_3": True,
}
_MAKES_KNOWN = eligibility.ConvictionRecorded.kind()
_MOVES = (
    ("lead", "probation"),
    ("lead", "derbyshire-police"),
    ("over", "probation"),
    ("over", "derbyshire-police"),
    ("derby-housing", "probation"),
    ("-derby-housing", "derbyshire-police"),
    ("prison", "probation"),
    ("-prison", "probation"),
    ("em", "derbyshire-police"),
    ("-em", "derbyshire-police"),
)
"""Who joins or, with a dash, leaves, takes the lead or hands it over; and who says so."""
_JUMPS = (
    timedelta(minutes=1),
    timedelta(minutes=20),
    timedelta(hours=5),
    timedelta(days=4),
    timedelta(days=380),
    timedelta(),
    timedelta(minutes=-7),
)


def _not_admitted(saying: Saying) -> Saying:
    return replace(saying, admitted=False)
