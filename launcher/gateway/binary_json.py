"""A Binary in FHIR JSON, read as it comes: its attachment is handed on, everything else is kept (R4, Binary)."""

from __future__ import annotations

import binascii
import json
import re
from typing import Any

from launcher.gateway.heads import AnswerUnreadable, unambiguous

_QUOTE, _BACKSLASH, _COMMA, _COLON = b'"\\,:'
_OPENING, _CLOSING = b"{[", b"}]"
_WHITESPACE = b" \t\r\n"
_UNFINISHED_ESCAPE = re.compile(rb"\\(?:u[0-9A-Fa-f]{0,3})?\Z")


class BinaryJson:
    """Finds the value of the top member ``data`` in JSON that is fed in pieces.

    ``head_bytes`` is the most that everything else may take. Raises ``AnswerUnreadable`` for what is no Binary.
    """

    def __init__(self, head_bytes: int) -> None:
        self._most = head_bytes
        self._head = bytearray()
        self._depth = 0
        self._string_from: int | None = None
        self._escaped = False
        self._key: object = None
        self._in_value = False
        self._in_data = False
        self._last = b""

    @property
    def in_data(self) -> bool:
        """True while the attachment is coming."""
        return self._in_data

    def feed(self, piece: bytes) -> bytes:
        """The part of the attachment in this piece, as it stands in the JSON."""
        found = b""
        start = 0
        while start < len(piece):
            if self._in_data:
                end = piece.find(b'"', start)
                part = piece[start:] if end < 0 else piece[start:end]
                found += part
                self._last = part[-1:] or self._last
                if end < 0:
                    return found
                if self._last == b"\\":
                    raise AnswerUnreadable("the attachment is not base64")
                self._in_data = False
                self._head.append(_QUOTE)
                start = end + 1
            else:
                start = self._read_members(piece, start)
        return found

    def beginning(self) -> dict[str, Any]:
        """The members before the attachment, while it is coming."""
        return self._members(bytes(self._head) + b'"}')

    def head(self) -> dict[str, Any]:
        """Every member but the attachment, which is empty here, once all has been fed."""
        return self._members(bytes(self._head))

    @staticmethod
    def _members(raw: bytes) -> dict[str, Any]:
        members = unambiguous(raw)
        if not isinstance(members, dict) or members.get("resourceType") != "Binary":
            raise AnswerUnreadable("it is no Binary")
        return members

    def _read_members(self, piece: bytes, start: int) -> int:
        """Read up to the attachment or the end of the piece; where to go on."""
        for index in range(start, len(piece)):
            byte = piece[index]
            self._head.append(byte)
            if self._string_from is not None:
                self._read_string(byte)
            elif byte == _QUOTE:
                if self._depth == 1 and self._in_value and self._key == "data":
                    self._in_data, self._key = True, None
                    return index + 1
                self._string_from = len(self._head) - 1
            else:
                self._read_structure(byte)
        if len(self._head) > self._most:
            raise AnswerUnreadable("too much beside the attachment")
        return len(piece)

    def _read_string(self, byte: int) -> None:
        if self._escaped:
            self._escaped = False
        elif byte == _BACKSLASH:
            self._escaped = True
        elif byte == _QUOTE:
            if self._depth == 1 and not self._in_value:
                self._key = unambiguous(bytes(self._head[self._string_from :]))
            self._string_from = None

    def _read_structure(self, byte: int) -> None:
        if byte in _OPENING:
            self._depth += 1
        elif byte in _CLOSING:
            self._depth -= 1
        elif self._depth == 1 and byte in (_COMMA, _COLON):
            self._in_value = byte == _COLON


class Base64Text:
    """Decodes base64 out of a JSON string that comes in pieces. Raises ``AnswerUnreadable`` where it is none."""

    def __init__(self) -> None:
        self._escaped = b""
        self._rest = b""
        self._ended = False

    def feed(self, piece: bytes) -> bytes:
        """The bytes of every group of four characters that is complete."""
        piece = self._escaped + piece
        self._escaped = b""
        if b"\\" in piece:
            unfinished = _UNFINISHED_ESCAPE.search(piece)
            if unfinished is not None:
                piece, self._escaped = piece[: unfinished.start()], unfinished.group()
            piece = self._unescaped(piece)
        text = self._rest + piece.translate(None, _WHITESPACE)
        whole = len(text) // 4 * 4
        self._rest = text[whole:]
        if self._ended and text:
            raise AnswerUnreadable("something comes after the end of the attachment")
        self._ended = text[:whole].endswith(b"=")
        try:
            return binascii.a2b_base64(text[:whole], strict_mode=True)
        except binascii.Error:
            raise AnswerUnreadable("the attachment is not base64") from None

    def finish(self) -> None:
        """Call after the last piece."""
        if self._rest or self._escaped:
            raise AnswerUnreadable("the attachment is not whole")

    @staticmethod
    def _unescaped(piece: bytes) -> bytes:
        try:
            return str(json.loads(b'"' + piece + b'"')).encode("ascii")
        except ValueError:
            raise AnswerUnreadable("the attachment is not base64") from None
