"""``/handles`` and ``/workspace/handles``: a program names a patient to the desktop without his id standing in the link.

The handle is unguessable, counts once, not for long, and only for the user for whom it was made. It gives no access to
anything: the desktop reads the patient with its own token, shows the name, and asks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from starlette.responses import Response
from starlette.routing import Route

from launcher.oauth.model import UserSession
from launcher.oauth.single_use import SingleUse
from launcher.server.dependencies import Clock, GatewaySettings, NewId
from launcher.server.errors import ProblemAnswer
from launcher.server.forms import json_answer
from launcher.server.workspace.calls import Call, Gatekeeper, json_body, text_member

LOGICAL_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}", re.ASCII)
"""``id`` of FHIR R4 (datatypes, 2.24.0.1)."""


@dataclass(frozen=True, slots=True)
class NamedPatient:
    """Whom a handle names, and for whom it was made."""

    patient: str
    user: tuple[str, str]


class HandleCalls:
    """Handles live in memory alone: a restarted gateway has forgotten them, and the program makes a new one."""

    def __init__(self, settings: GatewaySettings, clock: Clock, new_id: NewId) -> None:
        limits = settings.limits
        self._settings = settings
        self._clock = clock
        self._new_id = new_id
        self._handles: SingleUse[NamedPatient] = SingleUse(limits.handles, limits.handles_per_grant)

    def routes(self, gatekeeper: Gatekeeper) -> list[Route]:
        """The routes of this part."""
        return [
            Route("/handles", gatekeeper.guard(self.make, any_client=True), methods=["POST"]),
            Route("/workspace/handles", gatekeeper.guard(self.redeem), methods=["POST"]),
        ]

    async def make(self, call: Call) -> Response:
        """``{"patient"}``, the record's own id: ``{"handle", "link", "expires_in"}`` in seconds."""
        body = await json_body(call.request, self._settings.limits.form_bytes)
        patient = text_member(body, "patient")
        if LOGICAL_ID.fullmatch(patient) is None or (patient.isdigit() and len(patient) == 11):
            raise ProblemAnswer(
                400, "malformed", "patient must be the record's id of the patient, no identity number"
            )
        handle, life = self._new_id(), self._settings.life("handle_seconds")
        named = NamedPatient(patient, _user(call.session))
        self._handles.put(handle, named, self._clock.now(), life, call.grant.grant_id)
        seconds = int(life / timedelta(seconds=1))
        link = f"vaktrom:open?handle={handle}"
        return json_answer({"handle": handle, "link": link, "expires_in": seconds}, 201)

    async def redeem(self, call: Call) -> Response:
        """``{"handle"}``: ``{"patient"}``, once; 404 for one that is used, too old, or somebody else's."""
        body = await json_body(call.request, self._settings.limits.form_bytes)
        handle, now = text_member(body, "handle"), self._clock.now()
        found = self._handles.look(handle, now)
        if found is None or found.user != _user(call.session):
            raise ProblemAnswer(404, "unknown_handle", "the handle is used, too old, or not this user's")
        self._handles.take(handle, now)
        return json_answer({"patient": found.patient})


def _user(session: UserSession) -> tuple[str, str]:
    return session.upstream_issuer, session.sub
