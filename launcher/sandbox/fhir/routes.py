"""HTTP: bytes in, an interaction of the table, bytes out. All errors leave as an OperationOutcome."""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from launcher.sandbox.fhir import json_numbers
from launcher.sandbox.fhir.addresses import Address, Interaction, parse_address, parse_parameters
from launcher.sandbox.fhir.bundles import BundleRunner, read_bundle
from launcher.sandbox.fhir.everything import Everything
from launcher.sandbox.fhir.history import History
from launcher.sandbox.fhir.interactions import Answer, Conditions, Interactions
from launcher.sandbox.fhir.outcomes import (
    BodyTooLarge,
    FhirServerError,
    Issue,
    NotAuthenticated,
    RequestRefused,
    ServerFault,
    operation_outcome,
)
from launcher.sandbox.fhir.patient_access import RightsKeeper
from launcher.sandbox.fhir.preferences import (
    FHIR_JSON,
    Preferences,
    check_accept,
    check_content_type,
    conditions,
    preferences,
)
from launcher.sandbox.fhir.search_query import Pairs
from launcher.sandbox.fhir.store import Store, StoreSession
from launcher.sandbox.fhir.validation import validate

MOST_BODY_BYTES = 10 * 1024 * 1024
Result = TypeVar("Result")

_OPEN_TO_ALL = "metadata"
_LOG = logging.getLogger(__name__)
_CONTENT_TYPE = f"{FHIR_JSON}; charset=utf-8"


Claims = Mapping[str, Any]


class AccessCheck(Protocol):
    """Who may come in. Raises anything to refuse; the answer is then 401. May be a coroutine function."""

    def verify(self, header: str | None) -> Awaitable[Claims] | Claims:
        """``header`` is the ``Authorization`` header; the claims say who the caller is (``patient_access``)."""


class FhirEndpoint:
    """The ASGI app below the base, whose path is ``prefix``. ``capabilities`` are the bytes of the CapabilityStatement."""

    def __init__(
        self,
        store: Store,
        *,
        access: AccessCheck,
        interactions: Interactions,
        history: History,
        everything: Everything,
        capabilities: bytes,
        prefix: str,
    ) -> None:
        self._prefix = prefix
        self._store = store
        self._access = access
        self._rights = RightsKeeper()
        self._interactions = interactions
        self._history = history
        self._everything = everything
        self._capabilities = capabilities
        self._bundles = BundleRunner(interactions, functools.partial(self._perform, strict=False))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        response = await self._respond(Request(scope, receive))
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        try:
            return await self._answer(request)
        except FhirServerError as error:
            return _response(error.status, error.body(), error.headers)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as error:
            _LOG.error("unexpected %s", type(error).__name__, exc_info=_LOG.isEnabledFor(logging.DEBUG))
            fault = ServerFault("the server failed; nothing was changed")
            return _response(fault.status, fault.body(), {})

    async def _answer(self, request: Request) -> Response:
        raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
        path = raw.decode("ascii", "replace")[len(self._prefix) :].strip("/")
        claims: Claims = {}
        if path != _OPEN_TO_ALL:
            claims = await self._check_access(request.headers.get("authorization"))
        address = parse_address(path)
        interaction = address.interaction(request.method)
        pairs = parse_parameters(request.scope["query_string"])
        check_accept(request.headers.get("accept"), pairs)
        if interaction == "capabilities":
            return _response(200, self._capabilities, {})
        preferred = preferences(request.headers.get("prefer"))
        if interaction == "bundle":
            return await self._bundle(request, preferred, claims)
        body = await self._body(request, address, interaction)
        if interaction == "search-type":
            pairs = [*pairs, *(parse_parameters(body) if request.method == "POST" else [])]
            check_accept(request.headers.get("accept"), pairs)
        conditional = conditions(request.headers)
        work = functools.partial(
            self._one,
            method=request.method,
            address=address,
            pairs=pairs,
            resource=body,
            conditional=conditional,
            strict=preferred.strict,
        )
        writes = interaction in ("create", "update", "delete")
        answer = await self._within(claims, work, writes=writes)
        return _prefer(answer, preferred) if writes else _response(answer.status, answer.body, answer.headers)

    async def _within(
        self, claims: Claims, work: Callable[[StoreSession], Result], *, writes: bool
    ) -> Result:
        """Does the work in one transaction that has the rights of the bearer of these claims."""

        def done(session: StoreSession) -> Result:
            session.rights = self._rights.of(session, claims)
            return work(session)

        return await (self._store.write(done) if writes else self._store.read(done))

    async def _check_access(self, header: str | None) -> Claims:
        try:
            checked = self._access.verify(header)
            return await checked if inspect.isawaitable(checked) else checked
        except Exception as error:
            plain = "Bearer" if header is None else 'Bearer error="invalid_token"'
            challenge = getattr(error, "www_authenticate", plain)
            raise NotAuthenticated(
                "a bearer token of the identity provider is needed", headers={"WWW-Authenticate": challenge}
            ) from error

    async def _body(self, request: Request, address: Address, interaction: Interaction) -> Any:
        if interaction == "search-type" and request.method == "POST":
            check_content_type(request.headers.get("content-type"), form=True)
            return await _bytes(request)
        if interaction in ("create", "update"):
            check_content_type(request.headers.get("content-type"), form=False)
            raw = await _bytes(request)
            return await self._store.compute(lambda: validate(_parsed(raw), address.type))
        return None

    async def _bundle(self, request: Request, preferred: Preferences, claims: Claims) -> Response:
        check_content_type(request.headers.get("content-type"), form=False)
        raw = await _bytes(request)
        base_url = self._store.base_url
        bundle = await self._store.compute(lambda: read_bundle(_parsed(raw), base_url))
        run = functools.partial(self._bundles.run, request=bundle, minimal=preferred.wanted == "minimal")
        answer = await self._within(claims, run, writes=not bundle.only_reads)
        return _response(answer.status, answer.body, answer.headers)

    def _one(
        self,
        session: StoreSession,
        method: str,
        address: Address,
        pairs: Pairs,
        resource: Any,
        conditional: Conditions,
        strict: bool,
    ) -> Answer:
        answer = self._perform(session, method, address, pairs, resource, conditional, strict=strict)
        if address.interaction(method) in ("create", "update"):
            self._interactions.check_patients(session, resource)
        return answer

    def _perform(
        self,
        session: StoreSession,
        method: str,
        address: Address,
        pairs: Pairs,
        resource: Any,
        conditional: Conditions,
        *,
        strict: bool,
    ) -> Answer:
        """One interaction inside a transaction of the store."""
        does = self._interactions
        match address.interaction(method):
            case "capabilities":
                return Answer(200, self._capabilities)
            case "search-type":
                return does.search(
                    session, address.type, pairs, strict=strict, posted=address.place == "search"
                )
            case "read":
                return does.read(session, address.type, address.id, pairs, conditional)
            case "vread":
                return does.vread(session, address.type, address.id, address.version, pairs, conditional)
            case "create":
                return does.create(session, resource, conditional)
            case "update":
                return does.update(session, resource, address.id, conditional)
            case "delete":
                return does.delete(session, address.type, address.id, conditional)
            case "history-instance":
                return self._history.of_resource(session, address.type, address.id, pairs)
            case "history-type":
                return self._history.of_type(session, address.type, pairs)
            case "everything":
                return self._everything.answer(session, address.id, pairs)
            case "bundle":
                raise RequestRefused("a Bundle cannot hold another batch")


async def _bytes(request: Request) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_BODY_BYTES:
            raise BodyTooLarge(f"a body has at most {MOST_BODY_BYTES} bytes", headers={"Connection": "close"})
        parts.append(part)
    return b"".join(parts)


def _parsed(raw: bytes) -> Any:
    try:
        return json_numbers.loads(raw)
    except json_numbers.MalformedJson as error:
        raise RequestRefused(f"the body is not JSON: {error}", code="structure") from None


def _prefer(answer: Answer, preferred: Preferences) -> Response:
    body = answer.body
    if preferred.wanted == "minimal" or answer.outcome_only:
        body = None
    status = answer.status
    if preferred.wanted == "OperationOutcome":
        done = Issue("informational", "done", severity="information")
        body = json_numbers.dumps(operation_outcome([done]))
        status = 200 if status == 204 else status
    return _response(status, body, answer.headers)


def _response(status: int, body: bytes | None, headers: dict[str, str]) -> Response:
    if body is None:
        return Response(status_code=status, headers=headers)
    return Response(body, status, headers, _CONTENT_TYPE)
