"""The FHIR server upstream of the gateway, over HTTP (DESIGN section 6).

``FhirConnection`` carries the data plane's exchanges: bytes up, bytes down, every limit named. ``UpstreamFhir``
makes the few reads that the gateway needs for itself: the user's Practitioner, the encounter of a launch, and the
check before a patient becomes current (S1).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from launcher.gateway.query import write_query
from launcher.gateway.resource_types import is_resource_id
from launcher.oauth.model import Grant
from launcher.server.errors import GatewayError, UpstreamUnavailable

if (
    TYPE_CHECKING
):  # a third of the gateway's start, and the sign-in page needs no record: imported at the first read
    import aiohttp
    from multidict import CIMultiDictProxy

    from launcher.upstream.fhir_stream import UpstreamStream

FHIR_JSON = "application/fhir+json"
AWAY = (502, 503, 504)
"""Statuses of something in front of a FHIR server that does not answer."""
FORM = "application/x-www-form-urlencoded"


class UpstreamFailure(UpstreamUnavailable):
    """Remote system: the FHIR server gave no usable answer; ``status`` is what the app is told."""

    status = 502
    text = "The record system gave no usable answer."


class UpstreamGone(UpstreamFailure):
    """No connection, or it broke before the answer was whole (502)."""

    text = "The record system cannot be reached."


class UpstreamSlow(UpstreamFailure):
    """No first byte in time, or the whole took too long (504)."""

    status = 504
    text = "The record system did not answer in time."


class UpstreamTooLarge(UpstreamFailure):
    """The answer is larger than the gateway judges (502)."""

    text = "The record system's answer is too large. Ask for fewer resources at a time."


@dataclass(frozen=True, slots=True)
class UpstreamLimits:
    """Seconds and bytes; ``connections`` is the number of sockets kept at once.

    ``answer_bytes`` and ``whole_seconds`` are for an answer that is judged whole, ``stream_bytes`` and
    ``stream_seconds`` for one that is passed on as it comes.
    """

    connect_seconds: float = 5.0
    first_byte_seconds: float = 10.0
    whole_seconds: float = 60.0
    answer_bytes: int = 32 * 1024 * 1024
    stream_bytes: int = 1024 * 1024 * 1024
    stream_seconds: float = 600.0
    connections: int = 100
    idle_connection_seconds: float = 4.0
    patient_check_seconds: float = 2.0


@dataclass(frozen=True, slots=True)
class UpstreamAnswer:
    """One whole answer; header names are matched without case."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes


class FhirConnection:
    """A pool of connections to one FHIR base; made without a loop, opened at the first request."""

    def __init__(
        self, base: str, limits: UpstreamLimits | None = None, ssl_context: ssl.SSLContext | None = None
    ) -> None:
        """Without ``ssl_context`` the usual authorities are trusted."""
        self.base = base.rstrip("/")
        self._ssl = True if ssl_context is None else ssl_context
        self._limits = limits or UpstreamLimits()
        self._session: aiohttp.ClientSession | None = None
        self.on_answer: Callable[[bool], None] = lambda _: None
        """Told after each request whether the FHIR server answered: not of one that was given up, nor of one that
        failed while another was answered."""
        self._answered = 0

    async def request(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> UpstreamAnswer:
        """Send ``target`` (path and query below the base, already encoded) and read the whole answer.

        Redirects are not followed. Raises ``UpstreamGone``, ``UpstreamSlow`` or ``UpstreamTooLarge``.
        """
        import aiohttp
        import yarl

        session = self._session or self._open()
        answered_before = self._answered
        url = yarl.URL(self.base + target, encoded=True)
        try:
            async with session.request(
                method, url, headers=headers, data=body, allow_redirects=False
            ) as response:
                answer = UpstreamAnswer(response.status, response.headers, await self._whole(response))
        except TimeoutError:
            self._note_failure(answered_before)
            raise UpstreamSlow(UpstreamSlow.text) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            self._note_failure(answered_before)
            raise UpstreamGone(UpstreamGone.text) from error
        self._note_answer(answer.status, answered_before)
        return answer

    async def open(self, target: str, headers: Mapping[str, str]) -> UpstreamStream:
        """GET ``target`` and hand over its answer as a stream. Raises ``UpstreamGone`` or ``UpstreamSlow``."""
        import aiohttp
        import yarl

        from launcher.upstream.fhir_stream import UpstreamStream

        session = self._session or self._open()
        answered_before = self._answered
        timeout = aiohttp.ClientTimeout(
            total=self._limits.stream_seconds,
            sock_connect=self._limits.connect_seconds,
            sock_read=self._limits.first_byte_seconds,
        )
        url = yarl.URL(self.base + target, encoded=True)
        try:
            response = await session.get(url, headers=headers, allow_redirects=False, timeout=timeout)
        except TimeoutError:
            self._note_failure(answered_before)
            raise UpstreamSlow(UpstreamSlow.text) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            self._note_failure(answered_before)
            raise UpstreamGone(UpstreamGone.text) from error
        self._note_answer(response.status, answered_before)
        return UpstreamStream(response, self._limits.stream_bytes)

    def _note_answer(self, status: int, answered_before: int) -> None:
        if status in AWAY:
            self._note_failure(answered_before)
        else:
            self._answered += 1
            self.on_answer(True)

    def _note_failure(self, answered_before: int) -> None:
        if self._answered == answered_before:
            self.on_answer(False)

    async def close(self) -> None:
        """Close every connection; the next request opens anew."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        import aiohttp

        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._limits.connections,
                keepalive_timeout=self._limits.idle_connection_seconds,
                ssl=self._ssl,
            ),
            timeout=aiohttp.ClientTimeout(
                total=self._limits.whole_seconds,
                sock_connect=self._limits.connect_seconds,
                sock_read=self._limits.first_byte_seconds,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=("User-Agent", "Accept-Encoding", "Content-Type"),
            trust_env=False,
        )
        return self._session

    async def _whole(self, response: aiohttp.ClientResponse) -> bytes:
        maximum = self._limits.answer_bytes
        encoding = response.headers.get("Content-Encoding", "identity")
        if encoding.lower() != "identity":
            raise UpstreamFailure("The record system answered in an encoding that was not asked for.")
        if response.content_length is not None and response.content_length <= maximum:
            return await response.read()
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.content.iter_any():
            size += len(chunk)
            if size > maximum:
                response.close()
                raise UpstreamTooLarge(UpstreamTooLarge.text)
            chunks.append(chunk)
        return b"".join(chunks)


class UserTokens(Protocol):
    """The upstream access token of a grant's session."""

    async def token_for(self, grant: Grant) -> str: ...


class PatientRefusal(StrEnum):
    """Why a patient cannot become current (S1); ``UNREACHABLE`` is the upstream's silence, not the patient's."""

    NOT_READABLE = "not-readable"
    DELETED = "deleted"
    IDENTIFIER_MISMATCH = "identifier-mismatch"
    UNREACHABLE = "unreachable"


class UpstreamFhir:
    """The gateway's own reads, each with the user's upstream token; person searches go as POST (S7)."""

    def __init__(
        self, connection: FhirConnection, tokens: UserTokens, *, patient_check_seconds: float = 2.0
    ) -> None:
        self._connection = connection
        self._tokens = tokens
        self._patient_check_seconds = patient_check_seconds

    async def read(self, access_token: str, path: str) -> dict[str, Any] | None:
        """The resource at ``Type/id``; ``None`` when missing, deleted or hidden from the user.

        Raises ``UpstreamUnavailable`` for everything else.
        """
        answer = await self._connection.request("GET", f"/{path}", _headers(access_token))
        if answer.status in (403, 404, 410):
            return None
        return _resource(answer)

    async def search(
        self, access_token: str, resource_type: str, parameters: Mapping[str, str]
    ) -> list[dict[str, Any]]:
        """Every resource of the first page, included ones too. Raises ``UpstreamUnavailable``."""
        form = write_query(parameters.items()).encode("ascii")
        headers = {**_headers(access_token), "Content-Type": FORM}
        answer = await self._connection.request("POST", f"/{resource_type}/_search", headers, form)
        entries = _resource(answer).get("entry", [])
        return [entry["resource"] for entry in entries if isinstance(entry.get("resource"), dict)]

    async def in_progress_encounter(self, access_token: str, patient: str) -> dict[str, Any] | None:
        """The patient's in-progress Encounter, the one begun last if there are several (NAV-06)."""
        found = await self.search(
            access_token,
            "Encounter",
            {"patient": f"Patient/{patient}", "status": "in-progress", "_count": "20"},
        )
        own = [
            resource
            for resource in found
            if resource.get("resourceType") == "Encounter"
            and resource.get("status") == "in-progress"
            and resource.get("subject", {}).get("reference") == f"Patient/{patient}"
        ]
        return max(own, key=lambda encounter: str(encounter.get("period", {}).get("start", "")), default=None)

    async def check(
        self, grant: Grant, patient_id: str, identifiers: Iterable[Mapping[str, Any]]
    ) -> PatientRefusal | None:
        """May this patient become current: readable by the user, and no identifier that disagrees (S1).

        ``identifiers`` are FHIR Identifiers of the event; one disagrees when the record holds the same system
        with other values only. Answers within ``patient_check_seconds``.
        """
        if not is_resource_id(patient_id):
            return PatientRefusal.NOT_READABLE
        try:
            async with asyncio.timeout(self._patient_check_seconds):
                token = await self._tokens.token_for(grant)
                answer = await self._connection.request("GET", f"/Patient/{patient_id}", _headers(token))
            if answer.status == 410:
                return PatientRefusal.DELETED
            if answer.status in (401, 403, 404):
                return PatientRefusal.NOT_READABLE
            patient = _resource(answer)
        except (TimeoutError, GatewayError):
            return PatientRefusal.UNREACHABLE
        if (patient.get("resourceType"), patient.get("id")) != ("Patient", patient_id):
            return PatientRefusal.NOT_READABLE
        return PatientRefusal.IDENTIFIER_MISMATCH if _disagree(patient, identifiers) else None


def _disagree(patient: Mapping[str, Any], identifiers: Iterable[Mapping[str, Any]]) -> bool:
    known: dict[str, set[str]] = {}
    for identifier in patient.get("identifier", []):
        if isinstance(identifier, dict) and isinstance(identifier.get("system"), str):
            known.setdefault(identifier["system"], set()).add(str(identifier.get("value")))
    for identifier in identifiers:
        values = known.get(str(identifier.get("system")))
        if values is not None and str(identifier.get("value")) not in values:
            return True
    return False


def _headers(access_token: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {access_token}",
        "Accept": FHIR_JSON,
        "Accept-Encoding": "identity",
        "Cache-Control": "no-cache",
    }


def _resource(answer: UpstreamAnswer) -> dict[str, Any]:
    if answer.status != 200:
        raise UpstreamFailure(f"the record system answered {answer.status}")
    try:
        resource = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        raise UpstreamFailure("the record system's answer is no JSON") from None
    if not isinstance(resource, dict):
        raise UpstreamFailure("the record system's answer is no resource")
    return resource
