"""Which language the interface has, and how it changes while the program runs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, QTranslator, Signal
from PySide6.QtWidgets import QApplication

FOLDER = Path(__file__).parent
LANGUAGES = {"nb": "Norsk bokmål", "en": "English"}
SOURCE_LANGUAGE = "nb"


class Translations(QObject):
    """``changed(code)`` after every widget has got its ``LanguageChange``."""

    changed = Signal(str)

    def __init__(self, application: QApplication, language: str = SOURCE_LANGUAGE) -> None:
        super().__init__(application)
        self._application = application
        self._installed: list[QTranslator] = []
        self._language = SOURCE_LANGUAGE
        self.choose(language)

    @property
    def language(self) -> str:
        return self._language

    @property
    def locale(self) -> QLocale:
        """Forms of dates and numbers; English as it is written in Norway."""
        if self._language == "nb":
            return QLocale(QLocale.Language.NorwegianBokmal, QLocale.Country.Norway)
        return QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom)

    def choose(self, language: str) -> None:
        """``nb`` or ``en``; anything else is ``nb``."""
        self._language = language if language in LANGUAGES else SOURCE_LANGUAGE
        for translator in self._installed:
            self._application.removeTranslator(translator)
        self._installed = []
        QLocale.setDefault(self.locale)
        if self._language != SOURCE_LANGUAGE:
            self._install(str(FOLDER), f"vaktrom_{self._language}")
        qt_texts = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        self._install(qt_texts, f"qtbase_{self._language}")
        self.changed.emit(self._language)

    def _install(self, folder: str, name: str) -> None:
        translator = QTranslator(self)
        if translator.load(name, folder):
            self._application.installTranslator(translator)
            self._installed.append(translator)
