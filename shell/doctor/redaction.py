"""What may not leave the machine is taken out of a text: tokens, identity numbers, names, user info and queries of addresses.

It takes out too much rather than too little: every run of eleven digits, every long word that could be a token.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote

SHORTEST_NAME = 3
LEAST_TOKEN = 24

_USER_INFO = re.compile(r"(?<=://)[^/\s\"'@]*@")
_QUERY = re.compile(r"(://[^\s\"'?#]*)[?#][^\s\"']+")
_BEARER = re.compile(r"(?i)\b(bearer|basic|dpop)\s+[A-Za-z0-9._~+/-]{8,}=*")
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)*")
_WORD = re.compile(r"[A-Za-z0-9_+-]{24,}={0,2}|[A-Za-z0-9+/]{40,}={0,2}")
_ELEVEN = re.compile(r"(?<!\d)\d{6}[ \u00a0-]?\d{5}(?!\d)")


@dataclass(slots=True)
class Redaction:
    """``names`` are people and accounts; ``found`` counts what was taken out, by kind and never by content."""

    names: Iterable[str] = ()
    found: Counter[str] = field(default_factory=Counter)
    _names: re.Pattern[str] | None = None

    def __post_init__(self) -> None:
        spellings = {spelling for name in self.names for spelling in _spellings(name)}
        if spellings:
            longest_first = sorted(spellings, key=len, reverse=True)
            either = "|".join(re.escape(spelling) for spelling in longest_first)
            self._names = re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)

    def clean(self, text: str) -> str:
        """The text without them; each is replaced by its kind."""
        text = self._sub(_USER_INFO, "user-info", text, "")
        text = self._sub(_QUERY, "query", text, r"\1")
        text = self._sub(_BEARER, "token", text)
        text = self._sub(_JWT, "token", text)
        text = _WORD.sub(self._word, text)
        text = self._sub(_ELEVEN, "number", text)
        return text if self._names is None else self._sub(self._names, "name", text)

    def _sub(self, pattern: re.Pattern[str], kind: str, text: str, by: str | None = None) -> str:
        cleaned, count = pattern.subn(f"[{kind}]" if by is None else by, text)
        if count:
            self.found[kind] += count
        return cleaned

    def _word(self, match: re.Match[str]) -> str:
        word = match[0]
        if not any(letter.isdigit() for letter in word) or not any(letter.isalpha() for letter in word):
            return word
        self.found["token"] += 1
        return "[token]"


def _spellings(name: str) -> set[str]:
    """A whole name and each of its words, as they may stand in JSON and in an address."""
    words = {name.strip(), *re.split(r"[\s,.;@\\/]+", name)}
    kept = {word for word in words if len(word) >= SHORTEST_NAME and not word.isdigit()}
    return kept | {json.dumps(word)[1:-1] for word in kept} | {quote(word) for word in kept}
