"""What ``vaktrom doctor --settings`` tells: each value, where it comes from, what it overrode and what was refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from plugins.findings import Language, Text
from shell.settings.resolve import Attempt, Found, Outcome, Settings
from shell.settings.sources import NAMES, Source

OUTCOMES: dict[Outcome, Text] = {
    "overridden": Text("overstyrt", "overridden"),
    "locked": Text("avvist, låst for den", "refused, locked for it"),
    "wrong": Text("ugyldig", "not valid"),
    "for the machine": Text("avvist, gjelder hele maskinen", "refused, it is for the whole machine"),
}
EMPTY = Text("(tom)", "(empty)")
CHANNELS = (
    ("refusals", Text("INGEN TILGANG TIL PASIENTER", "NO CLINICAL ACCESS")),
    ("mistakes", Text("FEIL", "MISTAKE")),
    ("warnings", Text("merk", "note")),
)


def as_json(settings: Settings) -> dict[str, Any]:
    """The whole as JSON; remarks in both languages."""
    return {
        "settings": [_row(found) for found in settings.found.values()],
        **{
            name: [{"nb": text.nb, "en": text.en} for text in getattr(settings, name)] for name, _ in CHANNELS
        },
    }


def _row(found: Found) -> dict[str, Any]:
    return {
        "key": found.row.key,
        "value": found.value,
        "source": found.source.name.lower(),
        "place": found.place,
        "locked": found.row.locked,
        "attempts": [_attempt(attempt) for attempt in found.attempts],
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "source": attempt.source.name.lower(),
        "place": attempt.place,
        "given": attempt.given if isinstance(attempt.given, (str, int, list)) else str(attempt.given),
        "outcome": attempt.outcome,
    }


def lines(settings: Settings, language: Language) -> Iterator[str]:
    """One line for each setting, below it one for each source that did not decide; then what is wrong."""
    width = max(len(key) for key in settings.found)
    for found in settings.found.values():
        value = shown(found.value) or EMPTY.in_language(language)
        yield f"{found.row.key:<{width}}  {value}  [{where(found.source, found.place, language)}]"
        for attempt in found.attempts:
            if attempt.outcome != "used":
                what = OUTCOMES[attempt.outcome].in_language(language)
                place = where(attempt.source, attempt.place, language)
                yield f"{'':<{width}}    {what}: {shown(attempt.given)}  [{place}]"
    for name, title in CHANNELS:
        for text in getattr(settings, name):
            yield f"{title.in_language(language)}: {text.in_language(language)}"


def where(source: Source, place: str, language: Language) -> str:
    """The source and its place, in words."""
    name = NAMES[source].in_language(language)
    return f"{name}: {place}" if place else name


def shown(value: Any) -> str:
    """A value as one writes it in a file, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ", ".join(str(part) for part in value)
    return " ".join(str(value).split())
