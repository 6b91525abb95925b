"""The fields of ``manifest.json`` and their rules: one table that the check, the schema and the README read.

Names as in RFC 7591 section 2. A rule is a piece of JSON Schema, so that the published schema and the check
cannot drift apart; what JSON Schema cannot say stands in ``relations``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from plugins import addresses, scopes
from plugins.findings import Text

MANIFEST_VERSION = 1
RESERVED_IDS = ("vaktrom", "vaktrom-shell", "localhost", "www", "gateway", "identity", "api")


@dataclass(frozen=True, slots=True)
class Rule:
    """One demand on one field. ``schema`` is tried on the value, or on every item when ``each``."""

    name: str
    schema: dict[str, Any]
    sentence: Text
    remedy: Text
    link: str = "manifest"
    each: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One member of the manifest: what it means, whether it must be there, an example and its rules."""

    name: str
    meaning: Text
    example: str
    rules: tuple[Rule, ...]
    required: bool = False
    missing: Text | None = None


def _is(kind: str, word_nb: str, word_en: str, example: str) -> Rule:
    return Rule(
        f"{kind}-type",
        {"type": kind},
        Text(f"Her skal det stå {word_nb}.", f"This must be {word_en}."),
        Text(f"Skriv for eksempel {example}.", f"Write for example {example}."),
    )


def _text(example: str, most: int = 120) -> tuple[Rule, ...]:
    return (
        _is("string", "en tekst", "a string", example),
        Rule(
            "text-length",
            {"minLength": 1, "maxLength": most, "pattern": r"\S"},
            Text(
                f"Teksten er tom eller lengre enn {most} tegn.",
                f"The text is empty or longer than {most} characters.",
            ),
            Text("Skriv en kort tekst.", "Write a short text."),
        ),
    )


def _one_of(values: tuple[str, ...], link: str = "manifest") -> Rule:
    listed = ", ".join(values)
    return Rule(
        "known-value",
        {"enum": list(values)},
        Text("Verdien er ukjent.", "The value is unknown."),
        Text(f"Velg en av: {listed}.", f"Choose one of: {listed}."),
        link,
    )


def _address_rules(each: bool) -> tuple[Rule, ...]:
    return (
        Rule(
            "string-type",
            {"type": "string"},
            Text("Her skal det stå en adresse som tekst.", "This must be an address as a string."),
            Text('Skriv for eksempel "index.html".', 'Write for example "index.html".'),
            "SAL-22",
            each,
        ),
        Rule(
            "no-wildcard",
            {"not": {"pattern": r"\*"}},
            Text("Adressen har jokertegn.", "The address has a wildcard."),
            Text("Skriv hver adresse helt ut.", "Write out every address in full."),
            "SAL-22",
            each,
        ),
        Rule(
            "no-fragment",
            {"not": {"pattern": "#"}},
            Text("Adressen har et fragment (#).", "The address has a fragment (#)."),
            Text("Ta bort # og det som står etter.", "Remove # and what follows it."),
            "SAL-22",
            each,
        ),
        Rule(
            "https-or-loopback",
            {"not": {"pattern": rf"^(?!{addresses.ORIGIN}(?:[/?]|$))[A-Za-z][A-Za-z0-9+.-]*:"}},
            Text(
                "Adressen er hverken https eller http på egen maskin.",
                "The address is neither https nor loopback http.",
            ),
            Text(
                "Bruk https://, eller http://localhost:PORT under utvikling.",
                "Use https://, or http://localhost:PORT while developing.",
            ),
            "SAL-22",
            each,
        ),
        Rule(
            "exact-address",
            {"pattern": addresses.EXACT, "maxLength": 2000},
            Text(
                "Adressen er ikke en fullstendig og nøyaktig adresse.",
                "The address is not one exact address.",
            ),
            Text(
                'Skriv en hel adresse, eller for en pakket app en fil i mappen, som "index.html".',
                'Write a whole address, or for a packaged app a file of the folder, like "index.html".',
            ),
            "SAL-22",
            each,
        ),
    )


def _list_rule(least: int, example: str, link: str = "manifest") -> Rule:
    words_nb = "minst én verdi, " if least else ""
    words_en = "at least one value, " if least else ""
    return Rule(
        "list",
        {"type": "array", "minItems": least, "maxItems": 20, "uniqueItems": True},
        Text(
            f"Her skal det stå en liste ({words_nb}ingen like).",
            f"This must be a list ({words_en}no two alike).",
        ),
        Text(f"Skriv for eksempel {example}.", f"Write for example {example}."),
        link,
    )


FIELDS: tuple[Field, ...] = (
    Field(
        "manifest_version",
        Text("Utgaven av dette formatet; alltid 1.", "The version of this format; always 1."),
        "1",
        (
            Rule(
                "manifest-version",
                {"const": MANIFEST_VERSION},
                Text(
                    "Denne utgaven av Vaktrom kjenner bare manifest_version 1.",
                    "This Vaktrom knows only manifest_version 1.",
                ),
                Text(
                    "Skriv tallet 1, eller bruk en nyere Vaktrom.",
                    "Write the number 1, or use a newer Vaktrom.",
                ),
            ),
        ),
        required=True,
    ),
    Field(
        "id",
        Text(
            "Appens faste navn: client_id, og vertsnavn for en pakket app.",
            "The app's fixed name: its client_id, and its host name when packaged.",
        ),
        '"minapp"',
        (
            _is("string", "en tekst", "a string", '"minapp"'),
            Rule(
                "id-shape",
                {"pattern": r"^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])$"},
                Text("Navnet kan ikke være et vertsnavn.", "The name cannot be a host name."),
                Text(
                    "Bruk 2 til 40 tegn: små bokstaver a-z, sifre og bindestrek, med bokstav først.",
                    "Use 2 to 40 characters: lower-case a-z, digits and hyphen, starting with a letter.",
                ),
            ),
            Rule(
                "id-reserved",
                {"not": {"enum": list(RESERVED_IDS)}},
                Text("Navnet er brukt av Vaktrom selv.", "Vaktrom uses that name itself."),
                Text("Velg et annet navn.", "Choose another name."),
            ),
        ),
        required=True,
    ),
    Field(
        "client_name",
        Text("Navnet som brukeren ser.", "The name that users see."),
        '"Min app"',
        _text('"Min app"', 40),
        required=True,
    ),
    Field(
        "client_name#nb",
        Text("Navnet på bokmål.", "The name in Bokmål."),
        '"Min app"',
        _text('"Min app"', 40),
    ),
    Field(
        "client_name#en",
        Text("Navnet på engelsk.", "The name in English."),
        '"My app"',
        _text('"My app"', 40),
    ),
    Field(
        "publisher",
        Text("Firmaet som gir ut appen.", "The company that publishes the app."),
        '"Fjellkode AS"',
        _text('"Fjellkode AS"', 60),
        required=True,
    ),
    Field(
        "description",
        Text("Én setning om hva appen gjør.", "One sentence on what the app does."),
        '"Viser dagens avtaler"',
        _text('"Viser dagens avtaler"', 200),
    ),
    Field(
        "description#nb",
        Text("Beskrivelsen på bokmål.", "The description in Bokmål."),
        '"Viser dagens avtaler"',
        _text('"Viser dagens avtaler"', 200),
    ),
    Field(
        "description#en",
        Text("Beskrivelsen på engelsk.", "The description in English."),
        '"Shows the day\'s appointments"',
        _text('"Shows the day\'s appointments"', 200),
    ),
    Field(
        "software_version",
        Text("Utgaven av appen.", "The version of the app."),
        '"1.0.0"',
        _text('"1.0.0"', 40),
        required=True,
    ),
    Field(
        "launch_uri",
        Text(
            "Siden som åpnes ved start, med iss og launch.", "The page opened at launch, with iss and launch."
        ),
        '"launch.html"',
        _address_rules(False),
    ),
    Field(
        "redirect_uris",
        Text("Sidene som innloggingen kan komme tilbake til.", "The pages that sign-in may return to."),
        '["index.html"]',
        (_list_rule(1, '["index.html"]', "SAL-22"), *_address_rules(True)),
        required=True,
    ),
    Field(
        "scope",
        Text("Det appen ber om, skilt med ett mellomrom.", "What the app asks for, separated by one space."),
        '"launch openid fhirUser online_access patient/Patient.rs"',
        (
            _is("string", "en tekst", "a string", '"launch openid fhirUser patient/Patient.rs"'),
            Rule(
                "no-system-scope",
                {"not": {"pattern": r"(?:^|\s)system/"}},
                Text("system/ er for tjenester uten bruker.", "system/ is for services without a user."),
                Text("Bruk patient/ eller user/.", "Use patient/ or user/."),
                "SAL-34",
            ),
            Rule(
                "scope-grammar",
                {"pattern": scopes.SCOPE},
                Text(
                    "Minst ett av ordene er ikke et gyldig scope: {detail}.",
                    "At least one word is not a valid scope: {detail}.",
                ),
                Text(
                    "Skriv ressurser som patient/Observation.rs, bokstavene i rekkefølgen cruds, med ett mellomrom mellom.",
                    "Write resources as patient/Observation.rs, letters in the order cruds, one space between words.",
                ),
                "SAL-34",
            ),
        ),
        required=True,
    ),
    Field(
        "token_endpoint_auth_method",
        Text(
            "Hvordan appen viser hvem den er; none for en app uten tjener.",
            "How the app proves itself; none without a server.",
        ),
        '"none"',
        (_one_of(("none", "client_secret_basic", "private_key_jwt"), "RFC7591"),),
        required=True,
    ),
    Field(
        "jwks_uri",
        Text("Adressen til appens offentlige nøkler.", "The address of the app's public keys."),
        '"https://app.example/jwks"',
        (
            Rule(
                "jwks-uri",
                {"type": "string", "pattern": rf"^{addresses.ABSOLUTE}$"},
                Text(
                    "Her skal det stå en hel adresse til et nøkkelsett.",
                    "This must be the whole address of a key set.",
                ),
                Text("Skriv https://.", "Write https://."),
                "SAL-54",
            ),
        ),
    ),
    Field(
        "jwks",
        Text("Appens offentlige nøkler.", "The app's public keys."),
        '{"keys": []}',
        (
            Rule(
                "jwks-keys",
                {
                    "type": "object",
                    "required": ["keys"],
                    "properties": {
                        "keys": {
                            "type": "array",
                            "minItems": 1,
                            "items": {
                                "type": "object",
                                "required": ["kty", "kid"],
                                "properties": {
                                    "kty": {"enum": ["RSA", "EC"]},
                                    "d": False,
                                    "p": False,
                                    "q": False,
                                    "k": False,
                                },
                            },
                        }
                    },
                },
                Text("Dette er ikke et sett av offentlige nøkler.", "This is not a set of public keys."),
                Text(
                    "Hver nøkkel må ha kty (RSA eller EC) og kid, og ingen privat del.",
                    "Every key needs kty (RSA or EC) and kid, and no private part.",
                ),
                "SAL-54",
            ),
        ),
    ),
    Field(
        "contacts",
        Text("Hvem som svarer når noe er galt.", "Who answers when something is wrong."),
        '["hjelp@fjellkode.example"]',
        (
            _list_rule(1, '["hjelp@fjellkode.example"]', "RFC7591"),
            Rule(
                "contact",
                {"type": "string", "pattern": r"^[^@\s]+@[^@\s]+\.[^@\s]+$|^\+?[0-9 ]{8,15}$|^https://\S+$"},
                Text(
                    "Dette er hverken e-post, telefon eller nettside.",
                    "This is no e-mail address, phone number or page.",
                ),
                Text(
                    'Skriv for eksempel "hjelp@fjellkode.example".',
                    'Write for example "hjelp@fjellkode.example".',
                ),
                "RFC7591",
                each=True,
            ),
        ),
        required=True,
    ),
    Field(
        "policy_uri",
        Text("Siden om personvern.", "The page about privacy."),
        '"https://fjellkode.example/personvern"',
        (
            Rule(
                "page-address",
                {"type": "string", "pattern": rf"^{addresses.ABSOLUTE}$"},
                Text("Her skal det stå adressen til en nettside.", "This must be the address of a page."),
                Text("Skriv hele adressen med https://.", "Write the whole address with https://."),
                "RFC7591",
            ),
        ),
    ),
    Field(
        "follows",
        Text(
            "Ved bytte av pasient: relaunch (startes på nytt), fhircast (følger selv) eller pin (blir stående).",
            "On a change of patient: relaunch (started again), fhircast (follows by itself) or pin (stays).",
        ),
        '"relaunch"',
        (_one_of(("relaunch", "fhircast", "pin")),),
        required=True,
    ),
    Field(
        "origins",
        Text("Andre adresser appens sider kommer fra.", "Other origins that the app's pages come from."),
        '["https://app.example"]',
        (
            _list_rule(0, '["https://app.example"]'),
            Rule(
                "origin",
                {"type": "string", "pattern": rf"^{addresses.ORIGIN}$"},
                Text("Dette er ikke et opphav.", "This is not an origin."),
                Text(
                    "Skriv skjema, vert og port, uten sti: https://app.example.",
                    "Write scheme, host and port without a path: https://app.example.",
                ),
                each=True,
            ),
        ),
    ),
    Field(
        "intents",
        Text("Hva andre apper kan be denne om.", "What other apps can ask this one for."),
        '["order-review"]',
        (
            _list_rule(0, '["order-review"]', "SWM-09"),
            Rule(
                "intent",
                {
                    "type": "string",
                    "maxLength": 256,
                    "pattern": r"^(?:[a-z][a-z0-9]*(?:-[a-z0-9]+)*|[A-Za-z][A-Za-z0-9+.-]*:[!-~]+)$",
                },
                Text("Dette er hverken en kode eller en URI.", "This is neither a code nor a URI."),
                Text(
                    'Skriv for eksempel "order-review", eller en hel adresse som er din egen.',
                    'Write for example "order-review", or a whole address of your own.',
                ),
                "SWM-09",
                each=True,
            ),
        ),
    ),
    Field(
        "native",
        Text(
            "Om appen er et eget program ved siden av Vaktrom, som logger inn gjennom nettleseren.",
            "Whether the app is a program of its own beside Vaktrom, which signs in through the browser.",
        ),
        "false",
        (_is("boolean", "true eller false", "true or false", "false"),),
    ),
    Field(
        "server_side",
        Text("Om appens egen tjener kaller Vaktrom.", "Whether the app's own server calls Vaktrom."),
        "false",
        (_is("boolean", "true eller false", "true or false", "false"),),
    ),
    Field(
        "icon",
        Text(
            "Tegningen i appstripen: SVG i én farge på et rutenett på 24.",
            "The drawing on the rail: SVG in one colour on a grid of 24.",
        ),
        '"icon.svg"',
        (
            Rule(
                "icon-name",
                {
                    "type": "string",
                    "pattern": rf"^(?:{addresses.RELATIVE})$",
                    "allOf": [{"pattern": r"\.svg$"}],
                },
                Text("Her skal det stå en SVG-fil i mappen.", "This must be an SVG file of the folder."),
                Text('Skriv for eksempel "icon.svg".', 'Write for example "icon.svg".'),
            ),
        ),
        required=True,
    ),
)
