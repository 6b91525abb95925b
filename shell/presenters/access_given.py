"""What a user has allowed apps himself, as the shell shows it. Qt-free."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from shell.presenters.view_models import PatientRef

Phase = Literal["reading", "read", "failed"]
Describe = Callable[[str | None], PatientRef | None]


@dataclass(frozen=True, slots=True)
class GivenAccess:
    """One consent, or one access that goes on without the user (``stays``); ``until`` None when nothing ends it.

    ``about`` is the patient it is for where the shell knows him; ``one_patient`` says that there is one.
    """

    key: str
    app: str
    vendor: str
    stays: bool
    writes: bool
    one_patient: bool
    about: PatientRef | None
    given_at: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class AccessGivenModel:
    """``asking`` is the key that is about to be withdrawn, ``failed`` the key of a withdrawal that did not go through."""

    phase: Phase
    given: tuple[GivenAccess, ...] = ()
    asking: str = ""
    failed: str = ""


def given_access(grants: Iterable[dict[str, Any]], describe: Describe) -> tuple[GivenAccess, ...]:
    """Of ``GET /workspace/grants``, the latest first. Raises KeyError or ValueError for an answer that is not one."""
    made = [_given(grant, describe) for grant in grants]
    return tuple(sorted(made, key=lambda one: one.given_at, reverse=True))


def _given(grant: dict[str, Any], describe: Describe) -> GivenAccess:
    until, patient = grant["until"], grant["patient"]
    return GivenAccess(
        key=str(grant["grant"]),
        app=str(grant["client_name"]),
        vendor=str(grant["publisher"] or ""),
        stays=grant["kind"] == "offline",
        writes=any(_writes(scope) for scope in str(grant["scope"]).split()),
        one_patient=patient is not None,
        about=describe(patient),
        given_at=datetime.fromisoformat(grant["given_at"]).astimezone(),
        until=datetime.fromisoformat(until).astimezone() if until else None,
    )


def _writes(scope: str) -> bool:
    """Whether a clinical scope lets an app change the record, in the words of either version of scopes (SAL-34)."""
    level, _, rest = scope.partition("/")
    if level not in ("patient", "user", "system"):
        return False
    rights = rest.partition("?")[0].rpartition(".")[2]
    return rights in ("write", "*") or (rights != "read" and any(letter in rights for letter in "cud"))
