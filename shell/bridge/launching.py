"""A launch at the gateway for one point in the life of a topic, also when the hub's version has moved meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shell.gateway_client.errors import GatewayError, Refused
from shell.gateway_client.workspace import Launch, OpenedPane, Workspace

CONFLICT = 409
AGAIN_SECONDS = (0.05, 0.3, 1.0)


@dataclass(frozen=True, slots=True)
class ContextPoint:
    """A confirmed point in the topic's life: the event that made it, and the hub's version of it.

    ``encounter`` is the one that the topic has opened for this patient, if any.
    """

    topic: str
    event_id: str
    version: str
    patient: str | None
    encounter: str | None = None


@dataclass(frozen=True, slots=True)
class EncounterChoice:
    """What the user answered: an encounter's id, or None for opening without one."""

    encounter: str | None


@dataclass(frozen=True, slots=True)
class Activity:
    """What an app is opened for: the launch's ``intent``, and further resources as ``fhirContext``."""

    intent: str
    fhir_context: tuple[dict[str, Any], ...] = ()


class ContextMoved(GatewayError):
    """The hub has another patient than the launch was meant for; the event that says so is on its way."""


async def begin_launch(
    workspace: Workspace,
    client_id: str,
    point: ContextPoint,
    choice: EncounterChoice | None = None,
    style: str = "",
    activity: Activity | None = None,
) -> tuple[OpenedPane, Launch]:
    """A new pane and its launch, with the chosen encounter and in the named style.

    Raises ContextMoved and other GatewayError kinds; then there is no pane.
    """
    extra: dict[str, Any] = {"encounter": choice.encounter if choice else None, "style": style}
    if activity is not None:
        extra |= {"intent": activity.intent, "fhirContext": list(activity.fhir_context)}
    opened = await workspace.new_pane(client_id, point.topic)
    try:
        launch = await _launch_in(workspace, client_id, point, opened.pane, extra)
    except GatewayError:
        with contextlib.suppress(GatewayError):
            await workspace.end_pane(opened.pane)
        raise
    return opened, launch


async def _launch_in(
    workspace: Workspace, client_id: str, point: ContextPoint, pane: str, extra: Mapping[str, Any]
) -> Launch:
    """409 for the same patient means a newer version, such as after a closed encounter: it is read and tried again."""
    version = point.version
    for pause in (*AGAIN_SECONDS, None):
        try:
            named = {name: value for name, value in extra.items() if value}
            return await workspace.new_launch(client_id, point.topic, pane, version or None, **named)
        except Refused as refused:
            if refused.status != CONFLICT:
                raise
            context = await workspace.context(point.topic)
            if context.get("patient") != point.patient:
                raise ContextMoved("another patient") from refused
            newer = str(context.get("context_version") or "")
            if pause is None or newer == version:
                raise
            version = newer
        await asyncio.sleep(pause)
    raise AssertionError("the last attempt returns or raises")
