"""Fills every view with synthetic people and saves pictures: ``python -m shell.windows.gallery OUT``.

To look at beside the visual direction; nothing here talks to anybody.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from context.pane_state import Reason, State
from shell.presenters import view_models as models
from shell.presenters.access_given import AccessGivenModel, GivenAccess
from shell.presenters.texts import sentence
from shell.theme.theme import Theme
from shell.theme.tokens import THEME_NAMES
from shell.translations import Translations
from shell.translations.translations import LANGUAGES, SOURCE_LANGUAGE
from shell.windows import gallery_models as demo
from shell.windows.gallery_context import ContextScenes
from shell.windows.main_window import MainWindow

SIZES = (QSize(1366, 768), QSize(1920, 1080), QSize(1366, 697), QSize(1024, 640))
LISTS = ("02", "03", "04", "08", "11", "15", "17", "20")
"""Scenes of names and rows. All others have sentences in them: also in English, light and dark, in the first two sizes."""


class Gallery:
    """One window; each scene is a method that puts it into a state."""

    def __init__(self, application: QApplication) -> None:
        self.application = application
        self.theme = Theme(application)
        self.translations = Translations(application)
        self.window = MainWindow(self.theme, self.translations, version="0.1")

    def scenes(self) -> dict[str, Callable[[], None]]:
        return {
            "01-sign-in": self.sign_in,
            "02-ward": self.ward,
            "03-workspace": self.workspace,
            "04-palette": self.palette,
            "04b-palette-nothing": self.palette_nothing,
            "05-pinned": self.pinned,
            "06-out-of-sync": self.out_of_sync,
            "07-unsaved": self.unsaved,
            "08-lock": self.lock,
            "11-gp": self.practice,
            "12-messages": self.messages,
            "13-crowded": self.crowded,
            "15-no-network": self.no_network,
            "16-keys": self.keys,
            "17-nothing-due": self.nothing_due,
            "18-permission": self.permission,
            "19-nobody": self.nobody,
            "20-administrator": self.administrator,
            "21-access": self.access,
            "22-hidden": self.hidden,
            "23-unconfirmed": self.unconfirmed,
        } | ContextScenes(self).scenes()

    def save(
        self, folder: Path, themes: tuple[str, ...], sizes: tuple[QSize, ...], only: str = ""
    ) -> list[Path]:
        """A PNG for every scene, theme and size, and some in English beside it."""
        saved = []
        for language, theme, size in product(LANGUAGES, themes, sizes):
            english = language != SOURCE_LANGUAGE
            if english and (theme == "high-contrast" or size not in SIZES[:2]):
                continue
            if self.translations.language != language:
                self.translations.choose(language)
            self.theme.choose(theme)
            for name, scene in self.scenes().items():
                if (only and only not in name) or (english and name.startswith(LISTS)):
                    continue
                self.start(size)
                scene()
                self.settle()
                mark = f"-{language}" if english else ""
                path = folder / f"{name}{mark}-{theme}-{size.width()}x{size.height()}.png"
                self.window.grab().save(str(path))
                saved.append(path)
        return saved

    def start(self, size: QSize) -> None:
        """A fresh desk."""
        window = self.window
        window.privacy.show_again()
        window.hide_lock()
        for key in list(window.desk.areas):
            window.remove_area(key)
        window.end_question()
        window.close_palette()
        if window.overlay.dialog is not None:
            window.overlay.close(window.overlay.dialog)
        window.set_strip(None)
        window.set_programs(())
        window.desk.toasts.clear()
        window.set_connection("connected")
        window.set_now(demo.NOW)
        window.set_user(demo.SIRI)
        window.set_home(models.HomeModel("Vestfløyen"))
        window.resize(size)
        window.show()
        window.activateWindow()
        self.settle()

    def settle(self) -> None:
        for _ in range(4):
            self.application.processEvents()
            self.application.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def hidden(self) -> None:
        self.pinned()
        self.window.privacy.cover()

    def sign_in(self) -> None:
        self.window.show_sign_in()
        self.window.sign_in.set_loading()

    def ward(self) -> None:
        window = self.window
        window.set_tabs((), None)
        window.set_rail(demo.rail())
        window.set_ward_list(demo.ward_list())
        window.show_start_list()
        window.desk.start.ward.view.go_to(3)

    def nothing_due(self) -> None:
        self.ward()
        ward = self.window.desk.start.ward
        ward.field.edit.setText("haukn")

    def practice(self) -> None:
        window = self.window
        window.set_user(demo.HELGE)
        window.set_home(models.HomeModel("Dagens liste", "practice"))
        window.set_tabs((), None)
        window.set_rail(demo.rail())
        window.set_practice_list(demo.practice_list())
        window.show_start_list()
        window.desk.start.practice.view.go_to(6)

    def workspace(self) -> None:
        self.patient(demo.haugen_banner(), (demo.haugen(),), 0)
        following = State.FOLLOWING
        names = ("Målinger", "Legemidler", "Notat", "Tiltak")
        self.window.set_rail(demo.rail(dict.fromkeys(names, following), "Notat"))
        for name in names[:3]:
            self.pane(demo.pane(name, following, demo.haugen()))
        if self.window.width() < 1700:
            self.pane(demo.pane("Tiltak", following, demo.haugen()), beside="Notat")
            self.window.area("one").show_pane("Notat")
        else:
            self.pane(demo.pane("Tiltak", following, demo.haugen()))
        self.window.area("one").focus_pane("Notat")

    def palette(self) -> None:
        self.workspace()
        self.window.open_palette("må")
        self.window.show_found(models.FoundModel("må", demo.palette_results()))

    def palette_nothing(self) -> None:
        self.workspace()
        self.window.open_palette("haukn")
        self.window.show_found(models.FoundModel("haukn"))

    def pinned(self) -> None:
        self.patient(demo.haugan_banner(), (demo.haugen(), demo.haugan()), 1)
        self.window.set_now(demo.at("03:16"))
        states = {"Målinger": State.FOLLOWING, "Legemidler": State.FOLLOWING, "Notat": State.PINNED}
        self.window.set_rail(demo.rail(states, "Notat", 1))
        self.pane(demo.pane("Målinger", State.FOLLOWING, demo.haugan()))
        self.pane(demo.pane("Notat", State.PINNED, demo.haugen(), demo.haugan()))
        self.pane(demo.pane("Legemidler", State.FOLLOWING, demo.haugan()))

    def out_of_sync(self) -> None:
        self.patient(demo.lien_banner(), (demo.haugen(), demo.lien()), 1)
        states = {"Målinger": State.FOLLOWING, "Legemidler": State.OUT_OF_SYNC, "Notat": State.CHANGING}
        self.window.set_rail(demo.rail(states, "Notat"))
        self.pane(demo.pane("Målinger", State.FOLLOWING, demo.lien()))
        self.pane(demo.pane("Legemidler", State.OUT_OF_SYNC, demo.haugen(), demo.lien(), Reason.NO_ANSWER))
        self.pane(demo.pane("Notat", State.CHANGING, None, demo.lien()))
        area = self.window.area("one")
        area.pane("Notat").curtain.bar.show()
        area.pane("Notat").curtain.bar.start()
        area.focus_pane("Legemidler")

    def unsaved(self) -> None:
        self.workspace()
        app = demo.APPS["Notat"]
        self.window.ask_unsaved(models.UnsavedModel(app, demo.haugen(), demo.lien(), demo.at("03:04")))

    def access(self) -> None:
        self.workspace()
        given, until = demo.at("01:10"), demo.at("07:30")
        one = GivenAccess("1", "Lungekart", "Fjord Helse", False, False, False, None, given, until)
        two = GivenAccess("2", "Sårskjema", "Nordlys", True, True, True, demo.haugen(), given, None)
        self.window.show_access(AccessGivenModel("read", (one, two), asking="2"))

    def lock(self) -> None:
        self.ward()
        self.window.set_now(demo.at("03:26"))
        self.window.show_lock(models.LockModel(demo.SIRI, demo.at("03:21"), "Vestfløyen"))

    def messages(self) -> None:
        self.workspace()
        toast = models.ToastModel
        self.window.toast(toast("1", "done", "Notatet er lagret", "Haugen, Marit · 03:14"))
        self.window.toast(
            toast("2", "warn", "Du logges ut om 2 minutter", "Lagre det du holder på med.", "Fortsett")
        )
        self.window.toast(
            toast("3", "error", "Notat har stoppet", "De andre appene virker som før.", "Start igjen")
        )

    def crowded(self) -> None:
        crowded = demo.crowded_banner()
        self.patient(crowded, (demo.haugen(), demo.haugan(), crowded.patient), 2)
        self.pane(demo.pane("Målinger", State.FOLLOWING, crowded.patient))
        self.pane(demo.pane("Legemidler", State.PINNED, demo.haugen(), crowded.patient))
        self.pane(demo.pane("Notat", State.OUT_OF_SYNC, crowded.patient, reason=Reason.CRASHED))

    def no_network(self) -> None:
        self.ward()
        self.window.set_connection("offline")
        self.window.set_now(demo.at("03:20"))
        self.window.set_strip(models.StripModel("offline", demo.at("03:18"), demo.at("03:17"), 5))

    def unconfirmed(self) -> None:
        self.pinned()
        self.window.set_connection("reconnecting")
        self.window.set_now(demo.at("03:20"))
        self.window.set_banner(replace(demo.haugan_banner(), unconfirmed=True))
        self.window.set_strip(models.StripModel("unconfirmed", demo.at("03:18")))
        rail = demo.rail({"Målinger": State.FOLLOWING, "Notat": State.PINNED}, "Notat", 1)
        self.window.set_rail(tuple(replace(item, suspended=item.state is not None) for item in rail))
        area = self.window.area("one")
        for key in area.visible_panes():
            area.set_pane(replace(area.pane(key).model, suspended=True))

    def keys(self) -> None:
        self.workspace()
        self.window.show_keys()

    def permission(self) -> None:
        self.workspace()
        question = models.PermissionModel(
            "p1",
            "Målinger",
            "Målinger vil skrive til utklippstavla",
            "Nordvital AS ber om det.",
            "Tillat",
            "Nei",
        )
        self.window.area("one").pane("Målinger").ask(question)

    def nobody(self) -> None:
        self.window.set_tabs((), None)
        self.window.set_banner(None)
        self.window.add_area("one")
        self.window.show_area("one")
        self.window.show_workspace()

    def administrator(self) -> None:
        window = self.window
        window.set_user(models.UserModel("Kari Lund", "IT-administrator", "Fjordvik kommune"))
        window.set_home(models.HomeModel("Start"))
        window.set_tabs((), None)
        window.set_rail(demo.rail())
        follows = {"Målinger": "fhircast", "Meldinger": "pin"}
        apps = tuple(
            models.OverviewAppModel(app, follows.get(name, "relaunch")) for name, app in demo.APPS.items()
        )
        window.set_overview(
            models.OverviewModel(
                sentence("overview_title", self.translations.language).format(name="Kari"),
                sentence("overview_text", self.translations.language),
                apps,
            )
        )
        window.show_start_list()

    def patient(
        self, banner: models.BannerModel, patients: tuple[models.PatientRef, ...], front: int
    ) -> None:
        window = self.window
        tabs = tuple(models.PatientTabModel(patient) for patient in patients)
        window.set_tabs(tabs, tabs[front].key)
        window.set_banner(banner)
        window.add_area("one")
        window.show_area("one")
        window.show_workspace()
        self.settle()

    def pane(self, model: models.PaneModel, beside: str | None = None) -> None:
        frame = self.window.area("one").add_pane(model, beside)
        view: QWidget = QLabel(f"Innholdet i {model.app.name}", frame.holder)
        view.setStyleSheet(f"background: {self.theme.hex('surface')}; padding: 16px;")
        frame.set_view(view)


def main(arguments: list[str]) -> int:
    """``OUT [theme] [width] [scene] [percent]``; ``all`` and an empty scene for everything."""
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    application = QApplication(sys.argv[:1])
    percent = int(arguments[4]) if len(arguments) > 4 else 100
    themes = (arguments[1],) if len(arguments) > 1 and arguments[1] != "all" else THEME_NAMES
    width = arguments[2] if len(arguments) > 2 else "all"
    sizes = tuple(size for size in SIZES if width in ("all", f"{size.width()}x{size.height()}"))
    gallery = Gallery(application)
    gallery.theme.set_text_size(percent)
    gallery.save(folder, themes, sizes, arguments[3] if len(arguments) > 3 else "")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
