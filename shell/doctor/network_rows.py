"""Network, proxy, certificates and clock: what stands between this machine and the organisation's systems."""

from __future__ import annotations

import base64
import contextlib
import socket
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from plugins.findings import Text
from shell.doctor.diagnosis import Diagnosis, worst
from shell.doctor.surroundings import Surroundings
from shell.doctor.visit import System, Visit
from shell.settings.rows import ISSUER, UPSTREAM_CA, VENDOR_CA

PRACTICE = Diagnosis("ok", Text("øvingsmiljøet: ingenting å spørre", "practice environment: nothing to ask"))
PROXY_SECONDS = 3.0
EXPIRED, NOT_YET, OTHER_NAME = 10, 9, (62, 64)
"""X509_V_ERR_* of OpenSSL."""
CERTIFICATE_DAYS = 30
CLOCK_WRONG_SECONDS = 30.0
"""The identity provider's and our own tolerance for signed statements."""
CLOCK_LOOK_SECONDS = 5.0


def each(look: Surroundings, judge: Callable[[System, Visit], Diagnosis]) -> Diagnosis:
    """Every system in one line; nothing to ask where the settings name none."""
    systems = look.systems
    return worst([judge(system, look.visit(system)) for system in systems]) if systems else PRACTICE


def about(system: System, nb: str, en: str) -> Text:
    """A sentence that begins with the system and where it is."""
    return Text(f"{system.name.nb} ({system.place}) {nb}", f"{system.name.en} ({system.place}) {en}")


def network(look: Surroundings) -> Diagnosis:
    """Does each name resolve, and does somebody answer there?"""

    def judge(system: System, found: Visit) -> Diagnosis:
        if found.stage == "name":
            return Diagnosis(
                "wrong",
                about(system, "finnes ikke i navnetjenesten", "is not known to the name service"),
                Text(
                    f"rett {system.key}, eller navnetjenesten (DNS)",
                    f"correct {system.key}, or the name service (DNS)",
                ),
            )
        if found.stage == "connection":
            return Diagnosis(
                "wrong",
                about(system, f"svarer ikke ({found.reason})", f"cannot be reached ({found.reason})"),
                Text(
                    "åpne brannmuren dit; Vaktrom går direkte, ikke gjennom proxy",
                    "open the firewall to it; Vaktrom goes there directly, not through a proxy",
                ),
            )
        return Diagnosis("ok", about(system, "er nådd", "is reached"))

    return each(look, judge)


def certificates(look: Surroundings) -> Diagnosis:
    """Does this machine trust each system, and for how long yet?"""
    for row in (UPSTREAM_CA, VENDOR_CA):
        if file := look.settings.value(row):
            from launcher.upstream.trusted_authorities import upstream_context

            try:
                upstream_context(file)
            except ValueError:
                return Diagnosis(
                    "wrong",
                    Text(
                        f"{row.key}: filen gir ingen sertifikater",
                        f"{row.key}: the file gives no certificates",
                    ),
                    Text("legg sertifikatene i filen, i PEM", "put the certificates into the file, in PEM"),
                )
    return each(look, lambda system, found: _certificate(look, system, found))


def _certificate(look: Surroundings, system: System, found: Visit) -> Diagnosis:
    if found.stage in ("name", "connection"):
        return Diagnosis("look", about(system, "kunne ikke spørres", "could not be asked"))
    if found.stage == "certificate":
        return _refused(system, found)
    if found.expires is None:
        return Diagnosis(
            "ok", about(system, "er på denne maskinen, uten TLS", "is on this machine, without TLS")
        )
    days = (found.expires - look.now()).days
    told = about(system, f"er til å stole på i {days} dager", f"is trusted for {days} days")
    if days < CERTIFICATE_DAYS:
        renew = Text(
            "be dem som driver det fornye sertifikatet", "ask those who run it to renew its certificate"
        )
        return Diagnosis("look", told, renew)
    return Diagnosis("ok", told)


def _refused(system: System, found: Visit) -> Diagnosis:
    if found.verify_code == EXPIRED:
        what = about(system, "har et utløpt sertifikat", "has a certificate that has expired")
        action = Text(
            "be dem som driver det fornye sertifikatet", "ask those who run it to renew its certificate"
        )
    elif found.verify_code == NOT_YET:
        what = about(
            system, "har et sertifikat som ikke gjelder ennå", "has a certificate that is not valid yet"
        )
        action = Text("se på klokken på denne maskinen", "look at the clock of this machine")
    elif found.verify_code in OTHER_NAME:
        what = about(system, "har et sertifikat for et annet navn", "has a certificate of another name")
        action = Text(
            f"rett navnet i {system.key}, eller sertifikatet",
            f"correct the name in {system.key}, or the certificate",
        )
    elif found.verify_code:
        what = about(
            system, "har et sertifikat fra en ukjent utsteder", "has a certificate of an unknown authority"
        )
        action = Text(f"legg utstederen i {UPSTREAM_CA.key}", f"put the authority into {UPSTREAM_CA.key}")
    else:
        what = about(system, f"snakker ikke TLS ({found.reason})", f"does not speak TLS ({found.reason})")
        action = Text(f"rett {system.key}, eller serveren", f"correct {system.key}, or the server")
    return Diagnosis("wrong", what, action)


def clock(look: Surroundings) -> Diagnosis:
    """Does this machine agree with the systems about the time? One that agrees is enough to believe in our own."""
    if not look.systems:
        return PRACTICE
    told = [(system, look.visit(system).clock_ahead) for system in look.systems]
    known = [(system, ahead) for system, ahead in told if ahead is not None]
    if not known:
        return Diagnosis(
            "look",
            Text(
                "ingen svarte, så klokken er ikke sammenlignet",
                "nobody answered, so the clock is not compared",
            ),
        )
    system, ahead = min(known, key=lambda one: abs(one[1]))
    seconds = round(abs(ahead))
    if abs(ahead) <= CLOCK_LOOK_SECONDS:
        return Diagnosis("ok", Text("går likt med systemene", "agrees with the systems"))
    nb, en = ("foran", "ahead of") if ahead > 0 else ("bak", "behind")
    return Diagnosis(
        "wrong" if abs(ahead) > CLOCK_WRONG_SECONDS else "look",
        Text(
            f"klokken her er {seconds} s {nb} {system.name.nb} ({system.place})",
            f"the clock here is {seconds} s {en} {system.name.en} ({system.place})",
        ),
        Text("still klokken (tidstjeneste, NTP)", "set the clock (time service, NTP)"),
    )


def proxy(look: Surroundings) -> Diagnosis:
    """Pages go through the machine's proxy when it has one, the gateway never does."""
    proxies = look.proxies()
    address = proxies.get("https") or proxies.get("http") or proxies.get("all") or ""
    if not address:
        return Diagnosis("ok", Text("ingen er satt", "none is set"))
    target = look.system(ISSUER.key)
    host = urlsplit(target.base).hostname if target else None
    if target is not None and host and look.bypassed(host):
        return Diagnosis(
            "ok", Text("satt, men ikke for innloggingen", "set, but not for the identity provider")
        )
    parts = urlsplit(address if "://" in address else f"http://{address}")
    try:
        place = (parts.hostname or "", parts.port or 8080)
    except ValueError:
        place = ("", 0)
    named = f"{place[0]}:{place[1]}"
    action = Text(
        "rett proxyen på maskinen (sider bruker den, gatewayen ikke), eller unnta systemene fra den",
        "correct this machine's proxy (pages use it, the gateway does not), or exempt the systems from it",
    )
    authorization = base64.b64encode(
        f"{unquote(parts.username or '')}:{unquote(parts.password or '')}".encode()
    )
    try:
        status = _tunnel(place, target, authorization.decode() if parts.username else "")
    except (OSError, UnicodeError, ValueError) as error:
        reason = type(error).__name__
        return Diagnosis(
            "wrong", Text(f"{named} svarer ikke ({reason})", f"{named} cannot be reached ({reason})"), action
        )
    if status in (0, 200):
        return Diagnosis("ok", Text(f"{named} svarer", f"{named} answers"))
    told = Text(f"{named} nekter ({status})", f"{named} refuses ({status})")
    return Diagnosis("wrong", told, action)


def _tunnel(place: tuple[str, int], target: System | None, authorization: str) -> int:
    """The status for a tunnel to the target; 0 where there is no target to name. Raises OSError, ValueError."""
    with contextlib.closing(socket.create_connection(place, PROXY_SECONDS)) as connected:
        if target is None:
            return 0
        parts = urlsplit(target.base)
        authority = f"{parts.hostname}:{parts.port or 443}"
        login = f"Proxy-Authorization: Basic {authorization}\r\n" if authorization else ""
        connected.sendall(f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{login}\r\n".encode("ascii"))
        answer = connected.recv(64).split(b" ")
        if len(answer) < 2 or not answer[0].startswith(b"HTTP/") or not answer[1][:3].isdigit():
            raise ConnectionError
        return int(answer[1][:3])
