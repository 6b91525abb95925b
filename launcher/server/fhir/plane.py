"""The data plane as an ASGI application: every request below ``/fhir`` (DESIGN section 4, FHIR request)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from starlette.types import Receive, Scope, Send

from launcher.gateway.interaction import Interaction, Kind, Refusal, classify, is_form_search
from launcher.gateway.links import PageSeal
from launcher.oauth.model import Grant
from launcher.server.errors import GatewayError, InvalidToken, SessionLocked
from launcher.server.fhir.access import Access, AccessKeeper, TokenIds
from launcher.server.fhir.binaries import BinaryReads
from launcher.server.fhir.binary_answers import BinaryAnswers
from launcher.server.fhir.bundles import Bundles
from launcher.server.fhir.capabilities import Capabilities
from launcher.server.fhir.exchange import (
    Answer,
    AnsweredEarly,
    Request,
    refusal,
    request_id_of,
    send_answer,
    send_stream,
    single_headers,
    whole_body,
)
from launcher.server.fhir.reads import Reads
from launcher.server.fhir.settings import FhirPlaneDependencies, FhirPlaneSettings
from launcher.server.fhir.shared_reads import SharedReads, WatchedWrites
from launcher.server.fhir.writes import Writes
from launcher.server.last_resort import place_of
from launcher.stores.audit import AuditUnavailable

_LOG = structlog.get_logger("vaktrom.fhir")
Handler = Callable[[Access], Awaitable[Answer]]
WITH_BODY = frozenset({"POST", "PUT"})


class FhirDataPlane:
    """Token, interaction, policy, upstream, filter, audit, answer."""

    def __init__(self, settings: FhirPlaneSettings, dependencies: FhirPlaneDependencies) -> None:
        self._settings = settings
        self._dependencies = dependencies
        self._prefix = len(settings.prefix)
        self._token_ids = TokenIds(settings.limits.remembered_tokens)
        connection, tokens = dependencies.connection, dependencies.upstream_tokens
        bases = (connection.base, settings.fhir_base)
        self._keeper = AccessKeeper(
            dependencies.state, dependencies.audit, dependencies.pane_facts, dependencies.clock, bases
        )
        seal = PageSeal(dependencies.page_key, dependencies.random_bytes)
        shared = SharedReads(connection, tokens, self._keeper.facts, dependencies.clock, settings.sharing)
        upstream = WatchedWrites(connection, tokens, shared.forget)
        binaries = BinaryReads(upstream, settings.limits)
        contents = BinaryAnswers(self._keeper, binaries, settings.limits)
        reads = Reads(shared, self._keeper, contents, settings.fhir_base, seal)
        writes = Writes(upstream, self._keeper, binaries, dependencies.audit, settings.fhir_base)
        self._capabilities = Capabilities(dependencies.connection, settings, dependencies.clock)
        self._handlers: dict[Kind, Handler] = {
            Kind.READ: reads.instance,
            Kind.VREAD: reads.instance,
            Kind.SEARCH_TYPE: reads.search,
            Kind.HISTORY_INSTANCE: reads.history,
            Kind.HISTORY_TYPE: reads.history,
            Kind.EVERYTHING: reads.everything,
            Kind.PAGE: reads.page,
            Kind.CREATE: writes.create,
            Kind.UPDATE: writes.update,
            Kind.CONDITIONAL_UPDATE: writes.update,
            Kind.DELETE: writes.delete,
            Kind.CONDITIONAL_DELETE: writes.delete,
        }
        bundles = Bundles(
            upstream, self._keeper, writes, dependencies.audit, settings, self.answer_interaction
        )
        self._handlers[Kind.BUNDLE] = bundles.handle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request; every failure is an OperationOutcome."""
        request_id = ""
        try:
            headers = single_headers(scope)
            request_id = request_id_of(headers, self._dependencies.new_id)
            answer = await self._answer(scope, receive, headers, request_id)
        except AnsweredEarly as early:
            answer = early.answer
        except Exception as error:
            # The text of an unforeseen error may hold anything (S7): only its kind and place are told.
            module, line = place_of(error)
            _LOG.error("data plane failed", error=type(error).__name__, module=module, line=line)
            answer = refusal(500, "exception", "The gateway made a mistake. Nothing was shown.")
        request_id = request_id or self._dependencies.new_id()
        if answer.stream is None:
            await send_answer(send, answer, request_id)
            return
        try:
            reason = await send_stream(receive, send, answer, request_id)
        finally:
            await answer.stream.close()
        if reason is not None:
            # Returning without the end of the body makes the server break the connection.
            _LOG.warning("transfer broken off", reason=reason, request_id=request_id)

    async def _answer(
        self, scope: Scope, receive: Receive, headers: dict[bytes, bytes], request_id: str
    ) -> Answer:
        raw_path = bytes(scope.get("raw_path") or b"")[self._prefix :]
        method = scope["method"]
        if raw_path == b"/metadata" and method == "GET":
            return await self._capabilities.answer()
        client = scope.get("client")
        authorization = headers.get(b"authorization")
        request = Request(
            method, raw_path, scope["query_string"], headers, request_id, client[0] if client else ""
        )
        try:
            grant = self._dependencies.tokens.verify(
                authorization.decode("latin-1") if authorization is not None else None
            )
        except InvalidToken as invalid:
            answer = _unauthorized(invalid, authorization is not None)
            if authorization is not None:
                self._keeper.unreadable(request, None, answer, "no valid token")
            return answer
        except SessionLocked as locked:
            return _locked(locked)
        token_id = self._token_ids.of(authorization or b"")
        body = b""
        if method in WITH_BODY:
            limits = self._settings.limits
            maximum = limits.form_bytes if is_form_search(method, raw_path) else limits.body_bytes
            body = await whole_body(receive, headers, maximum)
        request = Request(
            method,
            raw_path,
            scope["query_string"],
            headers,
            request_id,
            request.client_address,
            token_id,
            body,
        )
        return await self.answer_interaction(request, grant)

    async def answer_interaction(self, request: Request, grant: Grant, bundled: bool = False) -> Answer:
        """Classify and carry out one interaction; ``bundled`` for an entry of a batch."""
        form = request.body if is_form_search(request.method, request.raw_path) else None
        interaction = classify(
            request.method, request.raw_path, request.raw_query, request.headers, form=form
        )
        if isinstance(interaction, Refusal):
            answer = refusal(interaction.status, interaction.code, interaction.text)
            self._keeper.unreadable(request, grant, answer, interaction.text)
            return answer
        if bundled and interaction.kind in (Kind.BUNDLE, Kind.CAPABILITIES):
            return refusal(400, "not-supported", "This does not belong in a batch.")
        return await self._carried_out(Access(request, grant, interaction))

    async def _carried_out(self, access: Access) -> Answer:
        try:
            unacceptable = _unacceptable(access.interaction, access.request)
            if unacceptable is not None:
                return await self._keeper.refused(access, unacceptable, "only JSON is spoken")
            try:
                return await self._handlers[access.interaction.kind](access)
            except AnsweredEarly as early:
                return await self._keeper.refused(access, early.answer, early.reason)
            except InvalidToken as invalid:
                return await self._keeper.refused(access, _unauthorized(invalid, True), str(invalid))
            except SessionLocked as locked:
                return _locked(locked)
            except GatewayError as failure:
                answer = refusal(503, "transient", "The user's login at the record system cannot be used.")
                return await self._keeper.refused(access, answer, str(failure))
        except AuditUnavailable as unavailable:
            return refusal(503, "exception", unavailable.reason, ((b"retry-after", b"5"),))


def _unauthorized(invalid: InvalidToken, given: bool) -> Answer:
    """401 so that a client refreshes and tries again (SAL-61, NAV-08)."""
    challenge = b'Bearer error="invalid_token"' if given else b"Bearer"
    text = "The access token is missing." if not given else "The access token is not valid any more."
    return refusal(401, "login", text, ((b"www-authenticate", challenge),))


def _locked(locked: SessionLocked) -> Answer:
    text = "The workspace is locked."
    return refusal(503, "transient", text, ((b"retry-after", str(locked.retry_after).encode("ascii")),))


def _unacceptable(interaction: Interaction, request: Request) -> Answer | None:
    accept = request.headers.get(b"accept")
    if accept is None or interaction.type == "Binary" or b"json" in accept or b"*/*" in accept or not accept:
        return None
    if b"application/*" in accept:
        return None
    return refusal(406, "not-supported", "Only JSON is spoken here.")
