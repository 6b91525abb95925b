"""Choosing a patient for a standalone launch (SAL-20): a page that works without JavaScript, and by keyboard alone with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
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
from launcher.server.errors import UpstreamUnavailable
from launcher.server.page_texts import BUTTONS, Language, language_of
from launcher.server.pages import Pages
from launcher.server.picker_lists import MOST_LISTED, by_room, list_query
from launcher.server.picker_rows import MOST_HITS, PatientRow, Query, Unsearchable, patients_of, query, rows
from launcher.server.sessions import SessionKeeper
from launcher.server.upstream_tokens import SessionUpstreamTokens
from launcher.smart.launch_context import FHIR_ID, LaunchTicket, implied_references
from launcher.smart.scopes import granted_scopes, wants_encounter

Granting = Callable[[Request, AuthorizationRequest, UserSession, LaunchTicket], Response]


@dataclass(frozen=True, slots=True)
class Choice:
    """An authorization that waits for its patient; bound to the session that the page was shown to."""

    request: AuthorizationRequest
    sid: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows: the text in the field, and hits or the key of a sentence that says why there are none.

    ``listed`` is the name of the user's own list that the people are from; ``lists`` are all of his.
    """

    text: str
    patients: Sequence[PatientRow] = ()
    searched: bool = False
    more: bool = False
    wrong: str = ""
    lists: Sequence[str] = ()
    listed: str | None = None

    def count(self, language: Language) -> str:
        """How many were found, in words."""
        key = "first_hits" if self.more else "one_hit" if len(self.patients) == 1 else "hits"
        if self.listed is not None:
            key = "first_listed" if self.more else "listed"
        return BUTTONS[key][language].format(count=len(self.patients), list=self.listed)


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
        return self._page(request, Choice(asked, session.sid), Shown("", lists=_names(session)))

    async def answer(self, request: Request, form: Parameters, granting: Granting) -> Response:
        """Search again, or grant for the chosen patient; raises ``InvalidRequest`` for anything else."""
        form.refuse_repeated()
        pick, now = form.need("pick"), self._clock.now()
        choice = self._choices.look(pick, now)
        session = self._sessions.session_of_cookie(read_cookie(request, self._cookies.session))
        if choice is None or session is None or choice.sid != session.sid:
            session = (
                self._sessions.session(choice.sid) if choice and choice.request.client.first_party else None
            )
        if choice is None or session is None or session.locked_at is not None:
            raise InvalidRequest("the page is too old")
        self._choices.take(pick, now)
        token = await self._upstream_tokens.token_of(session)
        patient = form.get("patient")
        if patient is None:
            shown = await self._shown(session, choice.request.client.client_id, token, form)
            self._refuse_if_gone(session)
            return self._page(request, choice, replace(shown, lists=_names(session)))
        if FHIR_ID.fullmatch(patient) is None or await self._reads.read(token, f"Patient/{patient}") is None:
            raise choice.request.refused("access_denied", "this patient may not be read")
        chosen = await self._chosen(choice.request, session, token, patient)
        self._refuse_if_gone(session)
        return granting(request, choice.request, session, chosen)

    def _refuse_if_gone(self, session: UserSession) -> None:
        """The record was asked meanwhile; nothing is shown or given for a session that has ended or is locked."""
        if self._sessions.session(session.sid) is None or session.locked_at is not None:
            raise InvalidRequest("the page is too old")

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

    async def _shown(self, session: UserSession, client_id: str, token: str, form: Parameters) -> Shown:
        """One of the user's own lists, the hits of a search, or the page as it began."""
        listed = form.get("list")
        if listed is not None:
            own = {str(position): one for position, one in enumerate(session.lists)}
            if listed not in own:
                raise InvalidRequest("there is no such list")
            return await self._listed(session, client_id, token, own[listed])
        text = (form.get("text") or "").strip()
        return await self._searched(session, client_id, token, text) if text else Shown("")

    async def _listed(
        self, session: UserSession, client_id: str, token: str, listed: dict[str, str]
    ) -> Shown:
        asked = list_query(listed)
        try:
            found = await self._reads.search(token, asked.resource_type, asked.parameters)
        except UpstreamUnavailable:
            return Shown("", wrong="record_silent")
        people = patients_of(found, Query({}))
        shown = rows(people[:MOST_LISTED], found, self._clock.now().astimezone().date())
        ids = [row.id for row in shown]
        self._audit.note("search-type", session, client_id, patients=ids, searched=listed["reference"])
        ordered = by_room(shown) if listed["kind"] == "ward" else shown
        more = len(people) > MOST_LISTED
        return Shown("", ordered, searched=True, more=more, listed=listed["name"])

    async def _search(self, token: str, asked: Query, today: date) -> list[PatientRow]:
        """At most ``MOST_HITS + 1`` rows. Raises ``UpstreamUnavailable``."""
        found = await self._reads.search(token, "Patient", asked.parameters)
        people = patients_of(found, asked)[: MOST_HITS + 1]
        return rows(people, await self._stays(token, people), today) if people else []

    async def _stays(self, token: str, people: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Where they live now; nothing for whoever may not know it, for the person is found all the same."""
        ids = ",".join(str(patient["id"]) for patient in people)
        asked = {"patient": ids, "status": "in-progress", "_count": str(2 * MOST_HITS)}
        try:
            return await self._reads.search(token, "Encounter", asked)
        except UpstreamUnavailable:
            return []

    async def _searched(self, session: UserSession, client_id: str, token: str, text: str) -> Shown:
        today = self._clock.now().astimezone().date()
        try:
            found = await self._search(token, query(text, today), today)
        except Unsearchable as mistake:
            return Shown(text, wrong=mistake.key)
        except UpstreamUnavailable:
            return Shown(text, wrong="record_silent")
        shown = found[:MOST_HITS]
        ids = [row.id for row in shown]
        self._audit.note("search-type", session, client_id, patients=ids, searched=text)
        return Shown(text, shown, searched=True, more=len(found) > MOST_HITS)

    def _page(self, request: Request, choice: Choice, shown: Shown) -> Response:
        pick = self._new_id()
        self._choices.put(pick, choice, self._clock.now(), self._settings.life("page_seconds"), choice.sid)
        target = urlsplit(choice.request.redirect_uri)
        picker: dict[str, Any] = {
            "action": f"{self._settings.base_url}/oauth/patient",
            "pick": pick,
            "text": shown.text,
            "searched": shown.searched,
            "wrong": shown.wrong,
            "count": shown.count(language_of(request.headers.get("accept-language"))),
            "patients": shown.patients,
            "lists": shown.lists,
            "listed": shown.listed,
        }
        targets = f"'self' {target.scheme}://{target.netloc}"
        status = 502 if shown.wrong == "record_silent" else 200
        return self._pages.page(request, "choose_patient", status=status, picker=picker, form_targets=targets)


def _names(session: UserSession) -> list[str]:
    return [listed["name"] for listed in session.lists]
