"""The command palette: one field for patients, apps and actions (04)."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QListView, QVBoxLayout, QWidget

from shell.presenters.view_models import EmptyModel, FoundModel
from shell.theme.theme import Theme
from shell.widgets.app_texts import AppTexts
from shell.widgets.empty_view import EmptyView
from shell.widgets.key_caps import KeyCaps
from shell.widgets.palette_rows import PaletteModel, PaletteRowPainter
from shell.widgets.themed import ThemedWidget, label

PREFIXES = ("@", "#", ">")
HEAD = 60
FOOT = 44
MOST_ROWS = 8
EMPTY_HEIGHT = 190
FOOT_LEAVES = (0, 1, 2)


class CommandPalette(ThemedWidget):
    """``asked(text, prefix)`` when the words change, ``chosen(key, beside)``, ``left()`` by Escape or a click outside."""

    asked = Signal(str, str)
    chosen = Signal(str, bool)
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._found = FoundModel("")
        self.setProperty("dialog", True)
        self.field = QLineEdit(self)
        self.field.setProperty("ring", "none")
        self.field.textChanged.connect(self._changed)
        self.field.installEventFilter(self)
        self.field.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.count = label("small", self)
        self._app_texts = AppTexts(self)
        self.rows = PaletteModel(self)
        self.list = QListView(self)
        self.list.setModel(self.rows)
        self.list.setFrameShape(QListView.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self.list.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        self.list.clicked.connect(self._clicked)
        self._row_painter = PaletteRowPainter(theme, self)
        self.list.setItemDelegate(self._row_painter)
        self.empty = EmptyView(theme, self)
        self._escape = KeyCaps(theme, ("Esc",), self)
        head = QHBoxLayout()
        head.setContentsMargins(54, 0, 18, 0)
        head.setSpacing(12)
        head.addWidget(self.field, 1)
        head.addWidget(self.count)
        head.addWidget(self._escape)
        self._head = QWidget(self)
        self._head.setLayout(head)
        self._foot = QWidget(self)
        self._foot_words: list[QLabel] = []
        self._foot_caps: list[KeyCaps] = []
        self._build_foot()
        box = QVBoxLayout(self)
        box.setContentsMargins(1, 1, 1, 1)
        box.setSpacing(0)
        box.addWidget(self._head)
        box.addSpacing(6)
        box.addWidget(self.list, 1)
        box.addWidget(self.empty, 1)
        box.addSpacing(6)
        box.addWidget(self._foot)
        self.retranslate()
        self.restyle()
        self.show_found(FoundModel(""))

    # what is shown

    def begin(self, text: str = "") -> None:
        """Empty and ready for words."""
        self.field.setText(text)
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._fit_foot()
        self.field.end(False)
        self._ask()

    def show_found(self, found: FoundModel) -> None:
        """Hits for a question; an answer to an older question is dropped."""
        if found.query != self.query():
            return
        self._found = found
        self.rows.set_results(found.results)
        self._choose(0)
        self.list.setVisible(bool(found.results))
        nothing = not found.results and bool(found.query.strip()) and not found.searching
        self.empty.setVisible(not found.results)
        if nothing:
            self.empty.show_empty(self._nothing_found())
        elif not found.results:
            self.empty.show_empty(self._how_to(found.searching))
        self._say_count()
        self.adjustSize()
        parent = self.parentWidget()
        if parent is not None:
            self.resize(self.sizeHint().boundedTo(QSize(parent.width(), parent.height())))

    def query(self) -> str:
        """The words without the prefix."""
        text = self.field.text().lstrip()
        return text[1:].lstrip() if text[:1] in PREFIXES else text

    def prefix(self) -> str:
        text = self.field.text().lstrip()
        return text[:1] if text[:1] in PREFIXES else ""

    def current_key(self) -> str:
        result = self.rows.result(self._row_painter.current)
        return result.key if result is not None else ""

    def sizeHint(self) -> QSize:
        row = self.theme.scaled(self.theme.tokens.size("palette-row"))
        middle = row * min(MOST_ROWS, self.rows.rowCount()) if self._found.results else EMPTY_HEIGHT
        height = self.theme.scaled(HEAD) + self.theme.scaled(FOOT) + 14 + middle
        return QSize(self.theme.tokens.size("palette-width"), height)

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Søk"))
        self.field.setAccessibleName(self.tr("Søk pasient, app eller handling"))
        self.field.setPlaceholderText(self.tr("Søk pasient, app eller handling"))
        kinds = {
            "patient": self.tr("Pasient"),
            "app": self.tr("App"),
            "action": self.tr("Handling"),
            "list": self.tr("Liste"),
        }
        self.rows.kinds = kinds
        self._row_painter.kinds = kinds
        self._row_painter.alike_word = self.tr("Navnelik")
        self.rows.exempt_word = self._row_painter.exempt_word = self._app_texts.without_proof_key()
        self.list.setAccessibleName(self.tr("Treff"))
        words = (
            self.tr("velg"),
            self.tr("åpne"),
            self.tr("åpne i ny fane"),
            self.tr("pasient"),
            self.tr("app"),
            self.tr("handling"),
        )
        for target, text in zip(self._foot_words, words, strict=True):
            target.setText(text)
        self._say_count()

    def restyle(self) -> None:
        self._head.setFixedHeight(self.theme.scaled(HEAD))
        self._foot.setFixedHeight(self.theme.scaled(FOOT))
        font = self.theme.font("dialog-title", 400)
        self.field.setFont(font)
        self.field.setStyleSheet(f"font-size: {font.pixelSize()}px;")
        self.list.setStyleSheet(f"background: {self.theme.hex('surface')}; border: none;")

    # keys

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        key = event.key()
        last = self.rows.rowCount() - 1
        now = self._row_painter.current
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key == Qt.Key.Key_Down:
            self._choose(min(now + 1, last))
        elif key == Qt.Key.Key_Up:
            self._choose(max(now - 1, 0))
        elif key == Qt.Key.Key_PageDown:
            self._choose(min(now + MOST_ROWS, last))
        elif key == Qt.Key.Key_PageUp:
            self._choose(max(now - MOST_ROWS, 0))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.current_key():
                self.chosen.emit(self.current_key(), control)
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            return key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        return True

    def _choose(self, number: int) -> None:
        self._row_painter.current = max(0, number)
        index = self.rows.index(self._row_painter.current, 0)
        self.list.setCurrentIndex(index)
        self.list.scrollTo(index)
        self.list.viewport().update()

    def _clicked(self, index: QModelIndex) -> None:
        self._choose(index.row())
        if self.current_key():
            self.chosen.emit(self.current_key(), False)

    def _changed(self) -> None:
        self._ask()

    def _ask(self) -> None:
        self.asked.emit(self.query(), self.prefix())

    # words

    def _say_count(self) -> None:
        count = len(self._found.results)
        if self._found.searching:
            text = self.tr("Søker …")
        elif not count:
            text = ""
        else:
            text = self.tr("1 treff") if count == 1 else self.tr("{count} treff").format(count=count)
        self.count.setText(text)

    def _nothing_found(self) -> EmptyModel:
        title = self.tr("Ingen treff på «{text}»").format(text=self._found.query)
        if self.prefix() == ">":
            return EmptyModel("search", title, self.tr("Skriv bare > for å se alle handlinger."))
        if self.prefix() == "#":
            return EmptyModel("search", title, self.tr("Skriv bare # for å se alle apper."))
        return EmptyModel("search", title, self.tr("Sjekk skrivemåten, eller søk med fødselsdato."))

    def _how_to(self, searching: bool) -> EmptyModel:
        if searching:
            return EmptyModel("wait", self.tr("Søker …"), "")
        text = self.tr("Navn, fødselsdato eller fødselsnummer finner pasienter. Navnet på en app åpner den.")
        return EmptyModel("search", self.tr("Skriv hva du leter etter"), text)

    # drawing

    def _build_foot(self) -> None:
        row = QHBoxLayout(self._foot)
        row.setContentsMargins(18, 0, 18, 0)
        row.setSpacing(8)
        for place, keys in enumerate((("↑", "↓"), ("Enter",), ("Ctrl", "Enter"), ("@",), ("#",), (">",))):
            if place == 3:
                row.addStretch(1)
            caps = KeyCaps(self.theme, keys, self._foot)
            row.addWidget(caps)
            words = label("small", self._foot)
            self._foot_caps.append(caps)
            self._foot_words.append(words)
            row.addWidget(words)
            if place not in (2, 5):
                row.addSpacing(12)

    def _fit_foot(self) -> None:
        """Keys that everybody knows leave first where large text finds no room; none is cut."""
        places = range(len(self._foot_words))
        for place in places:
            self._foot_caps[place].show()
            self._foot_words[place].show()
        for place in FOOT_LEAVES:
            row = self._foot.layout()
            if row is None or row.sizeHint().width() <= self.width() - 2:
                return
            self._foot_caps[place].hide()
            self._foot_words[place].hide()
            row.invalidate()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_foot()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self.theme
        radius = theme.tokens.radius("dialog")
        painter.setPen(QPen(theme.color("line-strong" if theme.high_contrast else "line"), 1))
        painter.setBrush(theme.color("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        foot = self._foot.geometry()
        painter.setClipRect(foot)
        painter.setBrush(theme.color("surface-alt"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.setClipping(False)
        painter.fillRect(1, foot.top(), self.width() - 2, 1, theme.color("line"))
        painter.fillRect(1, self._head.geometry().bottom(), self.width() - 2, 1, theme.color("line"))
        icon = theme.icon("search", "text", 22)
        painter.drawPixmap(20, (self._head.height() - 22) // 2, icon)
