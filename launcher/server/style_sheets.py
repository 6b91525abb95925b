"""Serves the styles that the shell handed in, each for ever under the URL of its content (SAL-31)."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from launcher.server.forms import json_answer
from launcher.smart.style import style_document, style_key
from launcher.stores.state_records import StateRecords

FOR_EVER = {"cache-control": "public, max-age=31536000, immutable", "x-content-type-options": "nosniff"}
PATH = "/style/"


class StyleSheets:
    """The styles of now by name, and all that were ever given out by their key."""

    def __init__(
        self,
        base_url: str,
        styles: Mapping[str, Mapping[str, str]],
        earlier: Mapping[str, bytes],
        records: StateRecords,
    ) -> None:
        self._base_url = base_url
        self._documents = dict(earlier)
        self._keys: dict[str, str] = {}
        for name, style in styles.items():
            document = style_document(style)
            key = self._keys[name] = style_key(document)
            if key not in self._documents:
                self._documents[key] = document
                records.keep_bytes("style", key, document)

    def url(self, name: str | None) -> str | None:
        """Where the style of that name stands now; the first one for ``None`` or an unknown name."""
        key = self._keys.get(name or "") or next(iter(self._keys.values()), None)
        return f"{self._base_url}{PATH}{key}.json" if key is not None else None

    def routes(self) -> list[Route]:
        """The route of this part; any web page may read it."""
        return [Route(PATH + "{key}.json", self.show, methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """One style."""
        document = self._documents.get(request.path_params["key"])
        if document is None:
            return json_answer({"error": "not_found", "message": "there is no such style"}, 404)
        return Response(document, 200, FOR_EVER, media_type="application/json")
