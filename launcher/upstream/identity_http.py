"""Calls to the identity provider: bounded in time and size, no redirects, loopback names go to 127.0.0.1."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from launcher.upstream.identity_errors import ProviderMisbehaved, ProviderUnavailable
from launcher.upstream.identity_model import IdentityLimits


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (lower-case names) and the JSON object of an answer; ``body`` is None when it is no object."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any] | None


class ProviderCalls:
    """One connection pool to one provider. Proxies and certificates from the environment are not read.

    Without ``ssl_context`` the usual authorities are trusted when ``tls``, and none at all otherwise: reading
    them costs more than the rest of a start.
    """

    def __init__(
        self, limits: IdentityLimits, ssl_context: ssl.SSLContext | None = None, *, tls: bool = True
    ) -> None:
        self._limits = limits
        if ssl_context is None and not tls:
            ssl_context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._client = httpx2.AsyncClient(
            verify=True if ssl_context is None else ssl_context,
            timeout=httpx2.Timeout(limits.whole_seconds, connect=limits.connect_seconds),
            follow_redirects=False,
            trust_env=False,
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
        )

    async def close(self) -> None:
        """Close the pool."""
        await self._client.aclose()

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """GET a JSON object; errors as :meth:`post`."""
        return await self._call("GET", url, headers or {}, None)

    async def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """POST a form.

        Raises ProviderUnavailable (no answer within the limits, 5xx) or ProviderMisbehaved (redirect, too large).
        """
        return await self._call("POST", url, headers, form)

    async def _call(
        self, method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None
    ) -> Answer:
        try:
            async with asyncio.timeout(self._limits.whole_seconds):
                return await self._exchange(self._request(method, url, headers, form))
        except TimeoutError as error:
            raise ProviderUnavailable("the identity provider did not answer in time") from error
        except httpx2.TransportError as error:
            raise ProviderUnavailable(
                f"the identity provider cannot be reached ({type(error).__name__})"
            ) from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise ProviderMisbehaved("the identity provider's answer is no HTTP") from error

    def _request(
        self, method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None
    ) -> httpx2.Request:
        """Names such as ``localhost`` may resolve to ``[::1]``, which anybody can hold: the address is fixed."""
        request = self._client.build_request(method, url, headers=dict(headers), data=form)
        host = request.url.host
        if host == "localhost" or host.endswith(".localhost"):
            request.extensions["sni_hostname"] = host
            request.url = request.url.copy_with(host="127.0.0.1")
        return request

    async def _exchange(self, request: httpx2.Request) -> Answer:
        response = await self._client.send(request, stream=True)
        try:
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > self._limits.body_bytes:
                    raise ProviderMisbehaved("the identity provider's answer is too large")
        finally:
            await response.aclose()
        if 300 <= response.status_code < 400:
            raise ProviderMisbehaved("the identity provider redirected a call that must not be redirected")
        if response.status_code >= 500:
            raise ProviderUnavailable(f"the identity provider answered {response.status_code}")
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, _json_object(bytes(body)))


def _json_object(body: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
