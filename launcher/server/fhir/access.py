"""One access while it is handled: whose grant, what was asked, and the audit record it leaves."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from launcher.gateway.audit_event import FAILED, REFUSED, SUCCESS, AccessFacts, tail_of
from launcher.gateway.grant_facts import GrantFacts, facts_of
from launcher.gateway.interaction import WRITES, Interaction
from launcher.oauth.model import GatewayState, Grant
from launcher.server.dependencies import Clock, PaneFacts
from launcher.server.errors import InvalidToken, SessionLocked
from launcher.server.fhir.exchange import Answer, Request
from launcher.server.fhir.settings import AccessLog

LONGEST_OF_STRANGERS = 512
"""Characters of a request line that a record keeps of a caller without a valid token: nobody fills the disk."""


@dataclass(frozen=True, slots=True)
class Access:
    """A request under a live grant."""

    request: Request
    grant: Grant
    interaction: Interaction


class AccessKeeper:
    """Takes the facts of grants, writes the audit record of each access and tells panes what was read."""

    def __init__(
        self,
        state: GatewayState,
        audit: AccessLog,
        pane_facts: PaneFacts,
        clock: Clock,
        bases: tuple[str, ...],
    ) -> None:
        """The last of ``bases`` is the gateway's own: the issuer's address with one segment more."""
        self._state = state
        self._audit = audit
        self._pane_facts = pane_facts
        self._clock = clock
        self._bases = bases
        self._server = bases[-1]
        self._issuer = self._server.rpartition("/")[0]

    def facts(self, access: Access) -> GrantFacts:
        """The facts of the grant *now*: its fence may have moved since the token was looked at.

        The scopes are those of the token. Raises ``InvalidToken`` when the grant has ended meanwhile.
        """
        grant = access.grant
        live = self._state.grants.get(grant.grant_id)
        if live is None or live.ended:
            raise InvalidToken("the grant has ended")
        facts = facts_of(live, self._bases)
        if live.scopes != grant.scopes:
            facts = facts_of(grant, self._bases)
            facts = GrantFacts(
                facts.grant_id,
                facts.scopes,
                live.effective_patient if live.fenced else facts.patient,
                facts.fenced,
                facts.implied_reads,
                facts.bases,
            )
        return facts

    def facts_for_answer(self, access: Access) -> GrantFacts:
        """The facts now, for showing something that was asked for earlier.

        Raises ``SessionLocked`` when the workspace was locked meanwhile, ``InvalidToken`` as :meth:`facts`.
        """
        session = self._state.sessions.get(access.grant.sid or "")
        if session is not None and session.locked_at is not None:
            raise SessionLocked
        return self.facts(access)

    async def done(
        self, access: Access, answer: Answer, patients: Iterable[str], *, identifier: str | None = None
    ) -> Answer:
        """Record a successful access durably, note the read, and hand the answer on. Raises ``AuditUnavailable``."""
        about = tuple(sorted(patients))
        await self._audit.record(
            self._record(access, SUCCESS, "", about, identifier), at_once=access.interaction.kind in WRITES
        )
        live = self._state.grants.get(access.grant.grant_id)
        reading = access.interaction.kind not in WRITES
        if reading and live is not None and live.effective_patient in about:
            self._pane_facts.note_read(live.grant_id, str(live.effective_patient))
        return answer

    async def refused(self, access: Access, answer: Answer, reason: str) -> Answer:
        """Record a refusal, or something that was not there, and hand the answer on; as durable as a read."""
        outcome = FAILED if answer.status >= 500 else REFUSED
        await self._audit.record(self._record(access, outcome, reason, (), None, answer.status))
        return answer

    def broken_off(self, access: Access, reason: str, patients: Iterable[str]) -> None:
        """Record, without waiting, that not all of a recorded access has reached the app."""
        self._audit.record_soon(self._record(access, FAILED, reason, tuple(sorted(patients)), None, 502))

    def unreadable(self, request: Request, grant: Grant | None, answer: Answer, reason: str) -> None:
        """Record, without waiting, a request that was no FHIR interaction or carried no valid token."""
        scheme, _, token = request.headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        facts = AccessFacts(
            kind="refused",
            recorded=self._now(),
            outcome=REFUSED,
            outcome_text=f"{answer.status} {reason}",
            request=request.line() if grant is not None else request.line()[:LONGEST_OF_STRANGERS],
            request_id=request.request_id,
            client_address=request.client_address,
            status=answer.status,
            server=self._server,
            token_tail=tail_of(token) if grant is None and scheme.lower() in ("bearer", "dpop") else "",
        )
        self._audit.record_soon(self._by(facts, grant, request.token_id) if grant else facts)

    def _record(
        self,
        access: Access,
        outcome: str,
        reason: str,
        patients: tuple[str, ...],
        identifier: str | None,
        status: int = 0,
    ) -> AccessFacts:
        interaction, request = access.interaction, access.request
        facts = AccessFacts(
            kind=interaction.kind.value,
            recorded=self._now(),
            outcome=outcome,
            outcome_text=reason,
            type=interaction.type or "",
            id=identifier or interaction.id or "",
            patients=patients,
            request=request.line(),
            request_id=request.request_id,
            client_address=request.client_address,
            status=status,
            server=self._server,
        )
        return self._by(facts, access.grant, request.token_id)

    def _by(self, facts: AccessFacts, grant: Grant, token_id: str) -> AccessFacts:
        """The same access with who it was: client, token and user."""
        session = self._state.sessions.get(grant.sid or "")
        return msgspec.structs.replace(
            facts,
            grant_id=grant.grant_id,
            client_id=grant.client_id,
            user_issuer=session.upstream_issuer if session else "",
            user_sub=session.sub if session else "",
            user_name=session.name if session else "",
            user_role=session.role if session else "",
            user_resource=(session.fhir_user or "") if session else "",
            token_id=token_id,
            token_issuer=self._issuer,
        )

    def _now(self) -> str:
        return self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")


class _Claims(msgspec.Struct):
    jti: str = ""


class TokenIds:
    """The ``jti`` of verified access tokens, remembered for the last ``size`` of them (BALP-11)."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._known: dict[bytes, str] = {}

    def of(self, authorization: bytes) -> str:
        """The jti in an Authorization header that was already verified; empty when the token is no JWT."""
        known = self._known.get(authorization)
        if known is None:
            known = self._read(authorization)
            if len(self._known) >= self._size:
                del self._known[next(iter(self._known))]
            self._known[authorization] = known
        return known

    @staticmethod
    def _read(authorization: bytes) -> str:
        parts = authorization.split(b".")
        if len(parts) != 3:
            return ""
        try:
            payload = base64.urlsafe_b64decode(parts[1] + b"=" * (-len(parts[1]) % 4))
            return msgspec.json.decode(payload, type=_Claims).jti
        except (binascii.Error, ValueError, msgspec.MsgspecError):
            return ""
