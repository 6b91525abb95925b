"""Which scopes a client is granted: what it asks for, cut to what the organisation approved (SAL-38)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from launcher.oauth.model import RegisteredClient
from launcher.smart.scope_words import common_fhircast, common_part, parse_resource_scope
from launcher.smart.web_messaging import MESSAGING_SCOPES, PREFIX

LAUNCH_SCOPE = re.compile(r"(launch/(?!patient|encounter)[a-z]+)(\?role=[!-~]+)?")
"""Further launch context, all in lower case, with at most one role (SAL-30)."""

INTROSPECT = "__introspect"
"""A backend service with this scope may ask what the tokens of other clients stand for (SAL-52, SAL-32)."""

PLAIN_SCOPES = (
    "openid",
    "fhirUser",
    "profile",
    "launch",
    "launch/patient",
    "launch/encounter",
    "online_access",
    "offline_access",
)


def granted_scopes(client: RegisteredClient, asked: Iterable[str]) -> tuple[str, ...]:
    """The granted scopes in the order asked; unknown ones and those not approved are simply absent.

    A resource scope that is partly approved is narrowed; one asked for in version 1 is answered in version 1
    where the granted part can be written so (SAL-36).
    """
    approved = tuple(client.scope.split())
    granted: dict[str, None] = {}
    for scope in asked:
        for text in _common(scope, approved):
            granted[text] = None
    return tuple(granted)


def system_scopes(client: RegisteredClient, asked: Iterable[str]) -> tuple[str, ...]:
    """The part of the asked scopes that was approved for a backend service: ``system/`` and introspection (SAL-63)."""
    approved = tuple(client.scope.split())
    granted: dict[str, None] = {}
    for scope in asked:
        if scope == INTROSPECT and scope in approved:
            granted[scope] = None
        elif scope.startswith("system/"):
            granted |= dict.fromkeys(_common_resources(scope, approved))
    return tuple(granted)


def narrowed_scopes(granted: tuple[str, ...], asked: Iterable[str]) -> tuple[str, ...] | None:
    """The subset that a refresh asks for; ``None`` when it asks for more than was granted (SAL-49)."""
    wanted = tuple(dict.fromkeys(asked))
    return wanted if set(wanted) <= set(granted) else None


def needs_patient(scopes: Iterable[str]) -> bool:
    """True when a granted scope makes no sense without a patient in context (SAL-21)."""
    return any(scope.startswith("patient/") for scope in scopes)


def wants_encounter(scopes: Sequence[str]) -> bool:
    """True when a launch looks for the encounter in progress: asked for, or readable with a scope (NAV-06)."""
    parsed = (parse_resource_scope(scope) for scope in scopes)
    return "launch/encounter" in scopes or any(
        scope is not None and scope.resource_type in ("Encounter", "*") for scope in parsed
    )


def follower_scopes(scopes: Iterable[str]) -> tuple[str, ...]:
    """What an app that follows a topic may hold: no patient scope, and nothing that outlives the topic (SAL-70)."""
    return tuple(scope for scope in scopes if not scope.startswith("patient/") and scope != "offline_access")


def left_to_the_user(scopes: Iterable[str]) -> tuple[str, ...]:
    """What a user may give an app that nobody approved: nothing that outlives his session, no right to change or close
    the current patient (DESIGN section 4), none to sign other apps out; a wildcard keeps its right to read."""
    kept: dict[str, None] = {}
    for scope in scopes:
        if scope == "offline_access":
            continue
        if changes_context(scope):
            if scope.endswith(".*"):
                kept[scope.removesuffix("*") + "read"] = None
            continue
        kept[scope] = None
    return tuple(kept)


def changes_context(scope: str) -> bool:
    """True for a FHIRcast scope that can change or close the current patient, or tell other apps that the user is gone."""
    event, _, access = scope.removeprefix("fhircast/").rpartition(".")
    writes = scope.startswith("fhircast/") and access in ("write", "*")
    return writes and (
        event == "*" or event.lower().endswith(("-open", "-close", "userlogout", "userhibernate"))
    )


def has_fhircast(scopes: Iterable[str]) -> bool:
    """True when the token response must carry ``hub.url`` and ``hub.topic`` (FC-01)."""
    return any(scope.startswith("fhircast/") for scope in scopes)


def _common(asked: str, approved: tuple[str, ...]) -> list[str]:
    if asked in PLAIN_SCOPES:
        return [asked] if asked in approved else []
    further = LAUNCH_SCOPE.fullmatch(asked)
    if further is not None:
        return [asked] if further[1] in {scope.partition("?")[0] for scope in approved} else []
    if asked.startswith(PREFIX):
        return [asked] if asked in MESSAGING_SCOPES and asked in approved else []
    if asked.startswith("fhircast/"):
        events = [common_fhircast(asked, scope) for scope in approved]
        return _widest([event for event in events if event is not None], asked)
    return [] if asked.startswith("system/") else _common_resources(asked, approved)


def _common_resources(asked: str, approved: tuple[str, ...]) -> list[str]:
    resource_scope = parse_resource_scope(asked)
    if resource_scope is None:
        return []
    parsed = [other for scope in approved if (other := parse_resource_scope(scope)) is not None]
    parts = [common_part(resource_scope, other) for other in parsed]
    return _widest([part.text() for part in parts if part is not None], asked)


def _widest(texts: list[str], asked: str) -> list[str]:
    return [asked] if asked in texts else texts
