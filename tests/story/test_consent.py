"""An app that is left to its users: the gateway's question in the pane, another patient meanwhile, no, and then yes."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt

from context.pane_state import State
from plugins.policy import AppPolicy, Decision
from shell.tour.actor import PLACE, Actor, read_list
from tests.story.conftest import Begin, Prepare
from tests.story.story import Story
from tests.story.test_main_story import MARIT_204, TORBJORN_209, choose, sign_in

ALLOW = "button[value=allow]"
REFUSE = "button[value=refuse]"
LEFT_TO_USERS = AppPolicy({"notat": Decision(approved=False, consent_allowed=True)})


def asks(story: Story) -> bool:
    frames = [frame for frame in story.frames() if frame.model.app.key == "notat"]
    return bool(frames) and frames[0].model.state is State.ASKING and not frames[0].curtain.isVisible()


def answer(story: Story, actor: Actor, selector: str) -> None:
    """Go to the end of the page, and click until it takes that: input before the first frame on the screen is lost."""

    def taken() -> bool:
        view = actor.view_with(selector)
        actor.key_in_page(view, Qt.Key.Key_End)
        place = read_list(actor.page(view, PLACE % selector))
        if not place or place[1] >= view.height():
            return False
        story.click(view.focusProxy() or view, QPoint(int(place[0]), int(place[1])))
        for _ in range(25):
            if not asks(story):
                return True
            story.spin(20)
        return False

    story.until(taken, f"{selector} is taken")


def test_the_user_answers_in_the_pane(prepare_environment: Prepare, begin: Begin) -> None:
    """Mutants: the curtain stays, or the time runs out; the app is seen too early; the old question outlives its patient."""
    story = begin(prepare_environment(app_policy=LEFT_TO_USERS))
    actor = Actor(story.window)
    sign_in(story, actor)
    choose(story, actor, MARIT_204)
    story.until(lambda: asks(story), "the question about resident A")
    frame = story.frame("notat")
    first = actor.view_with(ALLOW)
    assert "Venter på svaret ditt" in frame.header.sentence()
    story.until(lambda: story.follows("legemidler", MARIT_204), "the others are undisturbed")

    story.post_patient_open(TORBJORN_209)
    story.until(lambda: story.banner_patient() == TORBJORN_209, "resident B")
    story.until(lambda: asks(story) and actor.view_with(ALLOW) is not first, "the question about resident B")

    view = actor.view_with(REFUSE)
    answer(story, actor, REFUSE)
    story.until(lambda: frame.model.failure == "access_denied" and frame.curtain.isVisible(), "the refusal")
    assert not view.isEnabled()
    story.click(frame.curtain.sync)
    story.until(lambda: asks(story), "the question once more")
    answer(story, actor, ALLOW)
    story.until(lambda: story.follows("notat", TORBJORN_209), "the app about resident B")
    said = {host: patient for host, patient, _ in actor.pages_state()}
    assert said["notat.localhost"] == TORBJORN_209
    assert story.witness.questions > 0
    assert story.witness.breaches == []
