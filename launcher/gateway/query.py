"""Search parameters: read strictly from raw bytes, written back in one form.

Everything is judged on the parsed list and exactly that list is written out again, so that no reading of the
query by the upstream can differ from ours (percent-encoding, ``;``, repeated names, pollution).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote_plus

Parameters = tuple[tuple[str, str], ...]

MAXIMUM_QUERY_BYTES = 8192
MAXIMUM_PARAMETERS = 100

_RAW = re.compile(rb"[A-Za-z0-9\-._~!$'()*+,:@/?=&|^\[\]{}<>%]*\Z")
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_\-]*([:.][A-Za-z0-9_:.\-]+)?\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class QueryError(ValueError):
    """The query cannot be read in one way only; ``status`` is 400 or 414."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def parse_query(raw: bytes, *, maximum: int = MAXIMUM_QUERY_BYTES) -> Parameters:
    """Names and values in order, decoded once. Raises ``QueryError`` for what is ambiguous, hidden or overlong."""
    if not raw:
        return ()
    if len(raw) > maximum:
        raise QueryError("The query is too long.", 414)
    if not _RAW.match(raw):
        raise QueryError("The query holds a character that must be percent-encoded.")
    if b"%" in raw and _BAD_ESCAPE.search(raw):
        raise QueryError("The query holds a broken percent-encoding.")
    parameters: list[tuple[str, str]] = []
    for part in raw.split(b"&"):
        if not part:
            continue
        name_bytes, _, value_bytes = part.partition(b"=")
        name, value = _decode(name_bytes), _decode(value_bytes)
        if not _NAME.match(name):
            raise QueryError("The query holds a parameter without a proper name.")
        parameters.append((name, value))
    if len(parameters) > MAXIMUM_PARAMETERS:
        raise QueryError("The query holds too many parameters.")
    return tuple(parameters)


def write_query(parameters: Iterable[tuple[str, str]]) -> str:
    """The one spelling that goes upstream: only unreserved characters and ``, : / *`` stand for themselves."""
    return "&".join(f"{name}={quote_plus(value, safe=',:/*')}" for name, value in parameters)


def base_name(name: str) -> str:
    """The parameter's name without modifier and chain: ``subject`` of ``subject:Patient.name``."""
    return re.split(r"[:.]", name, maxsplit=1)[0]


def _decode(raw: bytes) -> str:
    if b"+" in raw:
        raw = raw.replace(b"+", b" ")
    if b"%" in raw:
        raw = _ESCAPE.sub(lambda match: bytes((int(match.group(1), 16),)), raw)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise QueryError("The query is not UTF-8.") from None
    if _CONTROL.search(text):
        raise QueryError("The query holds a control character.")
    return text
