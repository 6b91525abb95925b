"""Where the audit log is forwarded to, as FHIR AuditEvents, and what that place knows of its chain (DESIGN section 4).

Every event carries two tags: which log it comes from, and the number and link of its row. So each event that has
arrived is an anchor, and an event that is sent twice is stored once (conditional create).
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from launcher.gateway.audit_event import audit_events
from launcher.stores.audit_reader import AuditAnchor, StoredAccess
from launcher.upstream.fhir import FHIR_JSON, FhirConnection, UpstreamAnswer, UpstreamFailure, UpstreamLimits

LOG_TAG, ROW_TAG = "urn:vaktrom:audit-log", "urn:vaktrom:audit-row"
LIMITS = UpstreamLimits(connect_seconds=3.0, first_byte_seconds=5.0, whole_seconds=15.0, connections=2)
PAGE_ROWS, MOST_PAGES = 200, 50


class SinkFailed(Exception):
    """Remote system: the sink did not take or give something; says why, without any content."""


@dataclass(frozen=True, slots=True)
class AuditSinkSettings:
    """``base`` is the FHIR base of the sink; ``authorization`` the value of that header, if it wants one."""

    base: str
    authorization: str = field(default="", repr=False)


def read_sink(given: Mapping[str, Any]) -> AuditSinkSettings:
    """Read ``{"base", "authorization"?}``. Raises ``ValueError``: records of patients go over TLS or stay here."""
    base = str(given["base"]).rstrip("/")
    parts = urlsplit(base)
    if not parts.hostname or parts.scheme not in ("http", "https") or parts.query or parts.fragment:
        raise ValueError("the audit sink's base must be the address of a FHIR server")
    if parts.scheme != "https" and not _is_loopback(parts.hostname):
        raise ValueError("the audit sink must be reached over https")
    return AuditSinkSettings(base, str(given.get("authorization", "")))


def tagged_events(log: str, row: StoredAccess) -> list[dict[str, Any]]:
    """The AuditEvents of one row with their two tags."""
    events = audit_events(row.facts)
    for number, event in enumerate(events):
        code = f"{row.seq}.{number}.{row.link}"
        event["meta"] = {
            **event.get("meta", {}),
            "tag": [{"system": LOG_TAG, "code": log}, {"system": ROW_TAG, "code": code}],
        }
    return events


class FhirAuditSink:
    """A FHIR server that keeps AuditEvents (IHE ATNA, RESTful feed)."""

    def __init__(self, settings: AuditSinkSettings, ssl_context: ssl.SSLContext | None = None) -> None:
        self._connection = FhirConnection(settings.base, LIMITS, ssl_context)
        self._headers = {"Accept": FHIR_JSON, "Accept-Encoding": "identity"}
        if settings.authorization:
            self._headers["Authorization"] = settings.authorization

    async def put(self, log: str, row: StoredAccess) -> None:
        """Store the events of one row, each once however often it is sent. Raises ``SinkFailed``."""
        for event in tagged_events(log, row):
            code = event["meta"]["tag"][1]["code"]
            headers = {
                **self._headers,
                "Content-Type": FHIR_JSON,
                "Prefer": "return=minimal",
                "If-None-Exist": f"_tag={quote(f'{ROW_TAG}|{code}', safe='')}",
            }
            answer = await self._ask("POST", "/AuditEvent", headers, msgspec.json.encode(event))
            if answer.status not in (200, 201):
                raise SinkFailed(f"the audit sink answered {answer.status}")

    async def anchors(self, log: str) -> list[AuditAnchor]:
        """What the sink knows of this log, newest first, at most the last ten thousand. Raises ``SinkFailed``."""
        tag = quote(f"{LOG_TAG}|{log}", safe="")
        target: str | None = f"/AuditEvent?_tag={tag}&_sort=-date&_count={PAGE_ROWS}"
        found: dict[int, set[str]] = {}
        for _ in range(MOST_PAGES):
            if target is None:
                break
            answer = await self._ask("GET", target, self._headers)
            if answer.status != 200:
                raise SinkFailed(f"the audit sink answered {answer.status}")
            try:
                bundle = msgspec.json.decode(answer.body, type=_Bundle)
            except msgspec.MsgspecError:
                raise SinkFailed("the audit sink's answer is no Bundle") from None
            for seq, link in _rows(bundle, log):
                found.setdefault(seq, set()).add(link)
            target = self._next(bundle)
        return [AuditAnchor(seq, link) for seq, links in found.items() for link in sorted(links)]

    async def close(self) -> None:
        """Close the connections."""
        await self._connection.close()

    async def _ask(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> UpstreamAnswer:
        try:
            return await self._connection.request(method, target, headers, body)
        except UpstreamFailure as failure:
            raise SinkFailed(f"the audit sink does not answer ({type(failure).__name__})") from failure

    def _next(self, bundle: _Bundle) -> str | None:
        url = next((link.url for link in bundle.link if link.relation == "next"), "")
        base = self._connection.base
        return url.removeprefix(base) if url.startswith((f"{base}/", f"{base}?")) else None


class _Coding(msgspec.Struct):
    system: str = ""
    code: str = ""


class _Meta(msgspec.Struct):
    tag: list[_Coding] = msgspec.field(default_factory=list)


class _Event(msgspec.Struct):
    meta: _Meta = msgspec.field(default_factory=_Meta)


class _Entry(msgspec.Struct):
    resource: _Event = msgspec.field(default_factory=_Event)


class _Link(msgspec.Struct):
    relation: str = ""
    url: str = ""


class _Bundle(msgspec.Struct):
    link: list[_Link] = msgspec.field(default_factory=list)
    entry: list[_Entry] = msgspec.field(default_factory=list)


def _rows(bundle: _Bundle, log: str) -> Iterator[tuple[int, str]]:
    """Number and link of each row that the events of this log name."""
    for entry in bundle.entry:
        tags = {(tag.system, tag.code) for tag in entry.resource.meta.tag}
        if (LOG_TAG, log) not in tags:
            continue
        for system, code in tags:
            seq, _, rest = code.partition(".")
            link = rest.partition(".")[2]
            if system == ROW_TAG and seq.isdigit() and link:
                yield int(seq), link


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
