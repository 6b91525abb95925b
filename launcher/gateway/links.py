"""Paging links: an upstream's ``next`` becomes an opaque link of ours that only the same grant can follow.

The upstream's URL (which may hold search values) is sealed with AES-256-GCM together with the grant, the
effective patient and what was searched, so a link keeps nothing readable and cannot be made or moved.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from launcher.gateway.grant_facts import GrantFacts
from launcher.gateway.interaction import Kind

RELATIONS = frozenset({"first", "previous", "prev", "next", "last"})
_NONCE_BYTES = 12
_AAD = b"vaktrom page link 1"


class PageRefused(ValueError):
    """The link was not made for this grant and patient, or not by us."""


class Page(msgspec.Struct, frozen=True):
    """What a followed link stands for; ``target`` is path and query on the upstream, below its base."""

    grant_id: str
    patient: str | None
    kind: Kind
    type: str
    id: str | None
    exact: bool
    target: str


@dataclass(frozen=True, slots=True)
class PageSeal:
    """Seals and opens page links under one 32-byte ``key``; ``random_bytes(n)`` gives nonces."""

    key: bytes
    random_bytes: Callable[[int], bytes]
    _cipher: AESGCM = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_cipher", AESGCM(self.key))

    def seal(self, page: Page) -> str:
        """The opaque value of ``_page``."""
        nonce = self.random_bytes(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, msgspec.msgpack.encode(page), _AAD)
        return base64.urlsafe_b64encode(nonce + sealed).decode("ascii").rstrip("=")

    def open(self, text: str, facts: GrantFacts, resource_type: str) -> Page:
        """Raises ``PageRefused`` for a forged link, another grant's, another patient's or another type's."""
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            plain = self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _AAD)
            page = msgspec.msgpack.decode(plain, type=Page)
        except (ValueError, InvalidTag, msgspec.MsgspecError):
            raise PageRefused("This page link is not one of ours.") from None
        if (page.grant_id, page.patient, page.type) != (facts.grant_id, facts.patient, resource_type):
            raise PageRefused("This page link was made for somebody else, or for another patient.")
        return page


def upstream_target(url: str, upstream_base: str) -> str | None:
    """Path and query below the upstream's base, or ``None`` for a link that does not lead there.

    The authority in the link is not looked at, since a server behind a proxy may know itself by another name:
    whatever the link says, the request goes to the upstream that is configured.
    """
    base_path = "/" + upstream_base.partition("://")[2].partition("/")[2]
    if "://" in url:
        url = "/" + url.partition("://")[2].partition("/")[2]
    elif not url.startswith("/"):
        url = f"{base_path}/{url}"
    path, _, query = url.partition("?")
    if not (path == base_path or path.startswith(base_path + "/")):
        return None
    target = path[len(base_path) :]
    if (
        "%" in path
        or "\\" in url
        or "#" in url
        or any(part.strip(".") == "" for part in target.split("/")[1:])
    ):
        return None
    if not (url.isascii() and url.isprintable()) or " " in url:
        return None
    return f"{target}?{query}" if query else target
