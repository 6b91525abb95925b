"""The kinds of values that a setting takes: what is accepted, in a file and as one word of text."""

from __future__ import annotations

import ipaddress
import math
import ntpath
import posixpath
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from launcher.upstream.identity_model import is_safe_url
from plugins.findings import Text

Value = TypeVar("Value")

LONGEST_TEXT = 1024
"""Characters; the most that an ADMX text element may be allowed to take is 1023 without its end (schema 1.0)."""
MOST_LINES = 64
YES, NO = ("true", "1", "yes", "on"), ("false", "0", "no", "off")


class NotTaken(Exception):
    """Caller: a value that a setting cannot have; ``text`` says what it takes instead."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


class Kind(ABC, Generic[Value]):
    """What a setting takes."""

    @property
    @abstractmethod
    def takes(self) -> Text:
        """In words, as the end of a sentence: *must be ...*."""

    @abstractmethod
    def check(self, given: Any) -> Value:
        """``given`` from a file as a value. Raises :class:`NotTaken`."""

    def from_word(self, word: str) -> Value:
        """A value from the environment or the command line. Raises :class:`NotTaken`."""
        return self.check(word)

    def from_registry(self, given: Any) -> Value:
        """A value as the Windows registry holds it. Raises :class:`NotTaken`."""
        return self.check(given)


@dataclass(frozen=True, slots=True)
class Words(Kind[str]):
    """One line of text; empty where nothing is set."""

    longest: int = LONGEST_TEXT - 1

    @property
    def takes(self) -> Text:
        return Text(
            f"én linje tekst på høyst {self.longest} tegn",
            f"one line of text of at most {self.longest} characters",
        )

    def check(self, given: Any) -> str:
        if not isinstance(given, str) or len(given) > self.longest or not given.isprintable():
            raise NotTaken(self.takes)
        return given.strip()


@dataclass(frozen=True, slots=True)
class Address(Kind[str]):
    """An address that tokens and records may travel to: https, or http on this machine (SAL-69)."""

    @property
    def takes(self) -> Text:
        return Text(
            "en adresse som begynner med https:// (http bare til denne maskinen)",
            "an address that begins with https:// (http for this machine only)",
        )

    def check(self, given: Any) -> str:
        if given == "":
            return ""
        if not isinstance(given, str) or not is_safe_url(given) or len(given) >= LONGEST_TEXT:
            raise NotTaken(self.takes)
        if not given.isprintable() or " " in given:
            raise NotTaken(self.takes)
        return given


@dataclass(frozen=True, slots=True)
class FilePath(Kind[str]):
    """A whole path, so that it does not depend on the folder in which the program is started."""

    @property
    def takes(self) -> Text:
        return Text(
            "hele stien til en fil, for eksempel /etc/vaktrom/ca.pem eller C:\\ProgramData\\vaktrom\\ca.pem",
            "the whole path of a file, for example /etc/vaktrom/ca.pem or C:\\ProgramData\\vaktrom\\ca.pem",
        )

    def check(self, given: Any) -> str:
        if given == "":
            return ""
        if not isinstance(given, str) or len(given) >= LONGEST_TEXT or not given.isprintable():
            raise NotTaken(self.takes)
        windows = ntpath.splitdrive(given)[0] != "" and ntpath.isabs(given)
        if not (posixpath.isabs(given) or windows):
            raise NotTaken(self.takes)
        return given


@dataclass(frozen=True, slots=True)
class Choice(Kind[str]):
    """One of several words, each with its name in both languages."""

    options: tuple[tuple[str, Text], ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The words as they are written in a file."""
        return tuple(word for word, _ in self.options)

    @property
    def takes(self) -> Text:
        listed = ", ".join(self.words)
        return Text(f"ett av: {listed}", f"one of: {listed}")

    def check(self, given: Any) -> str:
        if not isinstance(given, str) or given not in self.words:
            raise NotTaken(self.takes)
        return given


@dataclass(frozen=True, slots=True)
class Number(Kind[int]):
    """A whole number between two others, or one of ``options``."""

    low: int
    high: int
    options: tuple[int, ...] = ()

    @property
    def takes(self) -> Text:
        if self.options:
            listed = ", ".join(str(option) for option in self.options)
            return Text(f"ett av tallene {listed}", f"one of the numbers {listed}")
        return Text(
            f"et helt tall fra {self.low} til {self.high}", f"a whole number from {self.low} to {self.high}"
        )

    def check(self, given: Any) -> int:
        if isinstance(given, bool) or not isinstance(given, int) or not self.low <= given <= self.high:
            raise NotTaken(self.takes)
        if self.options and given not in self.options:
            raise NotTaken(self.takes)
        return given

    def from_word(self, word: str) -> int:
        stripped = word.strip()
        if not (
            stripped.isascii()
            and stripped.isdigit()
            and len(stripped) <= 1 + int(math.log10(max(self.high, 1)))
        ):
            raise NotTaken(self.takes)
        return self.check(int(stripped))

    def from_registry(self, given: Any) -> int:
        try:
            return self.check(given)
        except NotTaken as error:
            raise NotTaken(_dword(error.text)) from None


def _dword(takes: Text) -> Text:
    return Text(f"en DWORD, {takes.nb}", f"a DWORD, {takes.en}")


@dataclass(frozen=True, slots=True)
class Switch(Kind[bool]):
    """Yes or no."""

    @property
    def takes(self) -> Text:
        return Text("true eller false", "true or false")

    def check(self, given: Any) -> bool:
        if not isinstance(given, bool):
            raise NotTaken(self.takes)
        return given

    def from_word(self, word: str) -> bool:
        plain = word.strip().lower()
        if plain not in YES + NO:
            raise NotTaken(self.takes)
        return plain in YES

    def from_registry(self, given: Any) -> bool:
        if isinstance(given, bool) or given not in (0, 1) or not isinstance(given, int):
            raise NotTaken(Text("en DWORD som er 0 eller 1", "a DWORD that is 0 or 1"))
        return bool(given)


@dataclass(frozen=True, slots=True)
class Networks(Kind[tuple[str, ...]]):
    """Networks in CIDR notation (RFC 4632), for example ``10.20.0.0/16``."""

    @property
    def takes(self) -> Text:
        return Text(
            f"en liste med høyst {MOST_LINES} nett, for eksempel 10.20.0.0/16",
            f"a list of at most {MOST_LINES} networks, for example 10.20.0.0/16",
        )

    def check(self, given: Any) -> tuple[str, ...]:
        if not isinstance(given, (list, tuple)) or len(given) > MOST_LINES:
            raise NotTaken(self.takes)
        try:
            return tuple(str(ipaddress.ip_network(str(line).strip())) for line in given)
        except ValueError:
            raise NotTaken(self.takes) from None

    def from_word(self, word: str) -> tuple[str, ...]:
        return self.check([part for part in word.replace(";", ",").split(",") if part.strip()])

    def from_registry(self, given: Any) -> tuple[str, ...]:
        return self.check([line for line in given if line.strip()] if isinstance(given, list) else given)
