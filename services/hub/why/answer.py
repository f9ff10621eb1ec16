"""The answer in words, for somebody of an agency: which line, filter, class, fact and place.

What they may know is what their own agency was told and still would be. Of that, people who answer
for the arrangements learn also why another agency was told or was not; of anything else the answer
is one and the same, whether there is such a thing or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from schemas.base import Fact, FieldClass, PersonId
from schemas.case import (
    AgencyJoinedCase,
    AgencyLeftCase,
    LeadSettled,
    LevelSet,
    LimitedAccessSet,
)
from schemas.catalogue import entry_of
from schemas.eligibility import ConvictionRecorded
from schemas.housing import TenancyStarted
from schemas.log import ActRefused, Decided
from schemas.notice import NoticeIssued
from schemas.register import AddressChanged, CategoryChanged
from services.agreements import in_words
from services.agreements.actors import Role
from services.agreements.acts import ACTS, is_about
from services.agreements.compile import Agreements, Grant
from services.agreements.model import Kind
from services.agreements.references import References
from services.agreements.views import View
from services.hub.agency.why import Told, taken_back
from services.hub.policy.shown import fields_of
from services.hub.recording import Recording
from services.hub.why.replay import Judgement, Person, Replay, subject_of
from services.notify.domain import LEFT
from services.runtime import wire

ANSWERS_FOR_ALL = frozenset(
    {Role.CO_ORDINATOR, Role.LEAD_OFFICER, Role.INFORMATION_GOVERNANCE_OFFICER}
)
"""Of a body of the Responsible Authority: who may ask about other agencies. Decision 17."""
UNKNOWN = "nothing that you may know of goes by that; what others know is not said, nor if it is so"
NO_SUCH_FACT = "your agency was told of no such fact of that person, so nothing is said of others"
_LIMITED = {
    "excluded": "the case is limited, and it is excluded from it",
    "not-named": "the case is limited, and it is not on its list",
    LEFT: "the person is in no category any more, so of what is live nobody is told",
}
_WITHDRAWN = "withdrawn unread when its agreement narrowed, and told again as far as it still was"
_WAITS = "its grant is suspended there, and it waits"
_WAITED = "it waited while the grant was suspended, and was told once that was released"
_LAPSED = "its grant was suspended there, and what waited was left out for good"
_JOINED = "told when it joined the case"
_WHEN: Mapping[type[Fact], str] = {
    CategoryChanged: "told when the person was in a category again",
    LeadSettled: "told when it came onto the case with the lead",
}
"""By what set it off, where it was not told at once."""
ONE_OF = "one of the conditions of its grant; which, your agency may not know"
_BEHIND: Mapping[type[Fact], FieldClass] = {
    AgencyJoinedCase: FieldClass.MANAGEMENT,
    AgencyLeftCase: FieldClass.MANAGEMENT,
    LimitedAccessSet: FieldClass.MANAGEMENT,
    CategoryChanged: FieldClass.MANAGEMENT,
    LevelSet: FieldClass.MANAGEMENT,
    AddressChanged: FieldClass.LOCATION,
    TenancyStarted: FieldClass.LOCATION,
    ConvictionRecorded: FieldClass.IDENTITY,
}
"""What conditions look at, and of which class it is: who may not know all of it is not told which
condition did not hold, since the last that fails also tells that those before it do."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody enrolled, who has shown to be it."""

    agency: str
    roles: frozenset[Role]
    actor: str = ""

    def answers_for_all(self, agreements: Agreements) -> bool:
        """Whether they may ask about other agencies than their own."""
        return agreements.is_responsible_authority(self.agency) and bool(
            ANSWERS_FOR_ALL & self.roles
        )

    @property
    def sees_persons(self) -> bool:
        """Whether they see any person's data at all."""
        return self.roles != {Role.ON_CALL}


@dataclass(frozen=True, slots=True)
class Answer:
    """In sentences, each with the line or place it is about."""

    found: bool
    """Whether there is something that the asker may know."""
    words: tuple[str, ...]


_UNKNOWN = Answer(False, (UNKNOWN,))


@dataclass(frozen=True)
class Desk:
    """Answers one asker about one hub."""

    asker: Asker
    replay: Replay
    own: Sequence[Told]
    """The inbox of the asker's agency, as its own credentials are shown it."""

    @property
    def _me(self) -> str:
        return self.asker.agency

    @property
    def _recording(self) -> Recording:
        return self.replay.recording

    @property
    def _references(self) -> References:
        return self.replay.references

    async def of_absence(self, agency: str, person_ref: str, kind: str) -> Answer:
        """Why that agency was told such facts of that person, or was not."""
        person_id = self._references.person(self._me, person_ref)
        person = Person() if person_id is None else await self.replay.of(person_id)
        known = self._known(person)
        if not known:
            return _UNKNOWN
        of_kind = [one for one in known if one.fact.kind() == kind]
        if not of_kind:
            return Answer(False, (NO_SUCH_FACT,))
        return self._answer([agency], of_kind, person, known)

    async def of_number(self, number: str) -> Answer:
        """Why everybody was told of the fact with that number, or one agency by that notice."""
        found = self._in_log(number)
        if found is None:
            return _UNKNOWN
        person_id, agency = found
        person = await self.replay.of(person_id)
        known = self._known(person)
        meant = [one for one in known if self._is_meant(number, agency, one, person)]
        if not meant:
            return _UNKNOWN
        everybody = sorted(meant[0].agreements.agencies)
        return self._answer([agency] if agency else everybody, meant, person, known)

    def _answer(
        self,
        agencies: Sequence[str],
        facts: Iterable[Judgement],
        person: Person,
        known: Sequence[Judgement],
    ) -> Answer:
        lines = (self._explained(agencies, one, person, known) for one in facts)
        return Answer(True, tuple(chain.from_iterable(lines)))

    # -- what the asker may know

    def _known(self, person: Person) -> list[Judgement]:
        """Of whom it was told anything and still would be: those facts, and what it said itself.

        That its own word came in is its to know only of somebody of whom it was told.
        """
        told = {one.fact.event_id for one in person.judgements if self._was_told(one, person)}
        own = self._me if told else ""
        return [
            one for one in person.judgements if one.fact.event_id in told or one.fact.source == own
        ]

    def _was_told(self, one: Judgement, person: Person) -> bool:
        told = any(person.notices_of(one, self._me))
        return told and person.may_still_be_told(self._me, one.fact)

    def _may_name(self, one: Judgement) -> bool:
        """Whether its event's id is the asker's agency's to know: it is made of its source."""
        mine = one.by_agency.get(self._me)
        shown = mine is not None and FieldClass.PROVENANCE in mine[0].shown.whole
        return shown or one.fact.source == self._me

    def _may_know_conditions(self, person: Person, known: Sequence[Judgement]) -> bool:
        """Whether all that conditions look at is the asker's agency's to know of that person."""
        mine = known[-1].agreements.receivers[self._me]
        for fact, needed in _BEHIND.items():
            grant = mine.grants.get(fact.kind())
            granted = grant is not None and needed in grant.shown.whole
            if not granted and fact.kind() not in mine.says:
                return False
        behind = [one for one in person.judgements if type(one.fact) in _BEHIND]
        return all(one in known for one in behind)

    # -- where it stands

    def _is_meant(self, number: str, agency: str, one: Judgement, person: Person) -> bool:
        if not agency:
            return number == str(one.fact.event_id) and self._may_name(one)
        return any(number == str(notice) for _, notice in person.notices_of(one, agency))

    def _in_log(self, number: str) -> tuple[PersonId, str] | None:
        """The person behind the number of a fact or of a notice, and of a notice whose it is."""
        for part in self._recording.log.values():
            for record in part:
                person = subject_of(record)
                if person is None:
                    continue
                if number == wire.header(record.headers, "ce_id"):
                    return person, ""
                if wire.kind_of(record.headers) == NoticeIssued.kind():
                    fact = wire.decode(record.value or b"")
                    if isinstance(fact, NoticeIssued) and number == str(fact.notice_ref):
                        return person, fact.agency
        return None

    # -- in words

    def _explained(
        self, agencies: Iterable[str], one: Judgement, person: Person, known: Sequence[Judgement]
    ) -> Iterator[str]:
        """Which fact, where the asker's agency has it, and why each of those has it or has not."""
        name, at = entry_of(one.fact).topic_part, one.fact.occurred_at.isoformat()
        yield f"{name} of {at} ({self._place(one, person)}), agreements {one.agreements.version}:"
        for agency in agencies:
            yield from self._of(agency, one, person, known)

    def _place(self, one: Judgement, person: Person) -> str:
        if one.fact.source == self._me:
            return "your agency said it"
        numbers = {number for _, number in person.notices_of(one, self._me)}
        found = (told for told in self.own if told.notice.notice_ref in numbers)
        told = next(found, None)
        if told is None:
            return "no longer in your inbox"
        return f"{told.record.topic}@{told.record.offset}, {told.notice.notice_ref}"

    def _of(
        self, agency: str, one: Judgement, person: Person, known: Sequence[Judgement]
    ) -> Iterator[str]:
        judged = one.by_agency.get(agency)
        told = [trigger for trigger, _ in person.notices_of(one, agency) if trigger in known]
        if judged is None:
            farewell = "told to stop: it is off the case, and no line is needed for that"
            yield f"  {agency}: {farewell if told else f'not told: {_not_granted(agency, one)}'}"
            return
        grant, stopped_by = judged
        line = _line(one.agreements, grant)
        if told:
            when = "told" if told[0] is one else _WHEN.get(type(told[0].fact), _JOINED)
            view = grant.view_at(told[0].rules.schemas)
            yield f"  {agency}: {when}, {grant.urgency.value}, until {grant.terms.expires}  {line}"
            yield from (f"    {words}" for words in _shown(view))
            numbers = {(agency, number) for _, number in person.notices_of(one, agency)}
            if numbers & person.withdrawn:
                yield f"    {_WITHDRAWN}"
            if numbers & person.resumed:
                yield f"    {_WAITED}"
            for number in sorted(numbers & person.taken_back.keys()):
                back = person.taken_back[number]
                yield f"    {taken_back(back.mistake, back.by, destroy=back.destroy)}"
        else:
            why = self._stopped(stopped_by, one, grant, person, known)
            yield f"  {agency}: not told: {why}  {line}"

    def _stopped(
        self,
        key: str | None,
        one: Judgement,
        grant: Grant,
        person: Person,
        known: Sequence[Judgement],
    ) -> str:
        if key is None and (grant.agency, grant.kind) in one.rules.suspended:
            number = self._references.notice(grant.agency, one.fact.event_id)
            return _LAPSED if (grant.agency, number) in person.lapsed else _WAITS
        if key is None:
            return "the schemas in use there have no field that is granted"
        if key == "own-word":
            return "it said so itself" if self._may_name(one) else ONE_OF
        if not self._may_know_conditions(person, known):
            return ONE_OF
        if key in _LIMITED:
            return _LIMITED[key]
        always = one.agreements.receivers[grant.agency].kind is not Kind.RESPONSIBLE_AUTHORITY
        for condition, words in in_words.conditions(grant, always_on_case=always):
            if condition == key:
                return f"it is told {words} ({key})"
        return ONE_OF


def of_act(
    number: str, asker: Asker | None, recording: Recording, agreements: Agreements
) -> Answer:
    """What was decided about the hub itself, or refused, under that number.

    Of an act about a person, as a release is, nobody hears but those who signed it.
    """
    for record in recording.log[0]:  # each act stands in every partition
        kind = wire.kind_of(record.headers)
        if kind in _ACTS and number == wire.header(record.headers, "ce_id"):
            fact = wire.decode(record.value or b"")
            if isinstance(fact, Decided | ActRefused) and _may_hear(fact, asker, agreements):
                return Answer(True, tuple(_act(fact)))
    return _UNKNOWN


_ACTS = (Decided.kind(), ActRefused.kind())


def _may_hear(fact: Decided | ActRefused, asker: Asker | None, agreements: Agreements) -> bool:
    act = ACTS.get((fact.what, fact.outcome))
    if asker is None or act is None:
        return False
    if isinstance(fact, Decided):
        signed = {one.actor for one in (fact.by, fact.second) if one}
        own = is_about(fact.subject, asker.agency)
    else:
        signed, own = {fact.actor or ""}, False
    if asker.actor in signed or own:
        return True
    may_sign = agreements.is_responsible_authority(asker.agency) and act.roles & asker.roles
    return bool(may_sign) and fact.person_id is None and act.what != "hold"


def _act(fact: Decided | ActRefused) -> Iterator[str]:
    act = ACTS[fact.what, fact.outcome]
    at = fact.recorded_at or fact.occurred_at
    if isinstance(fact, ActRefused):
        yield f"it was asked to {act.words}, {at.isoformat()}, and refused: {fact.reason}"
        roles = " or ".join(sorted(act.roles))
        yield f"it takes {act.people} in the role of {roles}; hub actor acts"
        return
    signed = [f"{one.actor} ({one.role}, {one.agency})" for one in (fact.by, fact.second) if one]
    yield f"it was decided to {act.words}, {at.isoformat()}: {', '.join(fact.reasons)}"
    yield f"signed by {' and '.join(signed)}"


def _not_granted(agency: str, one: Judgement) -> str:
    receiver = one.agreements.receivers.get(agency)
    if receiver is None:
        return "it has no agreement there"
    marks, name = receiver.marks, entry_of(one.fact).topic_part
    grant = receiver.grants.get(one.fact.kind())
    if grant is not None:
        return f"its grant ended with {grant.terms.expires}  {_line(one.agreements, grant)}"
    never = receiver.agreement.never.facts
    if name in never:
        at = marks.line(("never", "facts", never.index(name)))
        return f"its file never lets it be  [{marks.file}:{at}]"
    return f"no grant of its file names such facts  [{marks.file}:{marks.line(('receives',))}]"


def _shown(view: View | None) -> Iterator[str]:
    """By class, which fields it is shown."""
    by_class: dict[str, list[str]] = {}
    for path, shown in fields_of(view.schema).items() if view is not None else ():
        how = "" if shown.how == "whole" else f" ({shown.how})"
        by_class.setdefault(", ".join(sorted(shown.classes)), []).append(f"{path}{how}")
    for classes, paths in sorted(by_class.items()):
        yield f"of class {classes}: {', '.join(paths)}"


def _line(agreements: Agreements, grant: Grant) -> str:
    agency = agreements.receivers[grant.agency]
    return f"[{agency.marks.file}:{agency.marks.line(agency.places[grant.kind])}]"
