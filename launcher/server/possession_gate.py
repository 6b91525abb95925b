"""Requests with a key-bound token: the proof is checked before anything else looks at them (RFC 9449 7)."""

from __future__ import annotations

from datetime import datetime

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from launcher.oauth.possession import PROOF_ALGORITHMS, InvalidProof, UsedProofs, checked_proof
from launcher.server.dependencies import Clock, GatewaySettings
from launcher.server.errors import InvalidToken
from launcher.server.forms import NO_STORE
from launcher.server.tokens import TokenVerifier

CHALLENGE = 'DPoP error="{error}", algs="' + " ".join(PROOF_ALGORITHMS) + '"'


class ProofsOfPossession:
    """Checks proofs at token endpoint and resources; each counts once, wherever it was used."""

    def __init__(self, settings: GatewaySettings, clock: Clock, used: UsedProofs) -> None:
        self._settings = settings
        self._clock = clock
        self._used = used

    def key_of_token_request(self, request: Request) -> str | None:
        """The thumbprint of the key that a token request proves, ``None`` without a proof. Raises ``InvalidProof``."""
        proofs = request.headers.getlist("dpop")
        return self._key(proofs, request.method, request.url.path, None) if proofs else None

    def key_of_access(self, scope: Scope, token: str) -> str:
        """The thumbprint of the key that a request with an access token proves. Raises ``InvalidProof``."""
        proofs = [value.decode("latin-1") for name, value in scope["headers"] if name == b"dpop"]
        path = bytes(scope.get("raw_path") or scope["path"].encode()).partition(b"?")[0].decode("latin-1")
        return self._key(proofs, scope["method"], path, token)

    def _key(self, proofs: list[str], method: str, path: str, token: str | None) -> str:
        if len(proofs) != 1:
            raise InvalidProof("exactly one proof is needed")
        now: datetime = self._clock.now()
        url = self._settings.base_url + path
        proof = checked_proof(proofs[0], method=method, url=url, now=now, access_token=token)
        self._used.use(proof, now)
        return proof.thumbprint


class PossessionGate:
    """ASGI middleware: ``Authorization: DPoP`` goes on under the verifier's own mark, once its proof is checked.

    The mark is a secret of this process, so a request cannot bring it along; without this gate no key-bound token
    opens anything.
    """

    def __init__(self, app: ASGIApp, verifier: TokenVerifier, proofs: ProofsOfPossession) -> None:
        self._app = app
        self._verifier = verifier
        self._proofs = proofs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        header = next((item for item in scope["headers"] if _is_bound(*item)), None)
        if header is None:
            await self._app(scope, receive, send)
            return
        token = header[1][5:].strip().decode("latin-1")
        try:
            if self._verifier.access_token(token).key != self._proofs.key_of_access(scope, token):
                raise InvalidToken("the token is bound to another key")
        except InvalidToken:
            refused = _refused(scope, "invalid_token", "the token is not valid with this key")
            await self._told(refused, scope, receive, send)
            return
        except InvalidProof as invalid:
            await self._told(_refused(scope, invalid.code, invalid.description), scope, receive, send)
            return
        passed = (b"authorization", f"{self._verifier.proven} {token}".encode("latin-1"))
        headers = [passed if item is header else item for item in scope["headers"]]
        await self._app({**scope, "headers": headers}, receive, send)

    async def _told(self, refused: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse; data plane and hub refuse the unproven token as well, and so record the attempt as they do others."""

        async def unsent(message: Message) -> None:
            pass

        if scope["path"].startswith(("/fhir/", "/fhircast")):
            await self._app(scope, receive, unsent)
        await refused(scope, receive, send)


def _is_bound(name: bytes, value: bytes) -> bool:
    return name == b"authorization" and value[:5].lower() == b"dpop "


def _refused(scope: Scope, error: str, reason: str) -> ASGIApp:
    """401 as the place speaks: an OperationOutcome below ``/fhir``, plain OAuth elsewhere."""
    content: object = {"error": error, "error_description": reason}
    media_type = "application/json"
    if scope["path"].startswith("/fhir/"):
        issue = {"severity": "error", "code": "login", "diagnostics": reason}
        content, media_type = {"resourceType": "OperationOutcome", "issue": [issue]}, "application/fhir+json"
    headers = {**NO_STORE, "www-authenticate": CHALLENGE.format(error=error)}
    return Response(msgspec.json.encode(content), 401, headers, media_type=media_type)
