"""Scenes of the gallery about the shared context: every state of a pane with its reasons, and what may happen to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Protocol

from context.pane_state import Reason, State
from shell.presenters import view_models as models
from shell.presenters.scratchpad import Drafts
from shell.presenters.texts import sentence
from shell.translations import Translations
from shell.windows import gallery_models as demo
from shell.windows.main_window import MainWindow

REASONS = (
    ("no-answer", Reason.NO_ANSWER, ""),
    ("refused", Reason.REFUSED, ""),
    ("socket-lost", Reason.SOCKET_LOST, ""),
    ("crashed", Reason.CRASHED, "crashed"),
    ("hung", Reason.CRASHED, "hung"),
    ("unreachable", Reason.CRASHED, "app_unreachable"),
    ("login", Reason.CRASHED, "wants_login"),
    ("record-away", Reason.CRASHED, "record_away"),
)


class Stage(Protocol):
    """As much of the gallery as these scenes need."""

    window: MainWindow
    translations: Translations

    def patient(
        self, banner: models.BannerModel, patients: tuple[models.PatientRef, ...], front: int
    ) -> None: ...

    def pane(self, model: models.PaneModel, beside: str | None = None) -> None: ...

    def workspace(self) -> None: ...


class ContextScenes:
    """Each method puts the window into a state."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def scenes(self) -> dict[str, Callable[[], None]]:
        reasons: dict[str, Callable[[], None]] = {
            f"25-reason-{name}": partial(self.reason, reason, failure) for name, reason, failure in REASONS
        }
        return {
            "24-states": self.states,
            **reasons,
            "26-no-patient": self.closed_patient,
            "27-gateway-away": self.gateway_away,
            "28-activity": self.activity,
            "28-open-question": self.open_question,
            "29-drafts": self.drafts,
            "30-changed-elsewhere": self.changed_elsewhere,
            "31-unsaved-two-patients": self.unsaved_beside_another,
            "32-program-follows": self.program_follows,
            **{
                f"33-program-{name}": partial(self.program_is_out, reason)
                for name, reason in (
                    ("lost", Reason.SOCKET_LOST),
                    ("refused", Reason.REFUSED),
                    ("silent", Reason.NO_ANSWER),
                )
            },
            "34-programs-elsewhere": self.programs_elsewhere,
        }

    def states(self) -> None:
        """Opening, changing while it still has the former patient, asking the user."""
        stage = self._stage
        stage.patient(demo.lien_banner(), (demo.haugen(), demo.lien()), 1)
        states = {"Målinger": State.CHANGING, "Legemidler": State.CHANGING, "Notat": State.ASKING}
        stage.window.set_rail(demo.rail(states, "Notat"))
        stage.pane(demo.pane("Målinger", State.CHANGING, demo.haugen(), demo.lien()))
        stage.pane(demo.pane("Legemidler", State.CHANGING, None, demo.lien()))
        stage.pane(demo.pane("Notat", State.ASKING, None, demo.lien()))

    def reason(self, reason: Reason, failure: str) -> None:
        """One pane out of sync beside one that follows."""
        stage = self._stage
        stage.patient(demo.lien_banner(), (demo.haugen(), demo.lien()), 1)
        states = {"Målinger": State.FOLLOWING, "Legemidler": State.OUT_OF_SYNC}
        stage.window.set_rail(demo.rail(states, "Legemidler"))
        stage.pane(demo.pane("Målinger", State.FOLLOWING, demo.lien()))
        stage.pane(demo.pane("Legemidler", State.OUT_OF_SYNC, demo.haugen(), demo.lien(), reason, failure))
        stage.window.area("one").focus_pane("Legemidler")

    def closed_patient(self) -> None:
        """Nobody is chosen any more: a follower waits, a pinned pane stays."""
        stage = self._stage
        stage.patient(demo.haugen_banner(), (demo.haugen(),), 0)
        stage.window.set_tabs((), None)
        stage.window.set_banner(None)
        stage.window.set_rail(demo.rail({"Målinger": State.CHANGING, "Notat": State.PINNED}, "Notat", 1))
        stage.pane(models.PaneModel("Målinger", demo.APPS["Målinger"], State.CHANGING, None, None, None, ""))
        stage.pane(models.PaneModel("Notat", demo.APPS["Notat"], State.PINNED, demo.haugen(), None, None, ""))

    def gateway_away(self) -> None:
        """Behind curtains until the gateway is back."""
        stage = self._stage
        stage.patient(demo.haugen_banner(), (demo.haugen(),), 0)
        for name in ("Målinger", "Legemidler"):
            stage.pane(replace(demo.pane(name, State.FOLLOWING, demo.haugen()), suspended=True))

    def activity(self) -> None:
        """Which of two apps is to do what one asks for, and may the choice be remembered?"""
        stage = self._stage
        stage.workspace()
        language = stage.translations.language
        words = {
            name: sentence(f"activity_{name}", language)
            for name in ("title", "text", "remember", "remembered", "not_remembered", "leave")
        }
        words["text"] = words["text"].format(app="Målinger")
        apps = (demo.APPS["Tiltak"], demo.APPS["Meldinger"])
        stage.window.ask_activity(models.ActivityQuestionModel(apps=apps, **words))

    def open_question(self) -> None:
        """Another program asks for a patient."""
        stage = self._stage
        asked = replace(demo.lien(None), born=date(1950, 6, 3))
        stage.workspace()
        stage.window.ask_open(models.OpenQuestionModel(asked, demo.haugen()))

    def drafts(self) -> None:
        """What apps have laid on the scratchpad stands in the banner."""
        stage = self._stage
        stage.workspace()
        found = (("Furosemid 40 mg", "Legemidler"), ("", "Notat"))
        names = {name: name for name in demo.APPS}
        flags = Drafts("204", found).flags("204", names, stage.translations.language)
        banner = demo.haugen_banner()
        stage.window.set_banner(replace(banner, flags=(*banner.flags, *flags)))

    def changed_elsewhere(self) -> None:
        """Another program has changed the patient, and a draft was kept."""
        stage = self._stage
        stage.patient(demo.lien_banner(), (demo.lien(),), 0)
        states = {"Målinger": State.FOLLOWING, "Notat": State.PINNED}
        stage.window.set_rail(demo.rail(states, "Notat", 1))
        stage.pane(demo.pane("Målinger", State.FOLLOWING, demo.lien()))
        stage.pane(demo.pane("Notat", State.PINNED, demo.haugen(None), demo.lien()))
        language = stage.translations.language
        title, text = sentence("kept_title", language), sentence("kept_text", language)
        name = demo.haugen().name.full
        stage.window.toast(
            models.ToastModel(
                "kept",
                "warn",
                title.format(app="Notat", patient=name),
                text.format(app="Notat", patient=name),
            )
        )

    def program_follows(self) -> None:
        """A record system with windows of its own has a place in the rail, and nothing is said."""
        self._stage.workspace()
        self._stage.window.set_programs((models.ProgramModel("fjell", "Fjelljournal", State.FOLLOWING),))

    def program_is_out(self, reason: Reason) -> None:
        """It may show somebody else, and cannot be covered."""
        self._stage.workspace()
        out = models.ProgramModel("fjell", "Fjelljournal", State.OUT_OF_SYNC, reason, warns=True)
        self._stage.window.set_programs((out,))

    def programs_elsewhere(self) -> None:
        """Two programs: one follows the other patient tab, one has just been told of the change."""
        stage = self._stage
        stage.patient(demo.haugan_banner(), (demo.haugen(), demo.haugan()), 1)
        stage.window.set_rail(demo.rail({"Målinger": State.FOLLOWING}, "Målinger"))
        stage.pane(demo.pane("Målinger", State.FOLLOWING, demo.haugan()))
        stage.window.set_programs(
            (
                models.ProgramModel(
                    "fjell", "Fjelljournal", State.PINNED, elsewhere=demo.haugen(), warns=True
                ),
                models.ProgramModel("dalen", "Dalen legevakt", State.CHANGING),
            )
        )

    def unsaved_beside_another(self) -> None:
        """The question with its three answers while two patients are open."""
        stage = self._stage
        stage.patient(demo.haugan_banner(), (demo.haugen(), demo.haugan()), 1)
        stage.pane(demo.pane("Målinger", State.FOLLOWING, demo.haugan()))
        stage.pane(demo.pane("Notat", State.FOLLOWING, demo.haugan()))
        app = demo.APPS["Notat"]
        stage.window.ask_unsaved(models.UnsavedModel(app, demo.haugan(), demo.lien(3), demo.at("03:04")))
