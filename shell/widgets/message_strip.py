"""The strip below banner or top strip: no network, gateway down, session ending (15)."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from shell.presenters.view_models import StripModel
from shell.theme.theme import Theme
from shell.widgets.button import Button
from shell.widgets.curtain import IconLabel
from shell.widgets.formats import clock_text
from shell.widgets.themed import ThemedWidget, label

ICONS = {
    "offline": "wifioff",
    "gateway-down": "server",
    "unconfirmed": "broken",
    "record-away": "server",
    "session-ending": "clock",
}


class MessageStrip(ThemedWidget):
    """Since when, how old the data is, one button. ``acted(kind)``."""

    acted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._model: StripModel | None = None
        self._icon = IconLabel(theme, 20, self)
        self.words = label("", self, wrap=True)
        self.words.setTextFormat(Qt.TextFormat.RichText)
        self.side = label("soft", self)
        self.button = Button(theme, "secondary", "", self)
        self.button.clicked.connect(self._act)
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 4, 16, 6)
        row.setSpacing(13)
        row.addWidget(self._icon)
        row.addWidget(self.words, 1)
        row.addWidget(self.side)
        row.addWidget(self.button)
        self.setMinimumHeight(theme.tokens.size("strip"))
        self.hide()

    @property
    def model(self) -> StripModel | None:
        return self._model

    def set_strip(self, model: StripModel | None) -> None:
        self._model = model
        self.setVisible(model is not None)
        self.retranslate()
        self.update()

    def sentence(self) -> str:
        """The words as they are spoken."""
        return " ".join(self._sentences()) if self._model is not None else ""

    def retranslate(self) -> None:
        model = self._model
        if model is None:
            return
        self._icon.set_icon(ICONS[model.kind], self._ink())
        bold, *rest = self._sentences()
        self.words.setText(f"<b>{bold}</b> {' '.join(rest)}")
        self.setAccessibleName(self.sentence())
        retry = model.retry_in
        self.side.setText(
            self.tr("Prøver igjen om {seconds} s").format(seconds=retry) if retry is not None else ""
        )
        self.side.setVisible(retry is not None)
        self.button.say(self.tr("Fortsett") if model.kind == "session-ending" else self.tr("Prøv nå"))

    def _sentences(self) -> list[str]:
        model = self._model
        assert model is not None
        since = clock_text(model.since) if model.since else ""
        safe = self.tr("Det du har lagret, er trygt.")
        if model.kind == "session-ending":
            minutes = model.minutes_left or 0
            bold = (
                self.tr("Du logges ut om 1 minutt.")
                if minutes == 1
                else self.tr("Du logges ut om {minutes} minutter.").format(minutes=minutes)
            )
            return [bold, self.tr("Lagre det du holder på med.")]
        if model.kind == "offline":
            bold = self.tr("Uten nett siden {time}.").format(time=since) if since else self.tr("Uten nett.")
        elif model.kind == "record-away":
            bold = (
                self.tr("Journalen svarer ikke, siden {time}.").format(time=since)
                if since
                else self.tr("Journalen svarer ikke.")
            )
        else:
            bold = (
                self.tr("Vaktrom mistet forbindelsen {time}.").format(time=since)
                if since
                else self.tr("Vaktrom mistet forbindelsen.")
            )
        age = (
            [self.tr("Lista er fra {time}.").format(time=clock_text(model.data_from))]
            if model.data_from
            else []
        )
        unknown = [self.tr("Pasienten er ikke bekreftet.")] if model.kind == "unconfirmed" else []
        return [bold, *unknown, *age, safe]

    def _ink(self) -> str:
        return "warn" if self._model is not None and self._model.kind == "session-ending" else "danger"

    def _act(self) -> None:
        if self._model is not None:
            self.acted.emit(self._model.kind)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ink = self._ink()
        painter.fillRect(self.rect(), self.theme.color(f"{ink}-soft"))
        painter.fillRect(0, self.height() - 2, self.width(), 2, self.theme.color(ink))
