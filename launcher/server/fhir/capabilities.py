"""``/fhir/metadata``: open to everybody and to every origin (SAL-62), kept for a few minutes."""

from __future__ import annotations

from launcher.gateway.capability import rewrite_capabilities
from launcher.gateway.heads import AnswerUnreadable
from launcher.server.dependencies import Clock
from launcher.server.fhir.exchange import Answer, refusal
from launcher.server.fhir.settings import FhirPlaneSettings
from launcher.server.fhir.upstream_call import BROKEN
from launcher.upstream.fhir import FHIR_JSON, FhirConnection, UpstreamFailure

ANY_ORIGIN = ((b"access-control-allow-origin", b"*"),)


class Capabilities:
    """The rewritten CapabilityStatement; the last good one is given while the upstream does not answer."""

    def __init__(self, connection: FhirConnection, settings: FhirPlaneSettings, clock: Clock) -> None:
        self._connection = connection
        self._settings = settings
        self._clock = clock
        self._kept: bytes | None = None
        self._fresh_until = 0.0

    async def answer(self) -> Answer:
        """200 with the statement, or 502/504 when there has never been one."""
        now = self._clock.monotonic()
        if self._kept is None or now >= self._fresh_until:
            try:
                self._kept = await self._asked()
                self._fresh_until = now + self._settings.limits.capability_seconds
            except UpstreamFailure as failure:
                if self._kept is None:
                    answer = refusal(failure.status, "exception", str(failure))
                    return Answer(answer.status, answer.body, ANY_ORIGIN)
        return Answer(200, self._kept, ANY_ORIGIN)

    async def _asked(self) -> bytes:
        headers = {"Accept": FHIR_JSON, "Accept-Encoding": "identity"}
        answer = await self._connection.request("GET", "/metadata", headers)
        if answer.status != 200:
            raise UpstreamFailure(BROKEN[2])
        settings = self._settings
        try:
            return rewrite_capabilities(
                answer.body,
                public_base=settings.fhir_base,
                uris=settings.oauth_uris,
                version=settings.version,
            )
        except AnswerUnreadable:
            raise UpstreamFailure(BROKEN[2]) from None
