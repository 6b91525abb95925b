"""Going up: one request to the upstream with the user's token, and what its failures mean to an app."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import msgspec

from launcher.gateway.outcomes import operation_outcome
from launcher.gateway.query import Parameters, write_query
from launcher.oauth.model import Grant
from launcher.server.dependencies import UpstreamTokens
from launcher.server.fhir.access import Access
from launcher.server.fhir.exchange import Answer, AnsweredEarly, refusal
from launcher.upstream.fhir import FHIR_JSON, FhirConnection, UpstreamAnswer, UpstreamFailure

if TYPE_CHECKING:
    from launcher.upstream.fhir_stream import UpstreamStream

_EXPRESSION = re.compile(r"[A-Za-z0-9_.\[\]()]{1,200}\Z")
_ETAG = re.compile(r'(?:W/)?"[A-Za-z0-9\-.]{1,64}"\Z')
_HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT\Z")
_LOCATION = re.compile(r"([A-Za-z]{1,64})/([A-Za-z0-9\-.]{1,64})(?:/_history/([A-Za-z0-9\-.]{1,64}))?\Z")

FAILURES: dict[int, tuple[int, str, str]] = {
    400: (400, "invalid", "The record system does not understand this request."),
    403: (403, "forbidden", "The record system does not let this user do that."),
    404: (404, "not-found", "There is no such resource here."),
    405: (405, "not-supported", "The record system does not offer this interaction."),
    409: (409, "conflict", "The record system reports a conflict with the stored resource."),
    410: (410, "deleted", "The resource was deleted."),
    412: (412, "conflict", "The condition of the request does not hold: the resource was changed meanwhile."),
    413: (413, "too-long", "The resource is too large for the record system."),
    422: (422, "processing", "The record system refuses the resource as it is."),
    429: (503, "throttled", "The record system has too much to do. Try again in a moment."),
    503: (503, "transient", "The record system is not available. Try again in a moment."),
    504: (504, "timeout", "The record system did not answer in time."),
}
BROKEN = (502, "exception", "The record system gave no usable answer.")
RETRY_AFTER = (b"retry-after", b"5")
LOGIN_REJECTED = "The record system does not accept the user's login."


@runtime_checkable
class RenewingTokens(Protocol):
    """Tokens that can be renewed on demand, for when the upstream has rejected one before its time."""

    async def renewed_for(self, grant: Grant, rejected: str) -> str: ...


class _Issue(msgspec.Struct):
    code: str = ""
    expression: list[str] = msgspec.field(default_factory=list)


class _Outcome(msgspec.Struct):
    resourceType: str = ""
    issue: list[_Issue] = msgspec.field(default_factory=list)


class UpstreamCall:
    """Sends requests up; the app's own token and headers never travel."""

    def __init__(self, connection: FhirConnection, tokens: UpstreamTokens) -> None:
        self._connection = connection
        self._tokens = tokens

    @property
    def base(self) -> str:
        """The upstream's FHIR base, without a trailing slash."""
        return self._connection.base

    async def ask(
        self,
        access: Access,
        method: str,
        target: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> UpstreamAnswer:
        """One question; a rejected token is renewed once. Raises ``AnsweredEarly`` (502, 504) or ``GatewayError``."""
        return await self._exchange(access, method, target, headers, body, _nothing)

    async def change(
        self,
        access: Access,
        method: str,
        target: str,
        headers: Mapping[str, str] | None,
        body: bytes | None,
        right_before: Callable[[], None],
    ) -> UpstreamAnswer:
        """A create, update or delete, as :meth:`ask`.

        ``right_before`` is called each time the request is about to go up, when nothing is waited for any more: a
        token may take seconds to renew. What it raises is raised, and nothing goes up.
        """
        return await self._exchange(access, method, target, headers, body, right_before)

    async def _exchange(
        self,
        access: Access,
        method: str,
        target: str,
        headers: Mapping[str, str] | None,
        body: bytes | None,
        right_before: Callable[[], None],
    ) -> UpstreamAnswer:
        token = await self._tokens.token_for(access.grant)
        try:
            right_before()
            answer = await self._send(access, token, method, target, headers, body)
            if answer.status == 401:
                fresh = await self._renewed(access, token)
                if fresh != token:
                    right_before()
                    answer = await self._send(access, fresh, method, target, headers, body)
                if answer.status == 401:
                    raise UpstreamFailure(LOGIN_REJECTED)
        except UpstreamFailure as failure:
            raise answered_early(failure) from failure
        return answer

    async def open(self, access: Access, target: str) -> UpstreamStream:
        """GET as :meth:`ask`, its answer read as it comes; the caller closes it."""
        token = await self._tokens.token_for(access.grant)
        try:
            stream = await self._connection.open(target, self._headers(access, token))
            if stream.status == 401:
                stream.close()
                fresh = await self._renewed(access, token)
                stream = await self._connection.open(target, self._headers(access, fresh))
                if stream.status == 401:
                    stream.close()
                    raise UpstreamFailure(LOGIN_REJECTED)
        except UpstreamFailure as failure:
            raise answered_early(failure) from failure
        return stream

    async def _renewed(self, access: Access, rejected: str) -> str:
        if isinstance(self._tokens, RenewingTokens):
            return await self._tokens.renewed_for(access.grant, rejected)
        return await self._tokens.token_for(access.grant)

    async def _send(
        self,
        access: Access,
        token: str,
        method: str,
        target: str,
        headers: Mapping[str, str] | None,
        body: bytes | None,
    ) -> UpstreamAnswer:
        sent = self._headers(access, token)
        if headers:
            sent.update(headers)
        return await self._connection.request(method, target, sent, body)

    @staticmethod
    def _headers(access: Access, token: str) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {token}",
            "Accept": FHIR_JSON,
            "Accept-Encoding": "identity",
            "X-Request-Id": access.request.request_id,
        }


def _nothing() -> None:
    """A question may go up at any moment: its answer is judged when it is there."""


def answered_early(failure: UpstreamFailure) -> AnsweredEarly:
    """The failure of an exchange as the answer that an app gets (502, 504)."""
    code = "timeout" if failure.status == 504 else "exception"
    return AnsweredEarly(refusal(failure.status, code, str(failure)), str(failure))


def failure_answer(answer: UpstreamAnswer) -> Answer:
    """An upstream's failure in our own words: only the places it complains about are taken over, never its text."""
    status, code, text = FAILURES.get(answer.status, BROKEN)
    expressions: list[str] = []
    if status in (400, 422):
        try:
            outcome = msgspec.json.decode(answer.body, type=_Outcome)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            outcome = _Outcome()
        expressions = [e for issue in outcome.issue for e in issue.expression if _EXPRESSION.match(e)][:20]
    headers = (RETRY_AFTER,) if status == 503 else ()
    return Answer(status, operation_outcome(code, text, expression=tuple(expressions)), headers)


def version_headers(answer: UpstreamAnswer) -> tuple[tuple[bytes, bytes], ...]:
    """``ETag`` and ``Last-Modified`` of an upstream answer, when they have the form of one."""
    kept: list[tuple[bytes, bytes]] = []
    etag = answer.headers.get("ETag", "")
    if _ETAG.match(etag):
        kept.append((b"etag", etag.encode("ascii")))
    modified = answer.headers.get("Last-Modified", "")
    if _HTTP_DATE.match(modified):
        kept.append((b"last-modified", modified.encode("ascii")))
    return tuple(kept)


def etag_of(answer: UpstreamAnswer) -> str | None:
    """The upstream's ETag, when it has the form of one."""
    etag = answer.headers.get("ETag", "")
    return etag if _ETAG.match(etag) else None


def location_of(url: str, upstream_base: str) -> tuple[str, str, str | None] | None:
    """(type, id, version) of a Location or Content-Location that points into the upstream; else ``None``."""
    path = url.removeprefix(upstream_base + "/") if "://" in url else url.lstrip("/")
    match = _LOCATION.match(path)
    return (match[1], match[2], match[3]) if match else None


def with_query(target: str, parameters: Parameters) -> str:
    """The target with these parameters, written in the one form that goes up."""
    return f"{target}?{write_query(parameters)}" if parameters else target


def unchanged(access: Access, answer: UpstreamAnswer) -> bool:
    """``If-None-Match`` is compared here, after judging, and never sent up: a 304 could not be judged."""
    wanted = access.request.headers.get(b"if-none-match")
    etag = etag_of(answer)
    if wanted is None or etag is None:
        return False
    tags = {tag.strip().removeprefix("W/") for tag in wanted.decode("latin-1").split(",")}
    return etag.removeprefix("W/") in tags
