"""Every name of an installation, with and without a prefix, and back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import kebab
from schemas.catalogue import ENTRIES
from schemas.risk import AlertRaised
from services.runtime.names import SERVICES, SPEAKERS, Names

PLAIN, TRIAL = Names(), Names("trial")


def test_topics_of_a_speaker_a_receiver_and_the_log() -> None:
    assert PLAIN.said("risk", AlertRaised) == "from.risk.alert-raised"
    assert PLAIN.inbox("derby-housing") == "to.derby-housing"
    assert PLAIN.dead("derby-housing") == "dead.derby-housing"
    assert PLAIN.log == "hub.facts"


def test_what_a_service_keeps_is_named_after_its_application() -> None:
    assert PLAIN.app("risk") == "hub-risk"
    assert PLAIN.rows("risk") == "hub-risk-rows"
    assert PLAIN.journal("risk") == "hub-risk-journal"
    assert PLAIN.transactional_id("risk", 3) == "hub-risk-3"


def test_principals() -> None:
    assert PLAIN.agency_user("dwp") == "agency-dwp"
    assert PLAIN.service_user("risk") == "service-risk"


def test_a_prefix_stands_in_front_of_every_name() -> None:
    assert TRIAL.said("risk", AlertRaised) == "trial.from.risk.alert-raised"
    assert TRIAL.inbox("dwp") == "trial.to.dwp"
    assert TRIAL.dead("dwp") == "trial.dead.dwp"
    assert TRIAL.log == "trial.hub.facts"
    assert TRIAL.rows("risk") == "trial-hub-risk-rows"
    assert TRIAL.transactional_id("risk", 0) == "trial-hub-risk-0"
    assert TRIAL.agency_user("dwp") == "agency-trial-dwp"
    assert TRIAL.service_user("risk") == "service-trial-risk"


@given(
    st.sampled_from([PLAIN, TRIAL]),
    st.sampled_from([*SERVICES, *SPEAKERS, "derby-housing"]),
    st.sampled_from([entry.fact for entry in ENTRIES]),
)
def test_who_says_what_is_read_back_from_the_topics_name(
    names: Names, speaker: str, fact: type[AlertRaised]
) -> None:
    topic = names.said(speaker, fact)
    assert names.said_by(topic) == (speaker, kebab(fact.__name__))
    assert re.fullmatch(r"[a-z0-9.-]{1,249}", topic)


@pytest.mark.parametrize(
    "topic", ["hub.facts", "to.dwp", "to.dwp.x", "from.dwp", "from.a.b.c", "trial.from.dwp.x", ""]
)
def test_a_topic_nobody_says_anything_in_has_no_speaker(topic: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        PLAIN.said_by(topic)


def test_two_installations_share_no_name() -> None:
    def everything(names: Names) -> set[str]:
        topics = {names.said("risk", entry.fact) for entry in ENTRIES}
        own = {names.rows("risk"), names.journal("risk"), names.app("risk"), names.log}
        return topics | own | {names.inbox("dwp"), names.dead("dwp"), names.agency_user("dwp")}

    assert everything(PLAIN).isdisjoint(everything(TRIAL))
