"""The machine file, wherever it comes from: beside the program, a named file, or an address with its last good copy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from plugins.findings import Text
from shell.settings.configuration_source import ConfigurationSource, source_of_file, source_of_registry
from shell.settings.files import from_toml
from shell.settings.registry import Registry
from shell.settings.sources import Given, Source
from shell.settings.trusted_file import NotTrusted, Trust

if TYPE_CHECKING:  # a start that fetches nothing does not wait for TLS
    import ssl

NOT_READ = Text(
    "{file} leses ikke, siden {place} oppgir noe annet",
    "{file} is not read, since {place} names something else",
)
GONE = Text("{place}: filen {file} finnes ikke", "{place}: there is no file {file}")


@dataclass(frozen=True, slots=True)
class MachinePlaces:
    """Where the machine file may be, where copies of a fetched one lie, and how it is fetched.

    A copy in ``machine_copies`` was written by an administrator. One in ``user_copies`` counts when its hash is pinned,
    or in an unfrozen program.
    """

    file: Path
    source_file: Path
    machine_copies: Path
    user_copies: Path
    trust: Trust
    frozen: bool
    registry: Registry | None = None
    context: Callable[[], ssl.SSLContext] | None = None
    """The authorities that are trusted; those of the operating system unless given."""


def machine_configuration(places: MachinePlaces) -> Given:
    """The machine file's settings; ``broken`` when what was named cannot be had."""
    try:
        source = (
            source_of_registry(places.registry)
            if places.registry is not None
            else source_of_file(places.source_file, places.trust)
        )
    except NotTrusted as error:
        return Given(Source.MACHINE_FILE, str(places.source_file), broken=error.text)
    if not source.url and source.file is None:
        return from_toml(Source.MACHINE_FILE, places.file, places.trust)
    notes = (
        (NOT_READ.about(file=str(places.file), place=source.place),)
        if places.file.exists() and places.file != source.file
        else ()
    )
    if source.file is not None:
        given = _named_file(source, places)
    else:
        from shell.settings.fetched_configuration import fetched_configuration

        given = fetched_configuration(source, places)
    return Given(given.source, given.place, given.entries, given.form, given.broken, notes + given.notes)


def _named_file(source: ConfigurationSource, places: MachinePlaces) -> Given:
    assert source.file is not None
    if not source.file.exists():
        gone = GONE.about(place=source.place, file=str(source.file))
        return Given(Source.MACHINE_FILE, str(source.file), broken=gone)
    return from_toml(Source.MACHINE_FILE, source.file, places.trust)
