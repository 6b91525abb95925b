"""The grammar of the scopes that a manifest may ask for (SAL-34, SAL-35, FC-04). Syntax only."""

from __future__ import annotations

import re

WORD = (
    r"(?:openid|fhirUser|profile|online_access|offline_access|launch(?:/[a-z]+(?:\?role=[^\s&]+)?)?"
    r"|(?:patient|user)/(?:\*|[A-Z][A-Za-z]+)\.(?:(?=[cruds])c?r?u?d?s?|read|write|\*)(?:\?[^\s]+)?"
    r"|fhircast/(?:\*|[A-Za-z][A-Za-z.]*(?:-[a-z]+)?)\.(?:read|write|\*)|messaging/[a-z.]+)"
)
"""One scope. Letters out of the order ``cruds`` do not match and are never read one by one (SAL-35)."""

SCOPE = rf"^{WORD}(?: {WORD})*$"

_FHIRCAST_WRITE = re.compile(r"fhircast/[^\s]+\.(?:write|\*)")


def words(scope: str) -> list[str]:
    """The single scopes of a ``scope`` string."""
    return scope.split()


def not_understood(scope: str) -> list[str]:
    """The words of ``scope`` that follow no grammar."""
    return [word for word in words(scope) if not re.fullmatch(WORD, word)]


def may_change_patient(scope: str) -> bool:
    """Whether the app asks to change or close the patient of the whole workspace: the administrator's choice."""
    return any(_FHIRCAST_WRITE.fullmatch(word) for word in words(scope))
