"""The interface's languages: Bokmål is written in the source, English comes from Qt Linguist."""

from shell.translations.translations import LANGUAGES, Translations

__all__ = ["LANGUAGES", "Translations"]
