"""Failures of the gateway's server side, split by whose fault they are."""

from __future__ import annotations


class GatewayError(Exception):
    """Base of every failure that the gateway answers with a status of its own."""

    status = 500


class InvalidToken(GatewayError):
    """Caller: no token, or one that is unknown, expired, revoked or of another gateway (SAL-61): 401."""

    status = 401

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SessionLocked(GatewayError):
    """Our state: the user's session is locked; 503 with ``Retry-After``, never 401 (DESIGN section 5)."""

    status = 503

    def __init__(self, retry_after: int = 5) -> None:
        super().__init__("the session is locked")
        self.retry_after = retry_after


class UpstreamUnavailable(GatewayError):
    """Remote system: the upstream FHIR server or identity provider gave no usable answer in time."""

    status = 503


class ProblemAnswer(GatewayError):
    """Caller: a workspace call that cannot be carried out; answered as JSON ``{"error", "message"}``."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = error
        self.message = message
