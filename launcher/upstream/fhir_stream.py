"""One answer of the FHIR server that is read as it comes, no faster than it is passed on."""

from __future__ import annotations

import aiohttp
from multidict import CIMultiDictProxy

from launcher.upstream.fhir import UpstreamFailure, UpstreamGone, UpstreamSlow, UpstreamTooLarge


class UpstreamStream:
    """``close`` it when it has been read, or is not wanted any more. ``most`` is the largest body, in bytes."""

    def __init__(self, response: aiohttp.ClientResponse, most: int) -> None:
        self._response = response
        self._most = most
        self._size = 0

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self._response.status

    @property
    def headers(self) -> CIMultiDictProxy[str]:
        """The headers, matched without case."""
        return self._response.headers

    @property
    def length(self) -> int | None:
        """How many bytes the body has, when the FHIR server has said so."""
        return self._response.content_length

    async def chunk(self) -> bytes:
        """What has come since; empty at the end. Raises ``UpstreamGone``, ``UpstreamSlow`` or ``UpstreamTooLarge``."""
        if self._response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise UpstreamFailure("The record system answered in an encoding that was not asked for.")
        try:
            chunk = await self._response.content.readany()
        except TimeoutError:
            raise UpstreamSlow(UpstreamSlow.text) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise UpstreamGone(UpstreamGone.text) from error
        self._size += len(chunk)
        if self._size > self._most or (self.length or 0) > self._most:
            raise UpstreamTooLarge("The document is larger than what is passed on here.")
        return chunk

    def close(self) -> None:
        """Give the connection back when all was read, break it off when not."""
        self._response.close()
