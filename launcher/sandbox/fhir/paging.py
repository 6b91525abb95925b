"""Paging links: a search and a place in it, sealed.

The link names neither patient nor search term (an identity number must not stand in a URL, S7) and needs no memory of the
server. The place is the last matches that were shown, so that matches that come and go in between shift nothing.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from launcher.sandbox.fhir import json_numbers
from launcher.sandbox.fhir.outcomes import RequestRefused
from launcher.sandbox.fhir.search_query import Pairs

_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Cursor:
    """``kind`` and ``pairs`` are the search; the page starts after the last of ``after`` that is still a match.

    ``after`` are the keys of the last matches shown; if all are gone, the page starts at ``offset``.
    """

    kind: str
    pairs: Pairs
    offset: int
    after: tuple[int, ...]


class CursorSeal:
    """Seals and opens cursors with the secret of the database."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, cursor: Cursor) -> str:
        """The text of the ``_cursor`` parameter."""
        plain = json_numbers.dumps([cursor.pairs, cursor.offset, cursor.after])
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, plain, cursor.kind.encode())
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open(self, text: str, kind: str) -> Cursor:
        """Raises RequestRefused if it was not sealed here, for this kind of search."""
        try:
            sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            plain = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], kind.encode())
        except (ValueError, InvalidTag):
            raise RequestRefused("this paging link is not one of this server, or belongs elsewhere") from None
        content: Any = json_numbers.decode(plain)
        return Cursor(kind, [(name, value) for name, value in content[0]], content[1], tuple(content[2]))
