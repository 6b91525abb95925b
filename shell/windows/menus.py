"""The menus: look, language, size of text; user; what a patient's *Mer* holds. Only what works is in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from shell.theme.theme import TEXT_SIZES, Theme
from shell.translations import LANGUAGES, Translations
from shell.widgets.themed import ThemedWidget


class Menus(ThemedWidget):
    """Opens menus beside a widget. ``theme_chosen``, ``language_chosen``, ``text_size_chosen`` come after the change."""

    theme_chosen = Signal(str)
    language_chosen = Signal(str)
    text_size_chosen = Signal(int)
    about_asked = Signal()
    log_out_asked = Signal()
    close_patient_asked = Signal()
    access_asked = Signal()

    def __init__(self, theme: Theme, translations: Translations, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._translations = translations
        self.fixed: frozenset[str] = frozenset()
        """Keys of settings that the organisation decides; what the user would choose of them has no effect."""
        self.fixed_reason: Callable[[], str] = str
        self.hide()

    def theme_words(self) -> dict[str, str]:
        return {
            "system": self.tr("Som systemet"),
            "light": self.tr("Lyst"),
            "dark": self.tr("Mørkt"),
            "high-contrast": self.tr("Høy kontrast"),
        }

    def settings(self, beside: QWidget) -> QMenu:
        """*Oppsett*: look, language, size of text, about."""
        menu = self._menu()
        look = menu.addMenu(self.tr("Utseende"))
        self._fill_themes(look)
        language = menu.addMenu(self.tr("Språk"))
        self._fill_languages(language)
        size = menu.addMenu(self.tr("Tekststørrelse"))
        self._fill_sizes(size)
        menu.addSeparator()
        menu.addAction(self.tr("Om Vaktrom")).triggered.connect(self.about_asked)
        menu.popup(beside.mapToGlobal(QPoint(beside.width(), 0)))
        return menu

    def themes(self, beside: QWidget) -> QMenu:
        menu = self._menu()
        self._fill_themes(menu)
        return self._above(menu, beside)

    def languages(self, beside: QWidget) -> QMenu:
        menu = self._menu()
        self._fill_languages(menu)
        return self._above(menu, beside)

    def user(self, beside: QWidget, name: str) -> QMenu:
        """Who is signed in, what he has allowed apps, log out, about."""
        menu = self._menu()
        title = menu.addAction(name)
        title.setEnabled(False)
        menu.addSeparator()
        menu.addAction(self.tr("Tilganger du har gitt …")).triggered.connect(self.access_asked)
        menu.addAction(self.tr("Logg ut")).triggered.connect(self.log_out_asked)
        menu.addAction(self.tr("Om Vaktrom")).triggered.connect(self.about_asked)
        menu.popup(beside.mapToGlobal(QPoint(0, beside.height())))
        return menu

    def patient(self, beside: QWidget, lines: Iterable[str]) -> QMenu:
        """*Mer*: everything of the second line as words, and closing the patient."""
        menu = self._menu()
        for line in lines:
            menu.addAction(line).setEnabled(False)
        menu.addSeparator()
        close = menu.addAction(self.tr("Lukk pasienten") + "\tCtrl+Shift+W")
        close.triggered.connect(self.close_patient_asked)
        menu.popup(beside.mapToGlobal(QPoint(0, beside.height())))
        return menu

    def _menu(self) -> QMenu:
        menu = QMenu(self.parentWidget())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def _above(self, menu: QMenu, beside: QWidget) -> QMenu:
        menu.popup(beside.mapToGlobal(QPoint(0, -menu.sizeHint().height())))
        return menu

    def _group(self, menu: QMenu, key: str) -> QActionGroup:
        """Actions of which one is on; greyed, with the reason above them, where the organisation decides."""
        group = QActionGroup(menu)
        group.setEnabled(key not in self.fixed)
        if key in self.fixed:
            menu.addAction(self.fixed_reason()).setEnabled(False)
        return group

    def _fill_themes(self, menu: QMenu) -> None:
        group = self._group(menu, "desktop.theme")
        for name, word in self.theme_words().items():
            action = self._choice(menu, group, word, name == self.theme.choice)
            action.triggered.connect(lambda _checked=False, name=name: self.choose_theme(name))

    def _fill_languages(self, menu: QMenu) -> None:
        group = self._group(menu, "desktop.language")
        for code, word in LANGUAGES.items():
            action = self._choice(menu, group, word, code == self._translations.language)
            action.triggered.connect(lambda _checked=False, code=code: self.choose_language(code))

    def _fill_sizes(self, menu: QMenu) -> None:
        group = self._group(menu, "desktop.text_size")
        for percent in TEXT_SIZES:
            action = self._choice(menu, group, f"{percent} %", percent == self.theme.percent)
            action.triggered.connect(lambda _checked=False, percent=percent: self.choose_size(percent))

    def _choice(self, menu: QMenu, group: QActionGroup, word: str, on: bool) -> QAction:
        action = menu.addAction(word)
        action.setCheckable(True)
        action.setChecked(on)
        group.addAction(action)
        return action

    def choose_theme(self, name: str) -> None:
        if "desktop.theme" in self.fixed:
            return
        self.theme.choose(name)
        self.theme_chosen.emit(name)

    def choose_language(self, code: str) -> None:
        if "desktop.language" in self.fixed:
            return
        self._translations.choose(code)
        self.language_chosen.emit(code)

    def choose_size(self, percent: int) -> None:
        if "desktop.text_size" in self.fixed:
            return
        self.theme.set_text_size(percent)
        self.text_size_chosen.emit(percent)
