"""Identity provider and FHIR server: do they say of themselves what the gateway needs?"""

from __future__ import annotations

import json
from typing import Any

from plugins.findings import Text
from shell.doctor.diagnosis import Diagnosis
from shell.doctor.network_rows import PRACTICE, about
from shell.doctor.surroundings import Surroundings
from shell.doctor.visit import System, Visit
from shell.settings.rows import FHIR_BASE, ISSUER

FHIR_VERSION = "4."
NEEDS_LOGIN = (401, 403)
SEE_ABOVE = Text("se nettverk og sertifikater", "see network and certificates")


def identity_provider(look: Surroundings) -> Diagnosis:
    """Its metadata as the gateway reads them, and our registration there."""
    from launcher.upstream.identity_discovery import read_metadata
    from launcher.upstream.identity_errors import ProviderMisbehaved
    from shell.composition.record_system import UpstreamWrong
    from shell.composition.record_system import identity_provider as registration

    system = look.system(ISSUER.key)
    if system is None:
        return PRACTICE
    try:
        registration(look.settings)
    except UpstreamWrong as error:
        return Diagnosis("wrong", error.text, Text("rett det i innstillingene", "correct it in the settings"))
    found = look.visit(system)
    if (problem := _unanswered(system, found)) is not None:
        return problem
    correct = Text(
        f"rett {ISSUER.key}, eller metadataene der", f"correct {ISSUER.key}, or the metadata there"
    )
    try:
        read_metadata(_json_object(found.body), system.base)
    except ProviderMisbehaved as error:
        return Diagnosis(
            "wrong",
            about(system, f"har metadata som ikke duger ({error})", f"has unusable metadata ({error})"),
            correct,
        )
    return Diagnosis("ok", about(system, "svarer med gode metadata", "answers with good metadata"))


def fhir_server(look: Surroundings) -> Diagnosis:
    """Its CapabilityStatement (FHIR R4, section 3.1.0.12)."""
    system = look.system(FHIR_BASE.key)
    if system is None:
        return PRACTICE
    found = look.visit(system)
    if found.stage == "done" and found.status in NEEDS_LOGIN:
        return Diagnosis(
            "look",
            about(
                system,
                "forteller ikke om seg selv uten innlogging",
                "tells nothing of itself without a login",
            ),
        )
    if (problem := _unanswered(system, found)) is not None:
        return problem
    correct = Text(
        f"rett {FHIR_BASE.key}: der er ingen FHIR R4-server",
        f"correct {FHIR_BASE.key}: there is no FHIR R4 server",
    )
    statement = _json_object(found.body)
    if statement is None:
        return Diagnosis(
            "wrong",
            about(
                system,
                f"svarer ikke med JSON ({_kind(found)})",
                f"does not answer with JSON ({_kind(found)})",
            ),
            correct,
        )
    version = str(statement.get("fhirVersion", ""))[:8]
    if statement.get("resourceType") != "CapabilityStatement" or not version.startswith(FHIR_VERSION):
        return Diagnosis("wrong", about(system, "er ingen FHIR R4-server", "is no FHIR R4 server"), correct)
    return Diagnosis(
        "ok", about(system, f"svarer (FHIR {_plain(version)})", f"answers (FHIR {_plain(version)})")
    )


def _unanswered(system: System, found: Visit) -> Diagnosis | None:
    if found.stage in ("name", "connection", "certificate"):
        return Diagnosis("wrong", about(system, "kan ikke spørres", "cannot be asked"), SEE_ABOVE)
    ask = Text("spør dem som driver det", "ask those who run it")
    if found.stage == "answer":
        if found.reason == "TimeoutError":
            return Diagnosis("wrong", about(system, "svarer ikke i tide", "does not answer in time"), ask)
        return Diagnosis(
            "wrong",
            about(system, f"svarer ikke helt ({found.reason})", f"gives no whole answer ({found.reason})"),
            ask,
        )
    if found.status != 200:
        correct = Text(
            f"rett {system.key}, eller spør dem som driver det",
            f"correct {system.key}, or ask those who run it",
        )
        return Diagnosis(
            "wrong", about(system, f"svarte {found.status}", f"answered {found.status}"), correct
        )
    return None


def _json_object(body: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _kind(found: Visit) -> str:
    return _plain(found.content_type)[:40]


def _plain(told: str) -> str:
    return "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in told)
