"""What must be true before anything starts with these settings."""

from __future__ import annotations

from collections.abc import Iterable

from plugins.findings import Text
from shell.settings.resolve import Settings


class SettingsWrong(Exception):
    """Caller: the settings hold mistakes that somebody has to correct; ``texts`` is one sentence for each."""

    def __init__(self, texts: Iterable[Text]) -> None:
        self.texts = tuple(texts)
        super().__init__("; ".join(text.en for text in self.texts))


class ClinicalAccessRefused(Exception):
    """Our state: what the organisation decided cannot be known, so nobody gets at any record; ``texts`` says why."""

    def __init__(self, texts: Iterable[Text]) -> None:
        self.texts = tuple(texts)
        super().__init__("; ".join(text.en for text in self.texts))


def demand_sound(settings: Settings) -> Settings:
    """The settings themselves. Raises :class:`SettingsWrong` for mistakes, :class:`ClinicalAccessRefused` otherwise."""
    if settings.mistakes:
        raise SettingsWrong(settings.mistakes)
    if settings.refusals:
        raise ClinicalAccessRefused(settings.refusals)
    return settings
