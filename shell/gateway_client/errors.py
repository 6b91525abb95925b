"""What can go wrong between the shell and its gateway, by whose fault it is."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from http import HTTPStatus


class GatewayError(Exception):
    """Base of all; ``key`` names the sentence that the user reads (``shell.presenters.texts``)."""

    key = "gateway_failed"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail


class GatewayUnreachable(GatewayError):
    """No answer: the gateway is down or being restarted."""

    key = "gateway_unreachable"


class SourceUnavailable(GatewayError):
    """The gateway answers, the record system behind it does not (502, 503, 504)."""

    key = "source_unavailable"


class SourceMalformed(GatewayError):
    """The record system answered with something that is not FHIR as we read it."""

    key = "source_malformed"


class NotSignedIn(GatewayError):
    """The session has ended (401, ``invalid_grant``); the user signs in again."""

    key = "signed_out"


class Refused(GatewayError):
    """The gateway said no (403, 404, 409, 4xx)."""

    key = "refused"

    def __init__(self, status: int, detail: str = "") -> None:
        super().__init__(detail)
        self.status = status


class PatientGone(Refused):
    """The patient does not exist any more or may not be read (404, 410; 403 where a patient was asked for)."""

    key = "patient_gone"


@contextlib.contextmanager
def access_is_told() -> Iterator[None]:
    """Around a question for one patient: 403 says that the record system keeps him from this user."""
    try:
        yield
    except Refused as refused:
        if refused.status != HTTPStatus.FORBIDDEN or isinstance(refused, PatientGone):
            raise
        raise PatientGone(refused.status) from refused
