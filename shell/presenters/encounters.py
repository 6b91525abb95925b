"""Encounters that an app may be opened for, newest first (NAV-06). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from shell.presenters.patient_facts import subject_id, text_of
from shell.presenters.start_list_rows import parse_instant
from shell.presenters.view_models import EncounterModel

MOST = 4
NEVER_HAPPENED = ("cancelled", "entered-in-error")


def recent_encounters(resources: Iterable[dict[str, Any]], patient_id: str) -> tuple[EncounterModel, ...]:
    """The newest encounters of ``patient_id``; what is not one of his, never happened or cannot be read is left out."""
    found = []
    for resource in resources:
        try:
            if resource["resourceType"] == "Encounter" and subject_id(resource) == patient_id:
                found.append(_model(resource))
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            continue
    happened = [model for model in found if model.status not in NEVER_HAPPENED]
    return tuple(sorted(happened, key=_began, reverse=True)[:MOST])


def _began(model: EncounterModel) -> float:
    return model.start.timestamp() if model.start is not None else 0.0


def _model(resource: dict[str, Any]) -> EncounterModel:
    kind = next((text for concept in resource.get("type", []) if (text := text_of(concept))), "")
    why = next((text for concept in resource.get("reasonCode", []) if (text := text_of(concept))), "")
    return EncounterModel(
        key=str(resource["id"]),
        start=parse_instant((resource.get("period") or {}).get("start")),
        status=str(resource["status"]),
        kind=kind,
        why=why,
        place=str((resource.get("serviceProvider") or {}).get("display", "")),
    )
