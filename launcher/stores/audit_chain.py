"""How one row of the audit log is sealed and linked to the row before it (DESIGN section 4, *Audit*).

A row is sealed with AES-256-GCM under its number; its link is an HMAC over the previous link, the number and the
sealed bytes. Keys are rotated: the chain runs on across a rotation, and never back: a row under an older key than
the row before it is a forgery.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
KEY_BYTES = 32


class AuditSeal:
    """The two keys derived from one of 32 bytes: one for the payload, one for the chain. Raises ``ValueError``."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"the audit key has {KEY_BYTES} bytes")
        self._payload = AESGCM(self._derive(key, b"vaktrom audit payload 1"))
        self._chain = self._derive(key, b"vaktrom audit chain 1")
        self.first_link = hmac.digest(self._chain, b"first", hashlib.sha256)

    @staticmethod
    def _derive(key: bytes, purpose: bytes) -> bytes:
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose).derive(key)

    def seal(self, seq: int, plain: bytes, nonce: bytes) -> bytes:
        """``nonce || ciphertext || tag``, bound to the row's number."""
        return nonce + self._payload.encrypt(nonce, plain, seq.to_bytes(8, "big"))

    def open(self, seq: int, sealed: bytes) -> bytes | None:
        """The payload; ``None`` for another key, another number or changed bytes."""
        try:
            return self._payload.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], seq.to_bytes(8, "big"))
        except (InvalidTag, ValueError):
            return None

    def link(self, previous: bytes, seq: int, sealed: bytes) -> bytes:
        """The link of a row that comes after one with the link ``previous``."""
        return hmac.digest(self._chain, previous + seq.to_bytes(8, "big") + sealed, hashlib.sha256)


class KeyRing:
    """The seals in the order in which their keys were made; following a chain, it only ever moves forward."""

    def __init__(self, seals: Sequence[AuditSeal]) -> None:
        self._seals = seals
        self._index = 0

    def follow(self, previous: bytes | None, seq: int, sealed: bytes, link: bytes) -> bool:
        """True when the row is the next of the chain; ``previous`` is ``None`` for the first row of all."""
        for index in range(self._index, len(self._seals)):
            seal = self._seals[index]
            before = seal.first_link if previous is None else previous
            right = hmac.compare_digest(seal.link(before, seq, sealed), link)
            if right and seal.open(seq, sealed) is not None:
                self._index = index
                return True
        return False

    def open(self, seq: int, sealed: bytes) -> bytes | None:
        """The payload; ``None`` when no key that may still come opens it."""
        for index in range(self._index, len(self._seals)):
            plain = self._seals[index].open(seq, sealed)
            if plain is not None:
                self._index = index
                return plain
        return None
