"""History of a resource or of a type, newest first (FHIR R4 http.html#history)."""

from __future__ import annotations

from datetime import tzinfo
from http import HTTPStatus
from typing import Any

from launcher.sandbox.fhir import fhir_time, json_numbers
from launcher.sandbox.fhir.interactions import Answer, etag
from launcher.sandbox.fhir.outcomes import NotFound, RequestRefused
from launcher.sandbox.fhir.paging import Cursor, CursorSeal
from launcher.sandbox.fhir.search_query import MOST_COUNT, Pairs, without
from launcher.sandbox.fhir.store import Stored, StoreSession

_COLUMNS = "type, id, version, updated, seq, method, body"
_NO_END = 2**62


class History:
    """``_count`` and ``_since`` are understood; paging goes by the order of changes, so nothing is shown twice."""

    def __init__(self, *, base_url: str, zone: tzinfo, seal: CursorSeal) -> None:
        self._base_url = base_url
        self._zone = zone
        self._seal = seal

    def of_resource(
        self, session: StoreSession, resource_type: str, resource_id: str, pairs: Pairs
    ) -> Answer:
        """Raises NotFound if the address was never used, Forbidden."""
        if session.find(resource_type, resource_id) is None:
            raise NotFound(f"there is no {resource_type}/{resource_id}")
        session.rights.demand(session, resource_type, resource_id)
        kind = f"{resource_type}/{resource_id}/_history"
        return self._bundle(session, kind, "type = ? AND id = ?", (resource_type, resource_id), pairs)

    def of_type(self, session: StoreSession, resource_type: str, pairs: Pairs) -> Answer:
        """All changes of resources of one type within the caller's reach."""
        if not session.rights.reaches_type(resource_type):
            return self._bundle(session, f"{resource_type}/_history", "0", (), pairs)
        condition, values = session.rights.condition(
            "(SELECT r.key FROM resource r WHERE r.type = one.type AND r.id = one.id)"
        )
        return self._bundle(
            session, f"{resource_type}/_history", f"type = ? AND {condition}", (resource_type, *values), pairs
        )

    def _bundle(
        self, session: StoreSession, kind: str, where: str, values: tuple[str, ...], pairs: Pairs
    ) -> Answer:
        sealed = [value for name, value in pairs if name == "_cursor"]
        cursor = self._seal.open(sealed[0], kind) if sealed else Cursor(kind, [], 0, (_NO_END,))
        asked = [*cursor.pairs, *without(pairs, "_cursor")]
        count, since = self._limits(asked)
        both = " UNION ALL ".join(
            f"SELECT {_COLUMNS} FROM {table} one WHERE {where} AND updated >= ?"
            for table in ("resource", "superseded")
        )
        bound = (*values, since, *values, since)
        (total,) = session.connection.execute(f"SELECT count(*) FROM ({both})", bound).fetchone()
        rows = session.connection.execute(
            f"SELECT {_COLUMNS} FROM ({both}) WHERE seq < ? ORDER BY seq DESC LIMIT ?",
            (*bound, cursor.after[0], count + 1),
        ).fetchall()
        links = [{"relation": "self", "url": f"{self._base_url}/{kind}"}]
        if len(rows) > count and count:
            following = self._seal.seal(Cursor(kind, asked, 0, (rows[count - 1][4],)))
            links.append({"relation": "next", "url": f"{self._base_url}/{kind}?_cursor={following}"})
        head = {"resourceType": "Bundle", "type": "history", "total": total, "link": links}
        entries = [self._entry(Stored(*row)) for row in rows[:count]]
        body = json_numbers.dumps(head)
        if entries:
            body = body[:-1] + b',"entry":[' + b",".join(entries) + b"]}"
        return Answer(200, body)

    def _limits(self, pairs: Pairs) -> tuple[int, int]:
        count, since = MOST_COUNT // 10, fhir_time.EARLIEST
        for name, value in pairs:
            if name == "_count":
                if not (value.isascii() and value.isdigit() and len(value) < 10):
                    raise RequestRefused("_count is a number of entries")
                count = min(int(value), MOST_COUNT)
            elif name == "_since":
                try:
                    since = fhir_time.interval(value.replace(" ", "+"), self._zone)[0]
                except (ValueError, OverflowError):
                    raise RequestRefused("_since is not an instant") from None
        return count, since

    def _entry(self, stored: Stored) -> bytes:
        status = 204 if stored.body is None else 201 if stored.version == 1 else 200
        name = stored.type if stored.method == "POST" else f"{stored.type}/{stored.id}"
        response: dict[str, Any] = {
            "status": f"{status} {HTTPStatus(status).phrase}",
            "etag": etag(stored.version),
            "lastModified": fhir_time.instant(stored.updated),
        }
        tail = json_numbers.dumps({"request": {"method": stored.method, "url": name}, "response": response})
        head = b'{"fullUrl":"' + f"{self._base_url}/{stored.type}/{stored.id}".encode() + b'",'
        resource = b"" if stored.body is None else b'"resource":' + stored.body + b","
        return head + resource + tail[1:]
