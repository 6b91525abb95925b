"""Every refusal of the sandbox's FHIR server, and the OperationOutcome that tells it (FHIR R4 http.html, operationoutcome).

Split by whose fault it is: ``RequestRefused`` (the caller), ``ServerFault`` (our state). Each class carries its HTTP status
and its code from the value set issue-type.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from launcher.sandbox.fhir import json_numbers


@dataclass(frozen=True, slots=True)
class Issue:
    """One line of an OperationOutcome; ``expression`` is a FHIRPath into what the caller sent."""

    code: str
    diagnostics: str
    expression: str | None = None
    severity: str = "error"

    def as_json(self) -> dict[str, Any]:
        """The ``OperationOutcome.issue`` element."""
        element: dict[str, Any] = {
            "severity": self.severity,
            "code": self.code,
            "diagnostics": self.diagnostics,
        }
        if self.expression is not None:
            element["expression"] = [self.expression]
        return element


def operation_outcome(issues: Iterable[Issue]) -> dict[str, Any]:
    """An OperationOutcome resource with these issues."""
    return {"resourceType": "OperationOutcome", "issue": [issue.as_json() for issue in issues]}


class FhirServerError(Exception):
    """Base of all errors of this package."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "exception"

    def __init__(
        self,
        diagnostics: str,
        *,
        expression: str | None = None,
        code: str | None = None,
        issues: Iterable[Issue] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(diagnostics)
        self.issues = tuple(issues) or (Issue(code or self.code, diagnostics, expression),)
        self.headers = dict(headers or {})

    def outcome(self) -> dict[str, Any]:
        """The OperationOutcome to answer with."""
        return operation_outcome(self.issues)

    def body(self) -> bytes:
        """The OperationOutcome as JSON."""
        return json_numbers.dumps(self.outcome())

    def within(self, prefix: str) -> FhirServerError:
        """The same refusal, for an entry of a bundle: every expression starts with ``prefix`` (``Bundle.entry[3]``)."""
        inner = [
            Issue(issue.code, issue.diagnostics, _below(prefix, issue.expression), issue.severity)
            for issue in self.issues
        ]
        return type(self)(str(self), issues=inner, headers=self.headers)


def _below(prefix: str, expression: str | None) -> str:
    return (
        prefix
        if expression is None
        else f"{prefix}.resource.ofType({expression.split('.')[0]})"
        + ("." + expression.split(".", 1)[1] if "." in expression else "")
    )


class RequestRefused(FhirServerError):
    """The caller sent something that cannot be done."""

    status = 400
    code = "invalid"


class NotAuthenticated(RequestRefused):
    """No bearer token, or not a good one (RFC 6750 section 3)."""

    status = 401
    code = "login"


class Forbidden(RequestRefused):
    """The caller is known, and this is not for him."""

    status = 403
    code = "forbidden"


class NotFound(RequestRefused):
    """Nothing has, or ever had, this address."""

    status = 404
    code = "not-found"


class MethodNotAllowed(RequestRefused):
    """The address exists, the interaction does not."""

    status = 405
    code = "not-supported"


class NotAcceptable(RequestRefused):
    """The caller wants a format that is not spoken here."""

    status = 406
    code = "not-supported"


class Gone(RequestRefused):
    """The resource was deleted, or the page of the search is no longer kept."""

    status = 410
    code = "deleted"


class PreconditionFailed(RequestRefused):
    """``If-Match`` names another version, or a condition matches more than one resource."""

    status = 412
    code = "conflict"


class BodyTooLarge(RequestRefused):
    """The body is longer than the limit."""

    status = 413
    code = "too-long"


class UnsupportedMediaType(RequestRefused):
    """The body is in a format that is not spoken here."""

    status = 415
    code = "not-supported"


class InvalidResource(RequestRefused):
    """The body is JSON, but not a resource that obeys FHIR R4."""

    status = 422
    code = "invariant"


class ServerFault(FhirServerError):
    """Something of ours went wrong."""


class StoreUnavailable(ServerFault):
    """The database cannot be read or written now; nothing was changed."""

    status = 503
    code = "transient"
