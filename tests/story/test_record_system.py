"""The record system behind the gateway hangs, talks nonsense and comes back, in mid-use of the real desktop."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt

from shell.bridge.messages import CHOICE_FAILED
from shell.composition.listeners import port_of
from shell.composition.practice import Environment
from shell.presenters.texts import sentence
from shell.tour.actor import Actor
from shell.widgets.toasts import Toast
from tests.fakes.faulty_relay import FaultyRelay, not_json, silence
from tests.story.conftest import Begin, Prepare
from tests.story.story import Story
from tests.story.test_main_story import MARIT_204, TORBJORN_209, choose, sign_in

REFUSED_WITHIN_SECONDS = 2.0 + 1.5
"""The 2 s of S1, and what a loaded machine takes to say so."""


class RelayedEnvironment(Environment):
    """The gateway reaches the sandbox's records through a relay that can spoil what they say."""

    relay: FaultyRelay

    @property
    def upstream_fhir(self) -> str:
        return f"http://127.0.0.1:{self.relay.port}/fhir"


@pytest.fixture
def environment(prepare_environment: Prepare) -> Iterator[RelayedEnvironment]:
    made = prepare_environment()
    named = [field.name for field in dataclasses.fields(made) if not field.name.startswith("_")]
    relayed = RelayedEnvironment(**{name: getattr(made, name) for name in named})
    relayed.relay = FaultyRelay(port_of(made.fhir_socket))
    yield relayed
    relayed.relay.close()


def home(actor: Actor) -> None:
    actor.key(Qt.Key.Key_Home, Qt.KeyboardModifier.AltModifier)


def note(story: Story) -> Toast | None:
    """What is said about a choice that failed."""
    toasts = story.window.desk.toasts.toasts()
    return next((toast for toast in toasts if toast.model.key == CHOICE_FAILED), None)


def status(story: Story) -> str:
    return story.window.desk.top.connection.word()


def refused(story: Story, actor: Actor, patient: str) -> Toast:
    """Choose a patient who does not come: the row says that he is awaited, then the note says why not, and soon."""
    home(actor)
    choose(story, actor, patient)
    began = time.monotonic()
    painter = story.window.desk.start.ward.view.painter
    story.until(lambda: patient in painter.opening or note(story), "the row that is being opened", 1.0)
    told: Toast = story.until(lambda: note(story), "the refusal", REFUSED_WITHIN_SECONDS)
    assert time.monotonic() - began < REFUSED_WITHIN_SECONDS
    assert painter.opening == frozenset()
    return told


def test_the_record_hangs_talks_nonsense_and_comes_back(
    environment: RelayedEnvironment, begin: Begin
) -> None:
    """Mutants: green all the while; a word after ten seconds; no button; a note that stays when all is well."""
    story = begin(environment)
    actor = Actor(story.window)
    sign_in(story, actor)
    choose(story, actor, MARIT_204)
    story.until(lambda: story.all_follow(MARIT_204), "three apps about resident A")
    assert status(story) == "Tilkoblet"

    environment.relay.fault = silence
    told = refused(story, actor, TORBJORN_209)
    assert told.model.text == sentence("source_unavailable", "nb")
    assert told.action.isVisible()
    story.until(lambda: status(story) == "Journalen svarer ikke", "an honest status", 1.0)
    assert story.window.desk.strip.isVisible()

    environment.relay.fault = None
    story.until(lambda: status(story) == "Tilkoblet", "the record answers again")
    assert not story.window.desk.strip.isVisible()
    back = note(story)
    assert back is not None
    assert back.model.text == sentence("record_back", "nb")
    story.click(back.action)
    story.until(lambda: story.all_follow(TORBJORN_209), "the choice that was repeated")
    assert note(story) is None

    environment.relay.fault = not_json
    told = refused(story, actor, MARIT_204)
    assert told.model.text == sentence("source_malformed", "nb")
    environment.relay.fault = None
    story.click(told.action)
    story.until(lambda: story.all_follow(MARIT_204), "the patient, once the record talks sense")
    story.until(lambda: status(story) == "Tilkoblet", "the record answers again")
    assert note(story) is None
    assert story.witness.breaches == []
