"""AES-256-GCM sealing of small records under the state key (DESIGN section 4, *Secrets*)."""

from __future__ import annotations

from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from launcher.stores.errors import SealBroken

KEY_BYTES = 32
NONCE_BYTES = 12


class Sealer:
    """Seals and opens records; the record's name is bound to it, so that records cannot be swapped.

    ``random_bytes`` gives the nonces. Raises ``ValueError`` for a key that is not 32 bytes.
    """

    def __init__(self, key: bytes, random_bytes: Callable[[int], bytes]) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a state key has {KEY_BYTES} bytes, this one has {len(key)}")
        self._cipher = AESGCM(key)
        self._random_bytes = random_bytes

    def seal(self, name: str, plain: bytes) -> bytes:
        """Return ``nonce || ciphertext || tag``."""
        nonce = self._random_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, name.encode())

    def open(self, name: str, sealed: bytes) -> bytes:
        """Return the plain bytes; raise :class:`SealBroken` for another key, name or changed bytes."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], name.encode())
        except (InvalidTag, ValueError) as broken:
            raise SealBroken(name) from broken
