"""What another program may ask of the desktop: to open one patient, named by the logical id of the record.

``vaktrom open`` and ``vaktrom:`` links. Never by an identity number: a command line, a link and the places where these
are remembered are open to others (S7). Both ends of the desktop's door read it with the functions here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

SCHEME, VERB, PARAMETER = "vaktrom", "open", "patient"
LONGEST_LINK = 256
LOGICAL_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}", re.ASCII)
"""``id`` of FHIR R4 (datatypes, 2.24.0.1)."""
_ELEVEN = re.compile(r"(?<![0-9A-Za-z])(\d{11}|\d{6}[ .\-]\d{5})(?![0-9A-Za-z])", re.ASCII)
_MESSAGE = re.compile(rb"open ([A-Za-z0-9\-.]{1,64})\n")

Fault = Literal["identity-number", "patient", "link"]


class WishRefused(Exception):
    """``fault`` is a key of the texts; nothing of what was given is repeated."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class OpenWish:
    """Open the patient whose FHIR logical id this is, once the user has said yes."""

    patient: str


def wish_for(patient: str) -> OpenWish:
    """Raises :class:`WishRefused`: ``identity-number`` for eleven digits, ``patient`` for what is no logical id."""
    if has_identity_number(patient):
        raise WishRefused("identity-number")
    if LOGICAL_ID.fullmatch(patient) is None:
        raise WishRefused("patient")
    return OpenWish(patient)


def wish_of_link(link: str) -> OpenWish:
    """``vaktrom:open?patient=ID``, also with ``//``. Raises :class:`WishRefused`."""
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
        or [name for name, _ in pairs] != [PARAMETER]
    ):
        raise WishRefused("link")
    return wish_for(pairs[0][1])


def has_identity_number(text: str) -> bool:
    """Eleven digits by themselves, or as six and five."""
    return _ELEVEN.search(text) is not None


def message_of(wish: OpenWish) -> bytes:
    """What goes through the door: one line."""
    return f"{VERB} {wish.patient}\n".encode("ascii")


def wish_of_message(message: bytes) -> OpenWish | None:
    """The wish in a line from the door; None for anything else."""
    found = _MESSAGE.fullmatch(message)
    try:
        return wish_for(found[1].decode("ascii")) if found is not None else None
    except WishRefused:
        return None
