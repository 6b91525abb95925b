"""What another program may ask of the desktop: to open one patient.

``vaktrom open`` and ``vaktrom:`` links. The patient is named by the logical id of the record, or by a handle that the
gateway gave a program with access and that counts once. Never by an identity number: a command line, a link and the
places where these are remembered are open to others (S7). Both ends of the desktop's door read it with the functions here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

SCHEME, VERB = "vaktrom", "open"
PATIENT, HANDLE = "patient", "handle"
LONGEST_LINK = 256
LOGICAL_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}", re.ASCII)
"""``id`` of FHIR R4 (datatypes, 2.24.0.1)."""
_ELEVEN = re.compile(r"(?<![0-9A-Za-z])(\d{11}|\d{6}[ .\-]\d{5})(?![0-9A-Za-z])", re.ASCII)
ONE_TIME_HANDLE = re.compile(r"[A-Za-z0-9_\-]{20,64}", re.ASCII)
_MESSAGE = re.compile(rb"(patient|handle) ([A-Za-z0-9_\-.]{1,64})\n")

Fault = Literal["identity-number", "patient", "handle", "link"]


class WishRefused(Exception):
    """``fault`` is a key of the texts; nothing of what was given is repeated."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class OpenWish:
    """Open a patient, once the user has said yes: the one with this FHIR logical id, or the one whom this handle names."""

    patient: str = ""
    handle: str = ""


def wish_for(patient: str) -> OpenWish:
    """Raises :class:`WishRefused`: ``identity-number`` for eleven digits, ``patient`` for what is no logical id."""
    if has_identity_number(patient):
        raise WishRefused("identity-number")
    if LOGICAL_ID.fullmatch(patient) is None:
        raise WishRefused("patient")
    return OpenWish(patient)


def wish_by_handle(handle: str) -> OpenWish:
    """Raises :class:`WishRefused`: ``identity-number`` for eleven digits, ``handle`` for what can be none."""
    if has_identity_number(handle):
        raise WishRefused("identity-number")
    if ONE_TIME_HANDLE.fullmatch(handle) is None:
        raise WishRefused("handle")
    return OpenWish(handle=handle)


READ = {PATIENT: wish_for, HANDLE: wish_by_handle}
"""How each way of naming a patient is read."""


def wish_of_link(link: str) -> OpenWish:
    """``vaktrom:open?patient=ID`` or ``?handle=HANDLE``, also with ``//``. Raises :class:`WishRefused`."""
    if has_identity_number(unquote(link)):
        raise WishRefused("identity-number")
    if len(link) > LONGEST_LINK or not link.isascii() or not link.isprintable() or " " in link:
        raise WishRefused("link")
    try:
        parts = urlsplit(link)
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True, max_num_fields=2)
    except ValueError:
        raise WishRefused("link") from None
    asked = f"{parts.netloc}{parts.path}".removesuffix("/")
    if (
        parts.scheme != SCHEME
        or asked != VERB
        or parts.fragment
        or len(pairs) != 1
        or pairs[0][0] not in READ
    ):
        raise WishRefused("link")
    return READ[pairs[0][0]](pairs[0][1])


def has_identity_number(text: str) -> bool:
    """Eleven digits by themselves, or as six and five."""
    return _ELEVEN.search(text) is not None


def message_of(wish: OpenWish) -> bytes:
    """What goes through the door: one line."""
    named = f"{HANDLE} {wish.handle}" if wish.handle else f"{PATIENT} {wish.patient}"
    return f"{named}\n".encode("ascii")


def wish_of_message(message: bytes) -> OpenWish | None:
    """The wish in a line from the door; None for anything else."""
    found = _MESSAGE.fullmatch(message)
    if found is None:
        return None
    try:
        return READ[found[1].decode("ascii")](found[2].decode("ascii"))
    except WishRefused:
        return None
