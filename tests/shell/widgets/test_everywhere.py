"""Rules for every view: names to listen to, names that are never cut, room at every size, two languages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

import shell
from shell.theme.theme import Theme
from shell.theme.tokens import THEME_NAMES
from shell.translations import Translations
from shell.widgets.pane_frame import PaneFrame
from shell.widgets.patient_tab import PatientTab
from shell.widgets.runs import runs_width
from shell.windows.gallery import Gallery
from shell.windows.main_window import MainWindow

SCENES = (
    "01-sign-in", "02-ward", "03-workspace", "04-palette", "04b-palette-nothing", "05-pinned", "06-out-of-sync",
    "07-unsaved", "08-lock", "11-gp", "12-messages", "13-crowded", "15-no-network", "16-keys", "17-nothing-due",
    "18-permission", "19-nobody", "20-administrator", "21-access", "22-hidden",
    "23-unconfirmed", "24-states", "25-reason-no-answer", "25-reason-refused", "25-reason-socket-lost",
    "25-reason-crashed", "25-reason-hung", "25-reason-unreachable", "25-reason-login", "25-reason-record-away",
    "26-no-patient", "27-gateway-away", "28-activity",
    "28-open-question", "29-drafts", "30-changed-elsewhere", "31-unsaved-two-patients",
    "32-program-follows", "33-program-lost", "33-program-refused", "33-program-silent", "34-programs-elsewhere",
)  # fmt: skip
FOLDER = Path(shell.__file__).parent
TABBABLE = Qt.FocusPolicy.TabFocus


def test_all_scenes_are_looked_at(gallery: Gallery) -> None:
    assert tuple(gallery.scenes()) == SCENES


@pytest.mark.parametrize("scene", SCENES)
def test_every_control_has_a_name(gallery: Gallery, window: MainWindow, scene: str) -> None:
    gallery.scenes()[scene]()
    gallery.settle()
    nameless = [
        type(child).__name__
        for child in window.findChildren(QWidget)
        if child.isVisible()
        and (isinstance(child, QAbstractButton) or child.focusPolicy() & TABBABLE)
        and not child.accessibleName()
        and child.metaObject().className().startswith("Q") is False
    ]
    assert nameless == []


@pytest.mark.parametrize("scene", SCENES)
def test_targets_are_large_enough(gallery: Gallery, window: MainWindow, scene: str) -> None:
    gallery.scenes()[scene]()
    gallery.settle()
    small = [
        (type(child).__name__, child.accessibleName(), child.size().toTuple())
        for child in window.findChildren(QAbstractButton)
        if child.isVisible() and child.isEnabled() and min(child.width(), child.height()) < 30
    ]
    assert small == []


@pytest.mark.parametrize("size", [QSize(1024, 640), QSize(1366, 697), QSize(1366, 768), QSize(1920, 1080)])
@pytest.mark.parametrize("percent", [100, 125, 200])
@pytest.mark.parametrize("scene", ["05-pinned", "13-crowded"])
def test_no_name_in_tab_or_header_is_cut(
    gallery: Gallery, window: MainWindow, theme: Theme, size: QSize, percent: int, scene: str
) -> None:
    theme.set_text_size(percent)
    window.resize(size)
    gallery.scenes()[scene]()
    gallery.settle()
    for tab in window.findChildren(PatientTab):
        assert tab.width() >= tab.sizeHint().width()
        assert tab.geometry().right() <= window.desk.top.search.x()
    banner = window.desk.banner
    assert banner.height() >= banner.heightForWidth(banner.width())
    assert window.desk.body.height() > window.height() / 2
    for frame in window.findChildren(PaneFrame):
        header = frame.header
        used = header._left(header._vendor_shown) + header._right(header._word_shown)
        assert used <= header.width() or header._stacked
        assert max(runs_width(line) for line in header._name_lines()) + 90 <= header.width()


@pytest.mark.parametrize("name", THEME_NAMES)
def test_every_scene_can_be_drawn_in_every_theme(
    gallery: Gallery, window: MainWindow, theme: Theme, name: str
) -> None:
    theme.choose(name)
    for scene in ("02-ward", "05-pinned", "08-lock"):
        gallery.scenes()[scene]()
        gallery.settle()
        image = window.grab().toImage()
        assert image.pixelColor(2, image.height() - 2).name().upper() in (
            theme.hex("chrome"),
            theme.hex("night"),
        )
        window.hide_lock()


# languages


def test_every_text_is_translated(tmp_path: Path) -> None:
    """Running lupdate anew adds nothing, and nothing is unfinished."""
    known = _messages(FOLDER / "translations" / "vaktrom_en.ts")
    fresh = tmp_path / "fresh.ts"
    sources = [
        str(path) for folder in ("widgets", "windows") for path in sorted((FOLDER / folder).glob("*.py"))
    ]
    program = Path(sys.executable).parent / "pyside6-lupdate"
    subprocess.run([str(program), "-silent", *sources, "-ts", str(fresh)], check=True, capture_output=True)
    assert set(_messages(fresh)) == set(known)
    assert [
        source for source, (text, state) in known.items() if not text.strip() or state == "unfinished"
    ] == []


def test_places_in_sentences_are_the_same_in_both_languages() -> None:
    import string

    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for (_, source), (text, _) in _messages(FOLDER / "translations" / "vaktrom_en.ts").items():
        assert names(source) == names(text), source


def test_the_language_changes_while_the_window_stands(
    gallery: Gallery, window: MainWindow, translations: Translations, qtbot: QtBot
) -> None:
    gallery.pinned()
    translations.choose("en")
    gallery.settle()
    assert window.desk.top.lock.text() == "Lock"
    assert window.desk.banner.accessibleName().startswith(
        "Haugan, Marit, 85 years, female, Identity no. 099141 31860"
    )
    frame = window.area("one").pane("Notat")
    assert "Pinned to Haugen, Marit" in frame.header.sentence()
    assert frame.strip.accessibleName() == "This is Haugen, Marit · room 204, not the patient above"
    gallery.ward()
    assert window.desk.start.ward.subtitle.text() == "16 residents · night shift, night to Monday 23 November"
    heads = window.desk.start.ward.rows
    assert heads.headerData(1, Qt.Orientation.Horizontal) == "Name and age"
    translations.choose("nb")
    gallery.settle()
    assert window.desk.top.lock.text() == "Lås"
    assert window.desk.start.ward.subtitle.text().endswith("natt til mandag 23. november")


@pytest.mark.parametrize("scene", [scene for scene in SCENES if scene != "12-messages"])
def test_english_shows_no_norwegian(
    gallery: Gallery, window: MainWindow, translations: Translations, scene: str
) -> None:
    translations.choose("en")
    gallery.settle()
    gallery.scenes()[scene]()
    gallery.settle()
    norwegian = {
        source
        for (_, source), (text, _) in _messages(FOLDER / "translations" / "vaktrom_en.ts").items()
        if source != text
    }
    left = [
        child.text()
        for child in window.findChildren(QWidget)
        if isinstance(child, QLabel | QAbstractButton)
        and child.isVisible()
        and child.text() in norwegian - {"Meldinger"}
    ]
    assert left == []


def _messages(path: Path) -> dict[tuple[str, str], tuple[str, str]]:
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for context in ElementTree.parse(path).getroot().iter("context"):
        name = context.findtext("name") or ""
        for message in context.iter("message"):
            translation = message.find("translation")
            assert translation is not None
            state = translation.get("type", "")
            found[(name, message.findtext("source") or "")] = (translation.text or "", state)
    return found


def test_the_application_is_the_one_of_the_theme(qapp: QApplication, theme: Theme) -> None:
    assert qapp.styleSheet() == theme.style_sheet()
