"""Rules between fields of a manifest. Those that JSON Schema can say are part of the published schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from plugins import addresses
from plugins.findings import Text

Manifest = Mapping[str, Any]
_LAUNCH = r"(?:^| )launch(?: |$)"
_OPEN = r"(?=.*fhircast/(?:\*|[Pp]atient-open)\.(?:read|\*)(?: |$))"
_CLOSE = r"(?=.*fhircast/(?:\*|[Pp]atient-close)\.(?:read|\*)(?: |$))"
_PATIENT_EVENTS = f"^{_OPEN}{_CLOSE}"


@dataclass(frozen=True, slots=True)
class Relation:
    """One demand between fields; ``field`` is where the mistake is shown. ``schema`` or ``holds`` decides."""

    name: str
    field: str
    sentence: Text
    remedy: Text
    link: str
    schema: dict[str, Any] | None = None
    holds: Callable[[Manifest], bool] | None = None


def _when(field: str, value: object, then: dict[str, Any]) -> dict[str, Any]:
    return {"if": {"properties": {field: {"const": value}}, "required": [field]}, "then": then}


def _addresses(manifest: Manifest) -> list[str]:
    listed = manifest.get("redirect_uris")
    found = [manifest.get("launch_uri"), *(listed if isinstance(listed, list) else [])]
    return [address for address in found if isinstance(address, str)]


def _same_place(manifest: Manifest) -> bool:
    """All addresses are files of the folder, or all are whole addresses."""
    return len({addresses.is_relative(address) for address in _addresses(manifest)}) <= 1


def _origins_cover(manifest: Manifest) -> bool:
    """Every redirect address lies on a declared origin (SAL-62); none declared means: exactly theirs."""
    declared = manifest.get("origins")
    if not isinstance(declared, list) or not declared:
        return True
    known = {addresses.origin_of(origin) for origin in declared if isinstance(origin, str)}
    needed = {
        addresses.origin_of(address) for address in _addresses(manifest) if addresses.is_absolute(address)
    }
    return needed <= known


def _own_host(manifest: Manifest) -> bool:
    """A whole address on ``*.localhost`` lies on the app's own name: those names are other apps' homes."""
    hosts = [
        addresses.origin_of(address).split("//")[1]
        for address in _addresses(manifest)
        if addresses.is_absolute(address)
    ]
    names = [host.rsplit(":", 1)[0] for host in hosts]
    return all(not name.endswith(".localhost") or name == f"{manifest.get('id')}.localhost" for name in names)


_NATIVE = {"properties": {"native": {"const": True}}, "required": ["native"]}


def _returns_to_itself(manifest: Manifest) -> bool:
    """A program has no files that we serve: sign-in comes back to an address of its own."""
    return manifest.get("native") is not True or not any(map(addresses.is_relative, _addresses(manifest)))


RELATIONS: tuple[Relation, ...] = (
    Relation(
        "launch-address",
        "launch_uri",
        Text("Adressen som åpnes ved start, mangler.", "The address opened at launch is missing."),
        Text(
            'Skriv for eksempel "launch_uri": "launch.html", eller "native": true for et eget program.',
            'Write for example "launch_uri": "launch.html", or "native": true for a program of its own.',
        ),
        "SAL-11",
        schema={"if": {"not": _NATIVE}, "then": {"required": ["launch_uri"]}},
    ),
    Relation(
        "native-has-no-launch",
        "launch_uri",
        Text("Et eget program blir ikke startet av Vaktrom.", "Vaktrom does not start a program of its own."),
        Text("Ta bort launch_uri.", "Remove launch_uri."),
        "RFC8252",
        schema={"if": _NATIVE, "then": {"not": {"required": ["launch_uri"]}}},
    ),
    Relation(
        "native-returns-to-itself",
        "redirect_uris",
        Text(
            "Et eget program har ingen filer som vi viser.",
            "A program of its own has no files that we serve.",
        ),
        Text(
            'Skriv "http://127.0.0.1/callback"; porten velger programmet når det logger inn.',
            'Write "http://127.0.0.1/callback"; the program chooses the port when it signs in.',
        ),
        "RFC8252",
        holds=_returns_to_itself,
    ),
    Relation(
        "native-follows",
        "follows",
        Text(
            "Et eget program kan ikke startes på nytt for en annen pasient.",
            "A program of its own cannot be started again for another patient.",
        ),
        Text("Velg follows: fhircast.", "Choose follows: fhircast."),
        "FC-40",
        schema={"if": _NATIVE, "then": {"properties": {"follows": {"const": "fhircast"}}}},
    ),
    Relation(
        "launch-scope",
        "scope",
        Text("Scope mangler ordet launch.", "The scope lacks the word launch."),
        Text(
            "Legg til launch, så får appen vite hvilken pasient som er valgt.",
            "Add launch, then the app learns which patient is chosen.",
        ),
        "SAL-14",
        schema={"if": {"not": _NATIVE}, "then": {"properties": {"scope": {"pattern": _LAUNCH}}}},
    ),
    Relation(
        "fhir-user-needs-openid",
        "scope",
        Text("fhirUser virker bare sammen med openid.", "fhirUser works only together with openid."),
        Text("Legg til openid.", "Add openid."),
        "SAL-34",
        schema={
            "if": {"properties": {"scope": {"pattern": r"(?:^| )fhirUser(?: |$)"}}, "required": ["scope"]},
            "then": {"properties": {"scope": {"pattern": r"(?:^| )openid(?: |$)"}}},
        },
    ),
    Relation(
        "follower-events",
        "scope",
        Text(
            "Appen sier at den følger selv, men ber ikke om å få vite om bytter.",
            "The app says that it follows by itself, but asks for no events.",
        ),
        Text(
            "Legg til fhircast/Patient-open.read og fhircast/Patient-close.read.",
            "Add fhircast/Patient-open.read and fhircast/Patient-close.read.",
        ),
        "FC-04",
        schema=_when("follows", "fhircast", {"properties": {"scope": {"pattern": _PATIENT_EVENTS}}}),
    ),
    Relation(
        "follower-user-scopes",
        "scope",
        Text(
            "En app som følger selv, kan ikke bruke patient/: den blir på sin første pasient.",
            "An app that follows by itself cannot use patient/: it stays on its first patient.",
        ),
        Text(
            "Skriv user/ i stedet for patient/, eller velg follows: relaunch.",
            "Write user/ instead of patient/, or choose follows: relaunch.",
        ),
        "FC-04",
        schema=_when(
            "follows", "fhircast", {"properties": {"scope": {"not": {"pattern": r"(?:^| )patient/"}}}}
        ),
    ),
    Relation(
        "keys-for-private-key-jwt",
        "token_endpoint_auth_method",
        Text(
            "private_key_jwt trenger appens offentlige nøkler.",
            "private_key_jwt needs the app's public keys.",
        ),
        Text("Legg til jwks_uri eller jwks.", "Add jwks_uri or jwks."),
        "SAL-54",
        schema=_when(
            "token_endpoint_auth_method",
            "private_key_jwt",
            {"anyOf": [{"required": ["jwks_uri"]}, {"required": ["jwks"]}]},
        ),
    ),
    Relation(
        "one-key-place",
        "jwks",
        Text("jwks og jwks_uri kan ikke stå begge to.", "jwks and jwks_uri cannot both be there."),
        Text("Behold jwks_uri.", "Keep jwks_uri."),
        "RFC7591",
        schema={"not": {"required": ["jwks", "jwks_uri"]}},
    ),
    Relation(
        "server-needs-proof",
        "token_endpoint_auth_method",
        Text(
            "En app med egen tjener må vise hvem den er.",
            "An app with a server of its own must prove who it is.",
        ),
        Text(
            "Velg private_key_jwt eller client_secret_basic.",
            "Choose private_key_jwt or client_secret_basic.",
        ),
        "SAL-54",
        schema=_when(
            "server_side", True, {"not": {"properties": {"token_endpoint_auth_method": {"const": "none"}}}}
        ),
    ),
    Relation(
        "same-place",
        "redirect_uris",
        Text(
            "Noen adresser er filer i mappen, andre er hele adresser.",
            "Some addresses are files of the folder, others are whole addresses.",
        ),
        Text(
            "Bruk samme slag i launch_uri og redirect_uris.",
            "Use the same kind in launch_uri and redirect_uris.",
        ),
        "SAL-22",
        holds=_same_place,
    ),
    Relation(
        "origins-cover",
        "origins",
        Text(
            "Listen mangler opphavet til launch_uri eller en av redirect_uris.",
            "The list lacks the origin of launch_uri or of one of redirect_uris.",
        ),
        Text("Legg det til, eller ta bort origins.", "Add it, or remove origins."),
        "SAL-22",
        holds=_origins_cover,
    ),
    Relation(
        "own-host",
        "redirect_uris",
        Text(
            "Et navn under .localhost hører til en annen app.",
            "A name below .localhost belongs to another app.",
        ),
        Text(
            "Bruk localhost:PORT, eller appens egen id foran .localhost.",
            "Use localhost:PORT, or the app's own id before .localhost.",
        ),
        "SAL-22",
        holds=_own_host,
    ),
)
