"""Which patient tabs there are, which one is in front, and by whom each is known."""

from __future__ import annotations

from context.pane_state import State
from shell.bridge.pane_controller import PaneController
from shell.bridge.tab_controller import TabController


def own_key(tab: TabController) -> str | None:
    """By whom the tab is known: not by who is yet to come, unless there is nobody else."""
    return tab.patient_id or kept_patient(tab) or tab.waiting_for


def kept_patient(tab: TabController) -> str | None:
    """Whom a pinned pane is about when the tab's own patient has been closed: his work must stay within reach."""
    if tab.patient_id or tab.waiting_for:
        return None
    kept = (pane.effective_patient for pane in tab.panes if pane.view.state is State.PINNED)
    return next((patient for patient in kept if patient), None)


def pane_key(tab: TabController, pane: PaneController) -> str:
    """A pane's key in signals of the window."""
    return f"{tab.topic}/{pane.app.client_id}"


class PatientTabs(list[TabController]):
    """The tabs in the order of their making; ``front`` is the one whose patient the banner names, or None."""

    front: TabController | None = None

    def shown(self) -> list[TabController]:
        """The tabs that have somebody to show."""
        return [tab for tab in self if own_key(tab)]

    def panes(self) -> list[PaneController]:
        """Every pane of every tab."""
        return [pane for tab in self for pane in tab.panes]

    def patients(self) -> frozenset[str]:
        """Everybody who is open: in a tab, or in a pinned pane."""
        pinned = (pane.effective_patient for pane in self.panes() if pane.view.state is State.PINNED)
        return frozenset(filter(None, (*(tab.patient_id for tab in self), *pinned)))

    def of_topic(self, topic: str) -> TabController | None:
        """The tab that follows a topic."""
        return next((tab for tab in self if tab.topic == topic), None)

    def known_by(self, patient_id: str) -> TabController | None:
        """The tab that is known by a patient."""
        return next((tab for tab in self if own_key(tab) == patient_id), None)

    def of_pane(self, pane: PaneController) -> TabController | None:
        """The tab that a pane is in."""
        return next((tab for tab in self if pane in tab.panes), None)
