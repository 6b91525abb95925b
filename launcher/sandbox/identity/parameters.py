"""Reads request parameters: one value each, bounded, nothing repeated (RFC 6749 section 3.1)."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl

from starlette.requests import Request

from launcher.sandbox.identity.errors import PageError, ProtocolError
from launcher.sandbox.identity.model import ProviderLimits

FORM_TYPE = "application/x-www-form-urlencoded"


async def form_parameters(request: Request, limits: ProviderLimits) -> dict[str, str]:
    """The parameters of a form body.

    Raises PageError ``too-large`` (413) while still reading, ProtocolError ``invalid_request`` for another
    media type or a repeated parameter.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != FORM_TYPE:
        raise ProtocolError("invalid_request", f"the body must be {FORM_TYPE}")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limits.form_bytes:
            raise PageError("too-large", status=413)
    return parse_form(bytes(body), limits)


def parse_form(body: bytes, limits: ProviderLimits) -> dict[str, str]:
    """The pairs of an urlencoded body as a dictionary; raises ProtocolError as :func:`single_values`."""
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError as error:
        raise ProtocolError("invalid_request", "the form cannot be read") from error
    return single_values(pairs, limits)


def single_values(pairs: Iterable[tuple[str, str]], limits: ProviderLimits) -> dict[str, str]:
    """Each parameter once; empty ones count as left out. Raises ProtocolError for a repeated or too long one."""
    values: dict[str, str] = {}
    for name, value in pairs:
        if name in values:
            raise ProtocolError("invalid_request", "a parameter is repeated")
        if len(value) > limits.parameter_characters:
            raise ProtocolError("invalid_request", "a parameter is too long")
        values[name] = value
    return {name: value for name, value in values.items() if value}
