"""Where settings come from, as plain data: what was found there, before anybody asks whether it counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Literal

from plugins.findings import Text
from shell.settings.row import Row

Form = Literal["file", "word", "registry"]


class Source(IntEnum):
    """From what counts most to what counts least (DESIGN section 6)."""

    MACHINE_POLICY = 1
    USER_POLICY = 2
    COMMAND_LINE = 3
    ENVIRONMENT = 4
    WINDOW = 5
    USER_FILE = 6
    MACHINE_FILE = 7
    DEFAULT = 8

    @property
    def is_policy(self) -> bool:
        return self in (Source.MACHINE_POLICY, Source.USER_POLICY)

    @property
    def is_file(self) -> bool:
        return self in (Source.USER_FILE, Source.MACHINE_FILE)


NAMES = {
    Source.MACHINE_POLICY: Text("maskinens regler", "machine policy"),
    Source.USER_POLICY: Text("brukerens regler", "user policy"),
    Source.COMMAND_LINE: Text("kommandolinjen", "command line"),
    Source.ENVIRONMENT: Text("miljøvariabel", "environment"),
    Source.WINDOW: Text("valgt i vinduet", "chosen in the window"),
    Source.USER_FILE: Text("brukerens fil", "user file"),
    Source.MACHINE_FILE: Text("maskinens fil", "machine file"),
    Source.DEFAULT: Text("vanlig verdi", "default"),
}


@dataclass(frozen=True, slots=True)
class Given:
    """What one source says. ``place`` is a file, a registry key or nothing.

    ``broken``: why the source as a whole cannot be believed; a policy or machine file that is broken refuses clinical access,
    since nobody knows what the organisation wanted. ``notes`` are warnings about the source itself.
    """

    source: Source
    place: str
    entries: Mapping[str, Any] = field(default_factory=dict)
    form: Form = "file"
    broken: Text | None = None
    notes: tuple[Text, ...] = ()


def flattened(tables: Mapping[str, Any]) -> dict[str, Any]:
    """``{"desktop": {"language": "nb"}}`` as ``{"desktop.language": "nb"}``; keys that are flat already stay."""
    return dict(_pairs("", tables))


def _pairs(prefix: str, tables: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in tables.items():
        if isinstance(value, Mapping) and not prefix:
            yield from _pairs(f"{name}.", value)
        else:
            yield f"{prefix}{name}", value


def from_environment(variables: Mapping[str, str], rows: Iterable[Row[Any]]) -> Given:
    """The variables ``VAKTROM_{GROUP}_{NAME}``; other names with that beginning are entries that no row knows."""
    names = {row.variable: row.key for row in rows}
    entries = {names.get(name, name): word for name, word in variables.items() if name.startswith("VAKTROM_")}
    return Given(Source.ENVIRONMENT, "", entries, "word")
