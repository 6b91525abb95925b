"""The table of settings: everything that an organisation may fix, each row once.

Precedence, documentation, group policy templates and the schema of the Linux policy file loop over ``TABLE``.
"""

from __future__ import annotations

from typing import Any

from launcher.server.hub_limits import RANGES, HubSettings
from plugins.findings import Text
from shell.settings.kinds import Address, Choice, FilePath, Networks, Number, Switch, Words
from shell.settings.row import Row

USUAL = HubSettings()

GROUPS = {
    "desktop": Text("Skrivebordet", "The desktop"),
    "record_system": Text("Journalsystemet", "The record system"),
    "identity_provider": Text("Innloggingen", "The identity provider"),
    "gateway": Text("Porten til journalen", "The gateway"),
    "hub": Text("Deling mellom appene", "Sharing between apps"),
    "network": Text("Nettet", "The network"),
    "audit": Text("Innsynsloggen", "The audit log"),
    "apps": Text("Appene", "Apps"),
    "practice": Text("Øvingsmiljøet", "The practice environment"),
    "debug": Text("Feilsøking", "Debugging"),
}

LANGUAGE = Row(
    "desktop.language",
    Choice((("nb", Text("Norsk bokmål", "Norwegian Bokmål")), ("en", Text("Engelsk", "English")))),
    "nb",
    "user",
    "no",
    False,
    Text("Språk", "Language"),
    Text(
        "Språket i Vaktrom. Er det satt her, kan brukeren ikke velge et annet.",
        "The language of Vaktrom. When it is set here, the user cannot choose another.",
    ),
)
THEME = Row(
    "desktop.theme",
    Choice(
        (
            ("system", Text("Som systemet", "As the system")),
            ("light", Text("Lyst", "Light")),
            ("dark", Text("Mørkt", "Dark")),
            ("high-contrast", Text("Høy kontrast", "High contrast")),
        )
    ),
    "system",
    "user",
    "no",
    False,
    Text("Utseende", "Look"),
    Text(
        "Lyst, mørkt eller høy kontrast. Er det satt her, kan brukeren ikke velge noe annet.",
        "Light, dark or high contrast. When it is set here, the user cannot choose another.",
    ),
)
TEXT_SIZE = Row(
    "desktop.text_size",
    Number(100, 200, (100, 125, 150, 200)),
    100,
    "user",
    "no",
    False,
    Text("Tekststørrelse i prosent", "Size of text in per cent"),
    Text(
        "Størrelsen på teksten i Vaktrom. Er den satt her, kan brukeren ikke velge en annen.",
        "The size of the text in Vaktrom. When it is set here, the user cannot choose another.",
    ),
)
LOCK_AFTER = Row(
    "desktop.lock_after_minutes",
    Number(0, 240),
    0,
    "machine",
    "machine",
    True,
    Text("Lås etter så mange minutter uten bruk", "Lock after so many minutes without use"),
    Text(
        "Vaktrom låser seg når ingen har brukt tastatur eller mus i vinduet så lenge. 0: låser seg ikke av seg selv.",
        "Vaktrom locks itself when nobody has used keyboard or mouse in its window for so long. 0: it does not.",
    ),
)

FHIR_BASE = Row(
    "record_system.fhir_base",
    Address(),
    "",
    "machine",
    "machine",
    True,
    Text("FHIR-adressen til journalsystemet", "FHIR address of the record system"),
    Text(
        "Adressen som pasientopplysninger hentes fra (FHIR R4). Tom: øvingsmiljøet. Innloggingen må også settes opp.",
        "The address that records come from (FHIR R4). Empty: the practice environment. The identity provider must be "
        "named too.",
    ),
)

ISSUER = Row(
    "identity_provider.issuer",
    Address(),
    "",
    "machine",
    "machine",
    True,
    Text("Adressen til innloggingstjenesten", "Address of the identity provider"),
    Text(
        "Utsteder (issuer) hos innloggingstjenesten, for eksempel HelseID. Tom: øvingsmiljøets egen.",
        "The issuer at the identity provider, for example HelseID. Empty: that of the practice environment.",
    ),
)
CLIENT_ID = Row(
    "identity_provider.client_id",
    Words(255),
    "",
    "machine",
    "machine",
    True,
    Text("Klient-id", "Client id"),
    Text(
        "Id-en som Vaktrom er registrert med hos innloggingstjenesten.",
        "The id that Vaktrom is registered with at the identity provider.",
    ),
)
METHOD = Row(
    "identity_provider.method",
    Choice(
        (
            ("private_key_jwt", Text("Privat nøkkel (private_key_jwt)", "Private key (private_key_jwt)")),
            (
                "client_secret_basic",
                Text("Hemmelighet (client_secret_basic)", "Secret (client_secret_basic)"),
            ),
            ("none", Text("Ingen (offentlig klient)", "None (public client)")),
        )
    ),
    "private_key_jwt",
    "machine",
    "machine",
    True,
    Text("Hvordan Vaktrom viser hvem det er", "How Vaktrom proves who it is"),
    Text(
        "Måten Vaktrom beviser klient-id-en på hos innloggingstjenesten.",
        "The way in which Vaktrom proves its client id to the identity provider.",
    ),
)
KEY_FILE = Row(
    "identity_provider.key_file",
    FilePath(),
    "",
    "machine",
    "machine",
    True,
    Text("Fil med den private nøkkelen", "File with the private key"),
    Text(
        "En privat JWK med kid, for private_key_jwt. La bare dem som bruker Vaktrom få lese filen.",
        "A private JWK with kid, for private_key_jwt. Let only those who use Vaktrom read the file.",
    ),
)
SECRET_FILE = Row(
    "identity_provider.client_secret_file",
    FilePath(),
    "",
    "machine",
    "machine",
    True,
    Text("Fil med hemmeligheten", "File with the secret"),
    Text(
        "Hemmeligheten for client_secret_basic, alene i en fil.",
        "The secret for client_secret_basic, alone in a file.",
    ),
)
PROVIDER_SCOPE = Row(
    "identity_provider.scope",
    Words(),
    "",
    "machine",
    "machine",
    True,
    Text("Hva innloggingstjenesten spørres om", "What the identity provider is asked for"),
    Text(
        "Scope ved innlogging, skilt med mellomrom. Tom: det Vaktrom vanligvis spør om hos HelseID.",
        "Scopes of the login, separated by spaces. Empty: what Vaktrom usually asks of HelseID.",
    ),
)
RESOURCE = Row(
    "identity_provider.resource",
    Words(),
    "",
    "machine",
    "machine",
    True,
    Text("Hva tilgangen skal gjelde (resource)", "What the access is for (resource)"),
    Text(
        "Ressursen i RFC 8707 som tilgangen gjelder. Tom: FHIR-adressen til journalsystemet.",
        "The resource of RFC 8707 that the access is for. Empty: the FHIR address of the record system.",
    ),
)

PORT = Row(
    "gateway.port",
    Number(0, 65535),
    0,
    "machine",
    "no",
    False,
    Text("Port på denne maskinen", "Port on this machine"),
    Text(
        "Porten på 127.0.0.1 som appene bruker. 0: den samme ledige som sist. Ikke sett den der flere bruker "
        "maskinen samtidig.",
        "The port on 127.0.0.1 that apps use. 0: the same free one as last time. Leave it where several people use "
        "the machine at once.",
    ),
)
FIRST_BYTE = Row(
    "gateway.first_byte_seconds",
    Number(1, 120),
    10,
    "machine",
    "no",
    False,
    Text("Sekunder til svaret begynner", "Seconds until an answer begins"),
    Text(
        "Så lenge Vaktrom venter på at journalsystemet begynner å svare.",
        "How long Vaktrom waits for the record system to begin its answer.",
    ),
)
WHOLE = Row(
    "gateway.whole_seconds",
    Number(1, 600),
    60,
    "machine",
    "no",
    False,
    Text("Sekunder til svaret er helt", "Seconds until an answer is whole"),
    Text(
        "Så lenge et helt svar fra journalsystemet kan ta.",
        "How long a whole answer of the record system may take.",
    ),
)

ACKNOWLEDGEMENT = Row(
    "hub.acknowledgement_seconds",
    Number(*RANGES["acknowledgement_seconds"]),
    USUAL.acknowledgement_seconds,
    "machine",
    "no",
    False,
    Text("Sekunder før en app er ute av takt", "Seconds until an app is out of sync"),
    Text(
        "En app som ikke har svart på et bytte av pasient etter så lenge, dekkes til.",
        "An app that has not answered a change of patient after so long is covered.",
    ),
)
CONTENT = Row(
    "hub.content_characters",
    Number(*RANGES["content_characters"]),
    USUAL.content_characters,
    "machine",
    "no",
    False,
    Text("Tegn i delt innhold", "Characters of shared content"),
    Text(
        "Så mye innhold kan apper dele om en rapport eller en undersøkelse.",
        "How much content apps may share about a report or a study.",
    ),
)
CALLS_BURST = Row(
    "hub.calls_burst",
    Number(*RANGES["calls_burst"]),
    USUAL.calls_burst,
    "machine",
    "no",
    False,
    Text("Meldinger på én gang fra én app", "Messages at once of one app"),
    Text(
        "Så mange meldinger kan en app sende på én gang før den må vente.",
        "How many messages an app may send at once before it has to wait.",
    ),
)
CALLS_PER_MINUTE = Row(
    "hub.calls_per_minute",
    Number(*RANGES["calls_per_minute"]),
    USUAL.calls_per_minute,
    "machine",
    "no",
    False,
    Text("Meldinger i minuttet fra én app", "Messages a minute of one app"),
    Text(
        "Så mange meldinger i minuttet kan en app sende over tid.",
        "How many messages a minute an app may send over time.",
    ),
)

UPSTREAM_CA = Row(
    "network.upstream_ca_file",
    FilePath(),
    "",
    "machine",
    "machine",
    True,
    Text("Egne sertifikatutstedere for journal og innlogging", "Own authorities for record system and login"),
    Text(
        "Sertifikater i PEM som det stoles på, ved siden av de vanlige, for journalsystem, innlogging og mottaker av "
        "innsynsloggen.",
        "Certificates in PEM that are trusted beside the usual ones, for record system, identity provider and audit "
        "sink.",
    ),
)
VENDOR_NETWORKS = Row(
    "network.vendor_networks",
    Networks(),
    (),
    "machine",
    "machine",
    True,
    Text(
        "Private nett der leverandørenes nøkler kan hentes",
        "Private networks that vendors' keys may come from",
    ),
    Text(
        "Nett som leverandørenes nøkler kan hentes fra selv om de er private. Tom: bare offentlige adresser.",
        "Networks that vendors' keys may be fetched from although they are private. Empty: public addresses only.",
    ),
)
VENDOR_CA = Row(
    "network.vendor_ca_file",
    FilePath(),
    "",
    "machine",
    "machine",
    True,
    Text("Egne sertifikatutstedere for leverandørene", "Own authorities for vendors"),
    Text(
        "Sertifikater i PEM som det stoles på når leverandørenes nøkler hentes.",
        "Certificates in PEM that are trusted when vendors' keys are fetched.",
    ),
)

AUDIT_SINK = Row(
    "audit.sink",
    Address(),
    "",
    "machine",
    "machine",
    True,
    Text("Mottaker av innsynsloggen", "Receiver of the audit log"),
    Text(
        "FHIR-server som innsynsloggen sendes videre til. Tom: loggen ligger bare på maskinen, uten anker.",
        "FHIR server that the audit log is forwarded to. Empty: the log stays on the machine, unanchored.",
    ),
)
SINK_AUTHORIZATION = Row(
    "audit.sink_authorization_file",
    FilePath(),
    "",
    "machine",
    "machine",
    True,
    Text("Fil med adgang til mottakeren", "File with the receiver's authorization"),
    Text(
        "Verdien av Authorization-hodet som mottakeren av innsynsloggen vil ha, alene i en fil.",
        "The value of the Authorization header that the receiver of the audit log wants, alone in a file.",
    ),
)

APP_POLICY = Row(
    "apps.policy_file",
    FilePath(),
    "",
    "machine",
    "machine",
    True,
    Text("Fil med avgjørelser om appene", "File with decisions about apps"),
    Text(
        "Hva administratoren har bestemt om hver app. Tom: filen app-policy.json i maskinens mappe, hvis den finnes.",
        "What the administrator decided about each app. Empty: the file app-policy.json in the machine's folder, if "
        "it is there.",
    ),
)
UNPACKED_APPS = Row(
    "apps.unpacked",
    Switch(),
    True,
    "machine",
    "machine",
    True,
    Text("Tillat apper fra en vanlig mappe (--app)", "Allow apps from a plain folder (--app)"),
    Text(
        "For leverandører som prøver sin egen app. Slå det av på maskiner der det arbeides med pasienter.",
        "For vendors who try their own app. Turn it off on machines where people work with patients.",
    ),
)

PRACTICE = Row(
    "practice.allowed",
    Switch(),
    True,
    "machine",
    "machine",
    True,
    Text("Tillat øvingsmiljøet", "Allow the practice environment"),
    Text(
        "Når intet journalsystem er oppgitt, starter Vaktrom med oppdiktede pasienter. Slått av: det starter ikke.",
        "When no record system is named, Vaktrom starts with made-up patients. Turned off: it does not start.",
    ),
)

DEVTOOLS_PORT = Row(
    "debug.devtools_port",
    Number(0, 65535),
    0,
    "machine",
    "policy",
    True,
    Text("Port for DevTools", "Port of DevTools"),
    Text(
        "Åpner en port på 127.0.0.1 som lar alle programmer på maskinen lese alt som vises i appene. Bare for "
        "feilsøking med oppdiktede pasienter. 0: lukket.",
        "Opens a port on 127.0.0.1 through which every program on the machine can read all that apps show. Only for "
        "debugging with made-up patients. 0: closed.",
    ),
)

TABLE: tuple[Row[Any], ...] = (
    LANGUAGE,
    THEME,
    TEXT_SIZE,
    LOCK_AFTER,
    FHIR_BASE,
    ISSUER,
    CLIENT_ID,
    METHOD,
    KEY_FILE,
    SECRET_FILE,
    PROVIDER_SCOPE,
    RESOURCE,
    PORT,
    FIRST_BYTE,
    WHOLE,
    ACKNOWLEDGEMENT,
    CONTENT,
    CALLS_BURST,
    CALLS_PER_MINUTE,
    UPSTREAM_CA,
    VENDOR_NETWORKS,
    VENDOR_CA,
    AUDIT_SINK,
    SINK_AUTHORIZATION,
    APP_POLICY,
    UNPACKED_APPS,
    PRACTICE,
    DEVTOOLS_PORT,
)
BY_KEY = {row.key: row for row in TABLE}
