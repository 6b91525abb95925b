"""A machine file that is fetched at each start, and the last good copy that stands in when it cannot be had."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

from plugins.findings import Text
from shell.settings.configuration_source import ConfigurationSource
from shell.settings.fetch import FetchLimits, NotFetched, fetch, operating_system_trust
from shell.settings.files import NotSettings, toml_entries
from shell.settings.machine_configuration import MachinePlaces
from shell.settings.resolve import resolve
from shell.settings.sources import Given, Source
from shell.settings.trusted_file import NotTrusted, Trust, read_trusted

LAST_GOOD = Text(
    "{reason}; den siste gode kopien brukes: {file}", "{reason}; the last good copy is used: {file}"
)
NO_COPY = Text(
    "{reason}, og det finnes ingen kopi å stole på; se vaktrom doctor --settings",
    "{reason}, and there is no copy that can be trusted; see vaktrom doctor --settings",
)


def fetched_configuration(
    source: ConfigurationSource, places: MachinePlaces, limits: FetchLimits | None = None
) -> Given:
    """What the address gives, or the last good copy with a warning; ``broken`` when neither can be had."""
    context = (places.context or operating_system_trust)()
    try:
        content = fetch(source.url, source.sha256, context, limits or FetchLimits())
        entries = _sound_entries(content, source.url)
    except NotFetched as error:
        return _last_good(source, places, error.text)
    _keep(source, places, content)
    return Given(Source.MACHINE_FILE, source.url, entries)


def _sound_entries(content: bytes, named: str) -> dict[str, object]:
    """Entries without a mistake: one would stop every desktop at once. Raises ``NotFetched``."""
    try:
        entries = toml_entries(content, named)
    except NotSettings as error:
        raise NotFetched(error.text) from error
    mistakes = resolve([Given(Source.MACHINE_FILE, named, entries)], frozen=False).mistakes
    if mistakes:
        raise NotFetched(mistakes[0])
    return entries


def _last_good(source: ConfigurationSource, places: MachinePlaces, reason: Text) -> Given:
    """The copy of an earlier start, with a warning; without one nobody knows what the organisation wanted."""
    by_user = bool(source.sha256) or not places.frozen
    candidates: list[tuple[Path, Trust | None]] = [(_copy(places.machine_copies, source), places.trust)]
    candidates += [(_copy(places.user_copies, source), None)] if by_user else []
    for file, trust in candidates:
        try:
            content = read_trusted(file, trust)
            if content is None or (trust is None and not _is_pinned(source, content)):
                continue
            entries = _sound_entries(content, str(file))
        except (NotTrusted, NotFetched):
            continue
        note = _with(LAST_GOOD, reason).about(file=str(file))
        return Given(Source.MACHINE_FILE, str(file), entries, notes=(note,))
    return Given(Source.MACHINE_FILE, source.url, broken=_with(NO_COPY, reason))


def _is_pinned(source: ConfigurationSource, content: bytes) -> bool:
    return not source.sha256 or hashlib.sha256(content).hexdigest() == source.sha256


def _keep(source: ConfigurationSource, places: MachinePlaces, content: bytes) -> None:
    """In the machine's folder if this user may write it, else in his own; a disk that is full costs the copy alone."""
    for folder in (places.machine_copies, places.user_copies):
        file = _copy(folder, source)
        with contextlib.suppress(OSError):
            if file.is_file() and file.read_bytes() == content:
                return
        with contextlib.suppress(OSError):
            if folder == places.user_copies:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            temporary = file.with_name(f"{file.name}.{os.getpid()}")
            temporary.write_bytes(content)
            temporary.chmod(0o644)
            os.replace(temporary, file)
            return


def _copy(folder: Path, source: ConfigurationSource) -> Path:
    """One copy for each address: that of another organisation never stands in."""
    return folder / f"last-good-{hashlib.sha256(source.url.encode()).hexdigest()[:16]}.toml"


def _with(sentence: Text, reason: Text) -> Text:
    return Text(sentence.nb.replace("{reason}", reason.nb), sentence.en.replace("{reason}", reason.en))
