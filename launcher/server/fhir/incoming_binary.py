"""A Binary on its way from the upstream: its beginning is kept, the rest passes by."""

from __future__ import annotations

import json
from typing import Any

from launcher.gateway.binary_json import BinaryJson
from launcher.gateway.heads import AnswerUnreadable
from launcher.server.fhir.settings import FhirLimits
from launcher.server.fhir.upstream_call import answered_early, etag_of
from launcher.upstream.fhir import UpstreamAnswer, UpstreamFailure
from launcher.upstream.fhir_stream import UpstreamStream


class IncomingBinary:
    """One answer of the upstream; ``close`` it. Every chunk is read by ``json`` before it is given to anybody.

    Reading raises ``AnsweredEarly`` when the upstream fails, ``AnswerUnreadable`` for what is no Binary.
    """

    def __init__(self, stream: UpstreamStream, limits: FhirLimits) -> None:
        self.json = BinaryJson(limits.binary_head_bytes)
        self.kept: list[tuple[bytes, bytes]] = []
        """Chunks, and the part of the attachment in each, that were read and not yet given to anybody."""
        self.complete = False
        self._stream = stream
        self._most_kept = limits.binary_whole_bytes
        self._kept_bytes = 0

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self._stream.status

    @property
    def length(self) -> int | None:
        """The size of the FHIR JSON in bytes, when the upstream says it."""
        return self._stream.length

    def answer(self) -> UpstreamAnswer:
        """Status and headers, with what of the body is kept."""
        body = b"".join(chunk for chunk, _ in self.kept)
        return UpstreamAnswer(self._stream.status, self._stream.headers, body)

    def version(self, members: dict[str, Any]) -> str | None:
        """What tells this version of the resource from another, if the upstream says so."""
        meta = members.get("meta")
        version = meta.get("versionId") if isinstance(meta, dict) else None
        return etag_of(self.answer()) or (json.dumps(version) if version else None)

    async def next(self) -> tuple[bytes, bytes] | None:
        """The next chunk and the part of the attachment in it; ``None`` after the last."""
        try:
            chunk = await self._stream.chunk()
        except UpstreamFailure as failure:
            raise answered_early(failure) from failure
        if not chunk:
            self.complete = True
            return None
        return chunk, self.json.feed(chunk) if self.status == 200 else b""

    async def read_beginning(self) -> None:
        """Read as much as may be kept: all of a small one, ``complete`` says."""
        while not self.complete and self._kept_bytes <= self._most_kept:
            following = await self.next()
            if following is not None:
                self.kept.append(following)
                self._kept_bytes += len(following[0])

    async def read_all(self) -> None:
        """Read to the end, and keep nothing of one that is not small."""
        await self.read_beginning()
        if not self.complete:
            self.kept.clear()
            while await self.next() is not None:
                pass

    def members(self) -> dict[str, Any]:
        """What is known beside the attachment; of one that is not complete, what came before it."""
        if self.complete:
            return self.json.head()
        if not self.json.in_data:
            raise AnswerUnreadable("the attachment does not begin")
        return self.json.beginning()

    def close(self) -> None:
        """Break off what is still on its way."""
        self._stream.close()
