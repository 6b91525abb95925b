"""One authorised HTTP connection to the gateway: every call of the shell goes through ``Connection.request``."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

import httpx2

from shell.gateway_client.errors import (
    GatewayError,
    GatewayUnreachable,
    NotSignedIn,
    PatientGone,
    Refused,
    SourceMalformed,
    SourceUnavailable,
)
from shell.gateway_client.login import ShellTokens

TIMEOUT = httpx2.Timeout(15.0, connect=3.0)
RECORD, HUB = "/fhir/", "/fhircast"
UNUSABLE = "gave no usable answer"
"""The gateway's word for an answer of the record system that cannot be read."""


def new_http_client(base_url: str) -> httpx2.AsyncClient:
    """A client of one gateway; without TLS the certificates, which take long to read, are left alone."""
    verify = True if base_url.startswith("https://") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx2.AsyncClient(
        base_url=base_url, timeout=TIMEOUT, follow_redirects=False, trust_env=False, verify=verify
    )


class Connection:
    """Adds the shell's token, renews it once on 401, and turns statuses into errors."""

    def __init__(self, http: httpx2.AsyncClient, tokens: ShellTokens) -> None:
        self._http = http
        self._tokens = tokens
        self.on_record: Callable[[GatewayError | None], None] = lambda _: None
        """Told, on the loop's thread, what each answer says of the record system: an error of its, or None.

        Nothing is said of an error when another read was answered in the meantime.
        """
        self._good_reads = 0

    @property
    def base_url(self) -> str:
        return str(self._http.base_url).rstrip("/")

    @property
    def tokens(self) -> ShellTokens:
        return self._tokens

    @property
    def http(self) -> httpx2.AsyncClient:
        return self._http

    async def close(self) -> None:
        """Forget the tokens and close every socket."""
        self._tokens.forget()
        await self._http.aclose()

    async def request(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Send one request; raises GatewayError kinds for anything but 2xx."""
        token = await self._tokens.access_token()
        good_before = self._good_reads
        answer = await self._send(method, path, token, options)
        if answer.status_code == 401:
            await self._tokens.renew(token)
            answer = await self._send(method, path, await self._tokens.access_token(), options)
        error = None if answer.is_success else refusal(answer)
        self._judge(path, error, good_before)
        if error is not None:
            raise error
        return answer

    async def json(self, method: str, path: str, **options: Any) -> Any:
        answer = await self.request(method, path, **options)
        return answer.json() if answer.content else None

    def _judge(self, path: str, error: GatewayError | None, good_before: int) -> None:
        """Who is gone was looked for in the record; what was not allowed may have got no further than the gateway."""
        about_record = path.removeprefix(self.base_url).startswith(RECORD)
        if isinstance(error, (SourceUnavailable, SourceMalformed)):
            if (about_record or path == HUB) and self._good_reads == good_before:
                self.on_record(error)
        elif about_record and (error is None or isinstance(error, PatientGone)):
            self._good_reads += 1
            self.on_record(None)

    async def _send(self, method: str, path: str, token: str, options: dict[str, Any]) -> httpx2.Response:
        headers = {**options.get("headers", {}), "Authorization": f"Bearer {token}"}
        try:
            return await self._http.request(method, path, **{**options, "headers": headers})
        except httpx2.TransportError as error:
            raise GatewayUnreachable(type(error).__name__) from error
        except RuntimeError as error:  # the client was closed by logging out
            raise NotSignedIn("closed") from error


def refusal(answer: httpx2.Response) -> GatewayError:
    """The error that a refused answer stands for."""
    status = answer.status_code
    if status == 401:
        return NotSignedIn(str(status))
    if status == 502 and UNUSABLE in answer.text:
        return SourceMalformed(str(status))
    if status >= 500:
        return SourceUnavailable(str(status))
    if status in (404, 410):
        return PatientGone(status)
    return Refused(status, answer.text[:200])
