"""What apps have laid on the scratchpad about the patient, as the banner says it (SWM-10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shell.presenters.texts import sentence
from shell.presenters.view_models import FlagModel

ICON = "draft"


@dataclass(frozen=True, slots=True)
class Drafts:
    """The drafts about one patient; each is what its app calls it, and the app's client id."""

    patient: str | None = None
    found: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_fact(cls, fact: Mapping[str, Any]) -> Drafts:
        """From a ``scratchpad`` fact of ``GET /workspace/events``."""
        found = tuple((str(one["text"]), str(one["client_id"])) for one in fact["drafts"])
        return cls(fact["patient"], found)

    def flags(self, patient: str | None, apps: Mapping[str, str], language: str) -> tuple[FlagModel, ...]:
        """One chip for each draft, if they are about ``patient``; ``apps`` names apps by client id."""
        if self.patient is None or self.patient != patient:
            return ()
        words, unnamed = sentence("draft_flag", language), sentence("draft_unnamed", language)
        return tuple(
            FlagModel(
                words.format(text=text or unnamed, app=apps.get(client_id, client_id)), ICON, stays=True
            )
            for text, client_id in self.found
        )
