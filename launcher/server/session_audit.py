"""Logins, codes, tokens, launches and their refusals in the audit log, on disk before the answer leaves (BALP-12).

``LoggedSessions`` stands around the whole gateway. It knows the request that is being answered, so an endpoint only
says what happened; and an endpoint that refuses need not say anything, since every refusal below ``/oauth`` and of
the named workspace calls is recorded here. No token, code, secret or claim is written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from launcher.gateway.audit_event import FAILED, REFUSED, AccessFacts
from launcher.oauth.model import Grant, UserSession
from launcher.server.dependencies import Clock
from launcher.server.fhir.exchange import request_id_of
from launcher.server.fhir.settings import AccessLog
from launcher.server.request_words import claimed_client, error_of, grant_type_of, shown_request
from launcher.stores.audit_reader import AuditUnavailable

LONGEST_BODY = 64 * 1024
UNRECORDED = (
    b"Loggen over innsyn kan ikke skrives, s\xc3\xa5 svaret holdes tilbake. Pr\xc3\xb8v igjen om litt.\n"
    b"The access log cannot be written, so the answer is held back. Try again in a moment.\n"
)

REFUSAL_KINDS = {
    "/oauth/authorize": "code",
    "/oauth/patient": "code",
    "/oauth/par": "code",
    "/oauth/callback": "login",
    "/oauth/token": "token",
    "/oauth/revoke": "revoke",
    "/oauth/introspect": "introspect",
    "/oauth/logout": "logout",
    "/oauth/consent": "consent",
    "/workspace/session/lock": "lock",
    "/workspace/session/unlock": "unlock",
    "/workspace/launches": "launch",
}
"""Path below the base, and what a refusal there is a refusal of."""


@dataclass(slots=True)
class _Answering:
    """One request while it is answered, and what is to be recorded before the answer leaves."""

    scope: Scope
    body: bytearray = field(default_factory=bytearray)
    pending: list[AccessFacts] = field(default_factory=list)


class LoggedSessions:
    """Implements ``SessionAudit``, and is the middleware that makes its notes durable."""

    def __init__(self, log: AccessLog, clock: Clock, base_url: str) -> None:
        self._log = log
        self._clock = clock
        self._base_url = base_url
        self._current: ContextVar[_Answering | None] = ContextVar("vaktrom_answering", default=None)

    def note(
        self,
        what: str,
        session: UserSession | None,
        client_id: str | None,
        *,
        grant: Grant | None = None,
        patients: Sequence[str] = (),
        searched: str | None = None,
        consent: str | None = None,
        refused: str = "",
    ) -> None:
        """Something happened: ``what`` is a key of ``audit_patterns.PATTERNS``.

        ``searched`` is the form of a search for people that the gateway made itself, ``patients`` who was shown.
        ``consent`` is the id of a decision of the user (BALP-13), ``refused`` why it was a no.
        On disk before the answer of the current request leaves; outside a request soon after.
        """
        answering = self._current.get()
        facts = self._facts(what, answering)
        patient = grant.patient if grant is not None else None
        facts = msgspec.structs.replace(
            facts,
            client_id=client_id or facts.client_id,
            grant_id=grant.grant_id if grant is not None else "",
            patients=tuple(patients) or ((patient,) if patient else ()),
            type="Patient" if searched is not None else "",
            request=facts.request if searched is None else f"POST /Patient/_search {searched}",
            consents=() if consent is None else (f"Consent/{consent}",),
        )
        if refused:
            facts = msgspec.structs.replace(facts, outcome=REFUSED, outcome_text=refused, status=403)
        if session is not None:
            facts = msgspec.structs.replace(
                facts,
                user_issuer=session.upstream_issuer,
                user_sub=session.sub,
                user_name=session.name,
                user_role=session.role,
                user_resource=session.fhir_user or "",
                token_issuer=self._base_url,
            )
            if consent is not None and session.organization is not None:
                facts = msgspec.structs.replace(facts, organization=session.organization["reference"])
        if answering is None:
            self._log.record_soon(facts)
        else:
            answering.pending.append(facts)

    def around(self, application: ASGIApp) -> ASGIApp:
        """The application with its notes recorded before each answer; 503 instead when that is not possible."""

        async def answered(scope: Scope, receive: Receive, send: Send) -> None:
            path = scope.get("path", "")
            if scope["type"] != "http" or not path.startswith(("/oauth/", "/workspace/")):
                await application(scope, receive, send)
                return
            answering = _Answering(scope)
            token = self._current.set(answering)
            try:
                await application(
                    scope, self._listening(answering, receive), self._recording(answering, send)
                )
            finally:
                self._current.reset(token)

        return answered

    def _listening(self, answering: _Answering, receive: Receive) -> Receive:
        async def listened() -> Message:
            message = await receive()
            if message["type"] == "http.request" and len(answering.body) < LONGEST_BODY:
                answering.body += message.get("body", b"")[:LONGEST_BODY]
            return message

        return listened

    def _recording(self, answering: _Answering, send: Send) -> Send:
        """Holds the start of the answer until its first bytes are there: they say why something was refused."""
        held: list[Message] = []
        closed = False

        async def recorded(message: Message) -> None:
            nonlocal closed
            if closed:
                return
            if message["type"] == "http.response.start" and self._is_refusal(answering, message):
                held.append(message)
                return
            if held:
                start = held.pop()
                self._note_refusal(answering, start, message.get("body", b""))
                closed = not await self._recorded(answering, send)
                if not closed:
                    await send(start)
                    await send(message)
                return
            closed = bool(answering.pending) and not await self._recorded(answering, send)
            if not closed:
                await send(message)

        return recorded

    async def _recorded(self, answering: _Answering, send: Send) -> bool:
        """Write what waits; false when a 503 was sent instead of the answer."""
        pending, answering.pending = answering.pending, []
        try:
            await asyncio.gather(*(self._log.record(facts, at_once=True) for facts in pending))
        except AuditUnavailable:
            headers = [
                (b"content-type", b"text/plain; charset=utf-8"),
                (b"content-length", b"%d" % len(UNRECORDED)),
                (b"cache-control", b"no-store"),
                (b"retry-after", b"5"),
            ]
            await send({"type": "http.response.start", "status": 503, "headers": headers})
            await send({"type": "http.response.body", "body": UNRECORDED})
            return False
        return True

    def _is_refusal(self, answering: _Answering, start: Message) -> bool:
        """True for an audited refusal that no endpoint has noted itself."""
        if answering.pending or answering.scope["path"] not in REFUSAL_KINDS:
            return False
        return start["status"] >= 400 or error_of(start, b"") != ""

    def _note_refusal(self, answering: _Answering, start: Message, body: bytes) -> None:
        status = start["status"]
        kind = REFUSAL_KINDS[answering.scope["path"]]
        if kind == "token" and grant_type_of(bytes(answering.body)) == "refresh_token":
            kind = "refresh"
        facts = self._facts(kind, answering)
        reason = error_of(start, body) or "refused"
        answering.pending.append(
            msgspec.structs.replace(
                facts,
                outcome=FAILED if status >= 500 else REFUSED,
                outcome_text=f"{status} {reason}",
                status=status if status >= 400 else 403,
                client_id=claimed_client(answering.scope, bytes(answering.body)),
            )
        )

    def _facts(self, kind: str, answering: _Answering | None) -> AccessFacts:
        facts = AccessFacts(
            kind=kind,
            recorded=self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            server=f"{self._base_url}/fhir",
        )
        if answering is None:
            return facts
        client = answering.scope.get("client")
        return msgspec.structs.replace(
            facts,
            client_address=client[0] if client else "",
            request_id=request_id_of(dict(answering.scope["headers"]), str),
            request=shown_request(answering.scope, bytes(answering.body), self._base_url),
        )
