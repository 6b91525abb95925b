"""What the settings say about the systems upstream, as the gateway's configuration wants it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plugins.findings import Text
from shell.settings.resolve import Settings
from shell.settings.row import Row
from shell.settings.rows import (
    ACKNOWLEDGEMENT,
    AUDIT_SINK,
    CALLS_BURST,
    CALLS_PER_MINUTE,
    CLIENT_ID,
    CONTENT,
    FHIR_BASE,
    FIRST_BYTE,
    ISSUER,
    KEY_FILE,
    METHOD,
    PRACTICE,
    PROVIDER_SCOPE,
    RESOURCE,
    SECRET_FILE,
    SINK_AUTHORIZATION,
    UPSTREAM_CA,
    VENDOR_CA,
    VENDOR_NETWORKS,
    WHOLE,
)
from shell.settings.trusted_file import NotTrusted, read_trusted

NEEDED = Text("{key} mangler: {other} er satt", "{key} is missing: {other} is set")
GONE = Text("{key}: filen {file} finnes ikke", "{key}: there is no file {file}")
UNUSABLE = Text("{key}: {file} {reason}", "{key}: {file} {reason}")
NO_JWK = Text("inneholder ingen privat JWK med kid", "holds no private JWK with a kid")
EMPTY = Text("er tom", "is empty")
NO_PRACTICE = Text(
    "intet journalsystem er oppgitt (record_system.fhir_base), og øvingsmiljøet er slått av (practice.allowed)",
    "no record system is named (record_system.fhir_base), and the practice environment is turned off (practice.allowed)",
)


class UpstreamWrong(Exception):
    """Caller: the settings about systems upstream contradict each other or name what is not there; ``text`` says what."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class IdentityProviderChoice:
    """An identity provider other than the sandbox's own: its issuer and how the gateway is registered there."""

    issuer: str
    client: Mapping[str, Any]


def fhir_base(settings: Settings) -> str | None:
    """The record system's address; None for the practice environment. Raises :class:`UpstreamWrong` when that is off."""
    base = settings.value(FHIR_BASE).rstrip("/")
    if not base and not settings.value(PRACTICE):
        raise UpstreamWrong(NO_PRACTICE)
    if base and not settings.value(ISSUER):
        raise UpstreamWrong(_about(NEEDED, ISSUER, other=FHIR_BASE.key))
    return base or None


def identity_provider(settings: Settings) -> IdentityProviderChoice | None:
    """The organisation's identity provider; None where none is named. Raises :class:`UpstreamWrong`."""
    issuer = settings.value(ISSUER)
    if not issuer:
        return None
    if not settings.value(CLIENT_ID):
        raise UpstreamWrong(_about(NEEDED, CLIENT_ID, other=ISSUER.key))
    client: dict[str, Any] = {"client_id": settings.value(CLIENT_ID), "method": settings.value(METHOD)}
    if client["method"] == "private_key_jwt":
        client["key"] = _content(settings, KEY_FILE, _private_jwk)
    elif client["method"] == "client_secret_basic":
        client["client_secret"] = _content(settings, SECRET_FILE, _one_secret)
    for row, name in ((PROVIDER_SCOPE, "scope"), (RESOURCE, "resource")):
        if settings.value(row):
            client[name] = settings.value(row)
    return IdentityProviderChoice(issuer, client)


def gateway_members(settings: Settings) -> dict[str, Any]:
    """Further members of :func:`launcher.server.configuration.read_configuration`. Raises :class:`UpstreamWrong`."""
    networks = settings.value(VENDOR_NETWORKS)
    outbound: dict[str, Any] = {"networks": networks}
    if settings.value(VENDOR_CA):
        outbound["ca_file"] = _certificates(settings, VENDOR_CA)
    members: dict[str, Any] = {
        "upstream_first_byte_seconds": settings.value(FIRST_BYTE),
        "upstream_whole_seconds": settings.value(WHOLE),
        "outbound": outbound,
        "hub_limits": {
            "acknowledgement_seconds": settings.value(ACKNOWLEDGEMENT),
            "content_characters": settings.value(CONTENT),
            "calls_burst": settings.value(CALLS_BURST),
            "calls_per_minute": settings.value(CALLS_PER_MINUTE),
        },
    }
    if settings.value(UPSTREAM_CA):
        members["upstream_ca"] = _certificates(settings, UPSTREAM_CA)
    if settings.value(AUDIT_SINK):
        members["audit_sink"] = {"base": settings.value(AUDIT_SINK)}
        if settings.value(SINK_AUTHORIZATION):
            members["audit_sink"]["authorization"] = _content(settings, SINK_AUTHORIZATION, _one_secret)
    return members


def _certificates(settings: Settings, row: Row[str]) -> str:
    from launcher.upstream.trusted_authorities import upstream_context

    file = settings.value(row)
    try:
        upstream_context(file)
    except ValueError as error:
        reason = str(error).removeprefix("upstream_ca: ").removeprefix(f"{file} ")
        raise UpstreamWrong(_about(UNUSABLE, row, file=file, reason=reason)) from error
    return file


def _content(settings: Settings, row: Row[str], read: Callable[[str], Any]) -> Any:
    """What stands in the file that ``row`` names, through ``read``, which raises ``NotTrusted``."""
    file = settings.value(row)
    if not file:
        raise UpstreamWrong(_about(NEEDED, row, other=METHOD.key))
    try:
        content = read_trusted(Path(file), None)
        if content is None:
            raise UpstreamWrong(_about(GONE, row, file=file))
        return read(content.decode("utf-8-sig", "replace").strip())
    except NotTrusted as error:
        whole = _about(UNUSABLE, row, file=file)
        text = Text(whole.nb.replace("{reason}", error.text.nb), whole.en.replace("{reason}", error.text.en))
        raise UpstreamWrong(text) from error


def _private_jwk(content: str) -> dict[str, Any]:
    try:
        key = json.loads(content)
    except (ValueError, RecursionError):
        key = None
    if not isinstance(key, dict) or not {"kty", "kid", "d"} <= key.keys():
        raise NotTrusted(NO_JWK)
    return key


def _one_secret(content: str) -> str:
    if not content or not content.isprintable():
        raise NotTrusted(EMPTY)
    return content


def _about(sentence: Text, row: Row[Any], **values: str) -> Text:
    return sentence.about(key=row.key, **values)
