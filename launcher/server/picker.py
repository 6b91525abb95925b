"""Choosing a patient for a standalone launch (SAL-20): a plain page that works without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from launcher.oauth.authorization_request import AuthorizationRequest
from launcher.oauth.errors import InvalidRequest
from launcher.oauth.model import UserSession
from launcher.oauth.parameters import Parameters
from launcher.oauth.single_use import SingleUse
from launcher.server.cookies import CookieNames, read_cookie
from launcher.server.dependencies import Clock, GatewaySettings, LaunchReads, NewId, SessionAudit
from launcher.server.pages import Pages
from launcher.server.sessions import SessionKeeper
from launcher.server.upstream_tokens import SessionUpstreamTokens
from launcher.smart.launch_context import FHIR_ID, LaunchTicket, implied_references
from launcher.smart.scopes import granted_scopes, wants_encounter

MOST_HITS = 20
IDENTITY_NUMBER = re.compile(r"\d{6} ?\d{5}")
BIRTH_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
IDENTITY_SYSTEMS = ("urn:oid:2.16.578.1.12.4.1.4.1", "urn:oid:2.16.578.1.12.4.1.4.2")

Granting = Callable[[Request, AuthorizationRequest, UserSession, LaunchTicket], Response]


@dataclass(frozen=True, slots=True)
class Choice:
    """An authorization that waits for its patient; bound to the session that the page was shown to."""

    request: AuthorizationRequest
    sid: str


class PatientPicker:
    """Shows the picker; each page carries a one-time token that only the session's own browser can redeem."""

    def __init__(
        self,
        settings: GatewaySettings,
        sessions: SessionKeeper,
        upstream_tokens: SessionUpstreamTokens,
        reads: LaunchReads,
        audit: SessionAudit,
        pages: Pages,
        cookies: CookieNames,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._settings = settings
        self._sessions = sessions
        self._upstream_tokens = upstream_tokens
        self._reads = reads
        self._audit = audit
        self._pages = pages
        self._cookies = cookies
        self._clock = clock
        self._new_id = new_id
        self._choices: SingleUse[Choice] = SingleUse(settings.limits.pending_requests)

    def first_page(self, request: Request, asked: AuthorizationRequest, session: UserSession) -> Response:
        """The empty picker."""
        return self._page(request, Choice(asked, session.sid), "", None)

    async def answer(self, request: Request, form: Parameters, granting: Granting) -> Response:
        """Search again, or grant for the chosen patient; raises ``InvalidRequest`` for anything else."""
        form.refuse_repeated()
        choice = self._choices.take(form.need("pick"), self._clock.now())
        session = self._sessions.session_of_cookie(read_cookie(request, self._cookies.session))
        if choice is None or session is None or choice.sid != session.sid:
            session = (
                self._sessions.session(choice.sid) if choice and choice.request.client.first_party else None
            )
        if choice is None or session is None or session.locked_at is not None:
            raise InvalidRequest("the page is too old")
        token = await self._upstream_tokens.token_of(session)
        patient = form.get("patient")
        if patient is None:
            text = (form.get("text") or "").strip()
            found = await self._search(token, text) if text else None
            if found is not None:
                shown = [patient["id"] for patient in found]
                client_id = choice.request.client.client_id
                self._audit.note("search-type", session, client_id, patients=shown, searched=text)
            return self._page(request, choice, text, found)
        if FHIR_ID.fullmatch(patient) is None or await self._reads.read(token, f"Patient/{patient}") is None:
            raise choice.request.refused("access_denied", "this patient may not be read")
        return granting(
            request, choice.request, session, await self._chosen(choice.request, session, token, patient)
        )

    async def _chosen(
        self, asked: AuthorizationRequest, session: UserSession, token: str, patient: str
    ) -> LaunchTicket:
        """The patient, with the encounter in progress where the app may know it (SAL-20, NAV-06)."""
        encounter = None
        if wants_encounter(granted_scopes(asked.client, asked.scopes)):
            encounter = await self._reads.in_progress_encounter(token, patient)
        return LaunchTicket(
            sid=session.sid,
            client_id=asked.client.client_id,
            topic="",
            pane=None,
            patient=patient,
            encounter=str(encounter["id"]) if encounter is not None else None,
            intent=None,
            implied_reads=implied_references(encounter),
        )

    async def _search(self, token: str, text: str) -> list[dict[str, str]]:
        parameters = {"_count": str(MOST_HITS)}
        if IDENTITY_NUMBER.fullmatch(text):
            number = text.replace(" ", "")
            parameters["identifier"] = ",".join(f"{system}|{number}" for system in IDENTITY_SYSTEMS)
        elif born := BIRTH_DATE.fullmatch(text):
            parameters["birthdate"] = f"{born[3]}-{int(born[2]):02d}-{int(born[1]):02d}"
        else:
            parameters["name"] = text.replace(",", " ").replace("|", " ").strip()
        found = await self._reads.search(token, "Patient", parameters)
        return [_row(resource) for resource in found if resource.get("resourceType") == "Patient"][:MOST_HITS]

    def _page(
        self, request: Request, choice: Choice, text: str, patients: list[dict[str, str]] | None
    ) -> Response:
        pick = self._new_id()
        self._choices.put(pick, choice, self._clock.now(), self._settings.life("page_seconds"))
        target = urlsplit(choice.request.redirect_uri)
        picker: dict[str, Any] = {
            "action": f"{self._settings.base_url}/oauth/patient",
            "pick": pick,
            "text": text,
            "searched": patients is not None,
            "patients": patients or [],
        }
        targets = f"'self' {target.scheme}://{target.netloc}"
        return self._pages.page(request, "choose_patient", status=200, picker=picker, form_targets=targets)


def _row(resource: dict[str, Any]) -> dict[str, str]:
    name: dict[str, Any] = next(iter(resource.get("name", [])), {})
    given = " ".join(name.get("given", []))
    shown = ", ".join(part for part in (name.get("family", ""), given) if part) or name.get("text", "")
    born = ".".join(reversed(str(resource.get("birthDate", "")).split("-")))
    return {"id": str(resource.get("id", "")), "name": shown, "born": born}
