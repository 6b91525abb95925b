"""Which source decides each setting, what it overrides, and what is wrong; pure (DESIGN section 6)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from plugins.findings import Text
from shell.settings.kinds import NotTaken
from shell.settings.row import Row
from shell.settings.rows import TABLE
from shell.settings.sources import NAMES, Given, Source

Value = TypeVar("Value")
Outcome = Literal["used", "overridden", "locked", "wrong", "for the machine"]

UNKNOWN = Text(
    "{place}: {key} er ikke en innstilling{hint}; rett eller fjern den",
    "{place}: {key} is not a setting{hint}; correct it or take it out",
)
MEANT = Text(" (mente du {nearest}?)", " (did you mean {nearest}?)")
WRONG = Text(
    "{place}: {key} må være {takes}; rett den der", "{place}: {key} must be {takes}; correct it there"
)
FIXED = Text("Bestemt av virksomheten", "Decided by your organisation")
LOCKED_OPTION = Text(
    "{place}: {key} bestemmes av {by}; utelat valget",
    "{place}: {key} is decided by {by}; leave the option out",
)
LOCKED = {
    "machine": Text("maskinens regler og maskinens fil", "machine policy and machine file"),
    "policy": Text("maskinens regler", "machine policy"),
}
IGNORED = Text(
    "{place}: {key} har ingen virkning der, den bestemmes av {by}",
    "{place}: {key} has no effect there, it is decided by {by}",
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A source that names the setting, and what became of that."""

    source: Source
    place: str
    given: Any
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Found:
    """The value of one row and everything that was said about it, what counts most first."""

    row: Row[Any]
    value: Any
    source: Source
    place: str
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with where it comes from.

    ``mistakes`` are the user's to correct before anything starts; ``refusals`` say why there is no clinical access;
    ``warnings`` are shown by ``vaktrom doctor --settings``.
    """

    found: dict[str, Found]
    warnings: tuple[Text, ...] = ()
    mistakes: tuple[Text, ...] = ()
    refusals: tuple[Text, ...] = ()

    def value(self, row: Row[Value]) -> Value:
        """What the setting is."""
        value: Value = self.found[row.key].value
        return value

    def is_fixed(self, row: Row[Any]) -> bool:
        """Whether a policy decides, so that the user cannot."""
        return self.found[row.key].source.is_policy


@dataclass(slots=True)
class _Remarks:
    warnings: list[Text] = field(default_factory=list)
    mistakes: list[Text] = field(default_factory=list)
    refusals: list[Text] = field(default_factory=list)


def resolve(given: Sequence[Given], *, frozen: bool, table: Iterable[Row[Any]] = TABLE) -> Settings:
    """The settings that ``given`` makes, in any order of sources; several of one source count in the order given."""
    ranked = sorted(given, key=lambda one: one.source)
    rows, remarks = tuple(table), _Remarks()
    for one in ranked:
        _about_source(one, rows, remarks)
    found = {row.key: _found(row, ranked, frozen, remarks) for row in rows}
    return Settings(found, tuple(remarks.warnings), tuple(remarks.mistakes), tuple(remarks.refusals))


def _about_source(one: Given, rows: Sequence[Row[Any]], remarks: _Remarks) -> None:
    known = [row.key for row in rows]
    names = [row.variable for row in rows] if one.source == Source.ENVIRONMENT else known
    remarks.warnings.extend(one.notes)
    if one.broken is not None:
        if one.source == Source.USER_FILE:
            remarks.mistakes.append(one.broken)
        else:
            remarks.refusals.append(one.broken)
    for key in one.entries:
        if key not in known:
            nearest = next(iter(difflib.get_close_matches(key, names, 1)), "")
            hint = MEANT.about(nearest=nearest) if nearest else Text("", "")
            text = filled(UNKNOWN, one, key, hint=hint)
            (remarks.mistakes if one.source.is_file else remarks.warnings).append(text)


def _found(row: Row[Any], ranked: Sequence[Given], frozen: bool, remarks: _Remarks) -> Found:
    attempts: list[Attempt] = []
    chosen: tuple[Any, Source, str] | None = None
    for one in ranked:
        if row.key not in one.entries:
            continue
        outcome = _forbidden(row, one.source, frozen)
        if outcome is None:
            try:
                value = checked(row, one)
                outcome = "used" if chosen is None else "overridden"
            except NotTaken as error:
                outcome = "wrong"
                _complain(row, one, error, chosen is not None, remarks)
            else:
                chosen = chosen or (value, one.source, one.place)
        attempts.append(Attempt(one.source, one.place, one.entries[row.key], outcome))
        _say_ineffective(row, one, outcome, chosen, remarks)
    value, source, place = chosen or (row.default, Source.DEFAULT, "")
    return Found(row, value, source, place, tuple(attempts))


def checked(row: Row[Value], one: Given) -> Value:
    """What ``one`` says about ``row`` as a value. Raises ``NotTaken``."""
    raw = one.entries[row.key]
    if one.form == "word":
        return row.kind.from_word(str(raw))
    return row.kind.from_registry(raw) if one.form == "registry" else row.kind.check(raw)


def _forbidden(row: Row[Any], source: Source, frozen: bool) -> Outcome | None:
    if source == Source.USER_POLICY and row.scope == "machine":
        return "for the machine"
    if not frozen or row.locked == "no" or source == Source.MACHINE_POLICY:
        return None
    return None if row.locked == "machine" and source == Source.MACHINE_FILE else "locked"


def _complain(row: Row[Any], one: Given, error: NotTaken, decided: bool, remarks: _Remarks) -> None:
    text = filled(WRONG, one, row.key, takes=error.text)
    if one.source.is_file or one.source == Source.COMMAND_LINE:
        remarks.mistakes.append(text)
    elif row.security and not decided:
        remarks.refusals.append(text)
    else:
        remarks.warnings.append(text)


def _say_ineffective(
    row: Row[Any], one: Given, outcome: Outcome, chosen: tuple[Any, Source, str] | None, remarks: _Remarks
) -> None:
    """An option that does nothing is a mistake; a variable, a file or a policy that does nothing is told of."""
    if outcome in ("locked", "for the machine"):
        by = LOCKED.get(row.locked, NAMES[Source.MACHINE_POLICY])
    elif outcome == "overridden" and one.source == Source.COMMAND_LINE and chosen is not None:
        by = NAMES[chosen[1]]
    else:
        return
    if one.source == Source.COMMAND_LINE:
        remarks.mistakes.append(filled(LOCKED_OPTION, one, row.key, by=by))
    else:
        remarks.warnings.append(filled(IGNORED, one, row.key, by=by))


def filled(sentence: Text, one: Given, key: str, **parts: Text) -> Text:
    """``sentence`` with the place of a source, a key and further parts, each in its own language."""
    nb, en = sentence.nb, sentence.en
    named = NAMES[one.source]
    values = {"place": Text(one.place, one.place) if one.place else named, "key": Text(key, key), **parts}
    for name, value in values.items():
        nb, en = nb.replace("{" + name + "}", value.nb), en.replace("{" + name + "}", value.en)
    return Text(nb, en)
