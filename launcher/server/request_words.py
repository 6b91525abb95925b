"""What may be told of a request to the authorization server: every name, and the values that are no secrets."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import parse_qsl, quote, unquote_plus, urlsplit

import msgspec
from starlette.types import Message, Scope

SHOWN = frozenset(
    {
        "grant_type",
        "response_type",
        "client_id",
        "redirect_uri",
        "scope",
        "aud",
        "resource",
        "prompt",
        "max_age",
        "code_challenge_method",
        "client_assertion_type",
        "token_type_hint",
        "post_logout_redirect_uri",
        "error",
    }
)
"""Parameters whose values are told; all others may hold a code, a token, a secret or a person."""
LEFT_OUT = frozenset({"code_verifier"})
WITHHELD = "***"
LONGEST = 4096
FORM = b"application/x-www-form-urlencoded"
_ERROR = re.compile(r"[a-z_\-]{1,64}\Z")
_PAGE = re.compile(rb'<body data-page="([a-z_]{1,64})"')


class _Refusal(msgspec.Struct):
    error: str = ""


def shown_request(scope: Scope, body: bytes, base_url: str) -> str:
    """Method and URL, and the form after one more space; without secrets."""
    query = shown_parameters(scope.get("query_string", b""))
    url = base_url + quote(scope["path"], safe="/") + (f"?{query}" if query else "")
    form = shown_parameters(body) if header(scope, b"content-type").startswith(FORM) else ""
    return f"{scope['method']} {url}" + (f" {form}" if form else "")


def shown_parameters(raw: bytes) -> str:
    """A query or form with ``***`` for every value that is not known to be harmless (BALP-12)."""
    shown = (
        f"{quote(name, safe='')}={quote(value, safe=':/') if name in SHOWN else WITHHELD}"
        for name, value in _pairs(raw)
        if name not in LEFT_OUT
    )
    return "&".join(shown)[:LONGEST]


def grant_type_of(body: bytes) -> str:
    """``grant_type`` of a token request; empty when there is none."""
    return dict(_pairs(body)).get("grant_type", "")


def claimed_client(scope: Scope, body: bytes) -> str:
    """The client that a request says it comes from; nobody has checked it."""
    scheme, _, credentials = header(scope, b"authorization").partition(b" ")
    if scheme.lower() == b"basic":
        try:
            name = base64.b64decode(credentials, validate=True).partition(b":")[0]
        except (binascii.Error, ValueError):
            return ""
        return unquote_plus(name.decode("utf-8", "replace"))[:256]
    claimed = dict(_pairs(body)) | dict(_pairs(scope.get("query_string", b"")))
    return claimed.get("client_id", "")[:256]


def error_of(start: Message, body: bytes) -> str:
    """The error code in a redirect's address or a JSON body, or which page of ours it is; empty when there is none."""
    location = next((value for name, value in start["headers"] if name.lower() == b"location"), b"")
    found = dict(_pairs(urlsplit(location.decode("latin-1")).query.encode("latin-1"))).get("error", "")
    if not found and body.startswith(b"{"):
        try:
            found = msgspec.json.decode(body, type=_Refusal).error
        except msgspec.MsgspecError:
            found = ""
    if not found and (page := _PAGE.search(body)):
        found = page[1].decode()
    return found if _ERROR.match(found) else ""


def header(scope: Scope, name: bytes) -> bytes:
    """The first header of this lower-case name; empty when there is none."""
    return next((bytes(value) for given, value in scope["headers"] if given == name), b"")


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return []
