"""A manifest as typed data, and the check that finds all its mistakes at once (DESIGN section 5, RFC 7591)."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import jsonschema_rs

from plugins import addresses, scopes
from plugins.findings import Finding, Language, Text, has_errors, pointer_of
from plugins.relations import RELATIONS
from plugins.rules import FIELDS, MANIFEST_VERSION, Field, Rule

MANIFEST_BYTES = 64 * 1024
Follows = Literal["relaunch", "fhircast", "pin"]
AuthMethod = Literal["none", "client_secret_basic", "private_key_jwt"]

_NO_JSON = Text("Filen er ikke gyldig JSON: {detail}.", "The file is not valid JSON: {detail}.")
_FIX_JSON = Text("Rett opp stedet som er nevnt.", "Correct the place that is named.")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an app says about itself. Addresses are as written; ``resolve`` makes them exact.

    ``members`` is the whole file, members unknown to this version included.
    """

    id: str
    client_name: str
    publisher: str
    software_version: str
    launch_uri: str | None
    redirect_uris: tuple[str, ...]
    scope: str
    token_endpoint_auth_method: AuthMethod
    follows: Follows
    contacts: tuple[str, ...]
    icon: str
    origins: tuple[str, ...] = ()
    server_side: bool = False
    native: bool = False
    jwks_uri: str | None = None
    jwks: Mapping[str, Any] | None = None
    policy_uri: str | None = None
    description: str = ""
    intents: tuple[str, ...] = ()
    members: Mapping[str, Any] = field(default_factory=dict)

    @property
    def packaged(self) -> bool:
        """Whether the gateway serves the app's files, rather than the vendor."""
        return self.launch_uri is not None and addresses.is_relative(self.launch_uri)

    @property
    def may_change_patient(self) -> bool:
        """Whether it asks for a FHIRcast write scope, which only the administrator grants."""
        return scopes.may_change_patient(self.scope)

    def name(self, language: Language) -> str:
        """The app's name in one language, else the common one (RFC 7591 section 2.2)."""
        return str(self.members.get(f"client_name#{language}", self.client_name))

    def about(self, language: Language) -> str:
        """The description in one language, else the common one."""
        return str(self.members.get(f"description#{language}", self.description))


@dataclass(frozen=True, slots=True)
class Addresses:
    """The exact addresses under which an app is registered (SAL-22); a program of its own has no pages, so no origins."""

    launch_uri: str | None
    redirect_uris: tuple[str, ...]
    origins: tuple[str, ...]


def resolve(manifest: Manifest, own_origin: str) -> Addresses:
    """Every address made exact; ``own_origin`` is where the gateway serves the app's files, if packaged."""
    redirects = tuple(addresses.resolve(address, own_origin) for address in manifest.redirect_uris)
    if manifest.launch_uri is None:
        return Addresses(None, redirects, ())
    launch = addresses.resolve(manifest.launch_uri, own_origin)
    declared = [addresses.origin_of(origin) for origin in manifest.origins]
    known = dict.fromkeys([*(addresses.origin_of(address) for address in (launch, *redirects)), *declared])
    return Addresses(launch, redirects, tuple(known))


@dataclass(frozen=True, slots=True)
class Reading:
    """A manifest file read: the typed manifest when it has no errors, and everything found."""

    manifest: Manifest | None
    findings: tuple[Finding, ...]
    members: Mapping[str, Any] = field(default_factory=dict)


def read_manifest(content: bytes) -> Reading:
    """Read ``manifest.json``. Never raises: every mistake is a finding."""
    members, problem = _parse(content)
    if members is None:
        return Reading(None, (problem,) if problem else ())
    findings = tuple(_findings(members))
    if has_errors(findings):
        return Reading(None, findings, members)
    return Reading(_typed(members), findings, members)


def _parse(content: bytes) -> tuple[dict[str, Any] | None, Finding | None]:
    if len(content) > MANIFEST_BYTES:
        size = Text("Filen er større enn 64 KiB.", "The file is larger than 64 KiB.")
        return None, Finding("file-size", "", size, Text("Gjør den mindre.", "Make it smaller."), "manifest")
    try:
        members = json.loads(
            content.decode("utf-8"), object_pairs_hook=_no_doubles, parse_constant=_no_constant
        )
    except json.JSONDecodeError as error:
        detail = f"linje {error.lineno}, tegn {error.colno}", f"line {error.lineno}, column {error.colno}"
        sentence = Text(
            _NO_JSON.nb.replace("{detail}", detail[0]), _NO_JSON.en.replace("{detail}", detail[1])
        )
        return None, Finding("json", "", sentence, _FIX_JSON, "manifest", line=error.lineno)
    except UnicodeDecodeError:
        return None, Finding(
            "json",
            "",
            _NO_JSON.about(detail="UTF-8"),
            Text("Lagre filen som UTF-8.", "Save the file as UTF-8."),
            "manifest",
        )
    except (ValueError, RecursionError) as error:
        return None, Finding("json", "", _NO_JSON.about(detail=str(error)), _FIX_JSON, "manifest")
    if not isinstance(members, dict):
        sentence = Text("Filen er ikke et JSON-objekt.", "The file is not a JSON object.")
        return None, Finding(
            "json", "", sentence, Text("Begynn filen med {.", "Begin the file with {."), "manifest"
        )
    return members, None


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError("to/two × " + next(name for name in names if names.count(name) > 1))
    return result


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _findings(members: Mapping[str, Any]) -> Iterator[Finding]:
    broken: set[str] = set()
    for row in FIELDS:
        found = list(_field_findings(row, members))
        if found:
            broken.add(row.name)
        yield from found
    for relation in RELATIONS:
        wrong = (
            relation.schema is not None and not jsonschema_rs.is_valid(relation.schema, dict(members))
        ) or (relation.holds is not None and not relation.holds(members))
        if wrong and relation.field not in broken:
            yield Finding(
                relation.name, pointer_of([relation.field]), relation.sentence, relation.remedy, relation.link
            )
    yield from _unknown_members(members)


def _field_findings(row: Field, members: Mapping[str, Any]) -> Iterator[Finding]:
    if row.name not in members:
        if row.required:
            sentence = Text("Feltet mangler.", "The field is missing.")
            remedy = Text(
                f'{row.meaning.nb} Skriv for eksempel "{row.name}": {row.example}.',
                f'{row.meaning.en} Write for example "{row.name}": {row.example}.',
            )
            yield Finding("required", pointer_of([row.name]), sentence, remedy, "manifest")
        return
    value = members[row.name]
    whole = [rule for rule in row.rules if not rule.each]
    first = next((rule for rule in whole if not jsonschema_rs.is_valid(rule.schema, value)), None)
    if first is not None:
        yield _finding(row, first, [row.name], value)
    each = [rule for rule in row.rules if rule.each]
    for index, item in enumerate(value if each and isinstance(value, list) else []):
        wrong = next((rule for rule in each if not jsonschema_rs.is_valid(rule.schema, item)), None)
        if wrong is not None:
            yield _finding(row, wrong, [row.name, index], item)


def _finding(row: Field, rule: Rule, path: list[str | int], value: object) -> Finding:
    unknown = (
        ", ".join(scopes.not_understood(value)) if isinstance(value, str) and row.name == "scope" else ""
    )
    return Finding(
        rule.name, pointer_of(path), rule.sentence.about(detail=unknown or "?"), rule.remedy, rule.link
    )


def _unknown_members(members: Mapping[str, Any]) -> Iterator[Finding]:
    known = [row.name for row in FIELDS]
    for name in members:
        if name in known or name == "$schema":
            continue
        near = difflib.get_close_matches(name, known, 1, 0.75)
        sentence = Text("Feltet er ukjent for denne utgaven.", "This version does not know the field.")
        remedy = (
            Text(f"Mente du {near[0]}?", f"Did you mean {near[0]}?")
            if near
            else Text("Det blir tatt vare på, men ikke brukt.", "It is kept, but not used.")
        )
        yield Finding("unknown-field", pointer_of([name]), sentence, remedy, "RFC7591", "warning")


def _typed(members: Mapping[str, Any]) -> Manifest:
    assert members["manifest_version"] == MANIFEST_VERSION
    return Manifest(
        id=members["id"],
        client_name=members["client_name"],
        publisher=members["publisher"],
        software_version=members["software_version"],
        launch_uri=members.get("launch_uri"),
        redirect_uris=tuple(members["redirect_uris"]),
        scope=members["scope"],
        token_endpoint_auth_method=members["token_endpoint_auth_method"],
        follows=members["follows"],
        contacts=tuple(members["contacts"]),
        icon=members["icon"],
        origins=tuple(members.get("origins", ())),
        server_side=members.get("server_side", False),
        native=members.get("native", False),
        jwks_uri=members.get("jwks_uri"),
        jwks=members.get("jwks"),
        policy_uri=members.get("policy_uri"),
        description=members.get("description", ""),
        intents=tuple(members.get("intents", ())),
        members=members,
    )
