"""A pane's header: which app, whose patient (S2), which state (S3). A name is never cut; the vendor goes first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from context.pane_state import State
from shell.presenters.view_models import PaneModel, PatientRef
from shell.theme.theme import Theme
from shell.widgets.button import Button
from shell.widgets.formats import with_place
from shell.widgets.kept import delete_later
from shell.widgets.pane_texts import STATE_ICONS, PaneTexts
from shell.widgets.plain_tip import plain_tip
from shell.widgets.runs import Run, centered_baseline, draw_runs, name_runs, runs_width
from shell.widgets.shapes import draw_mark, draw_shape
from shell.widgets.themed import ThemedWidget

ICON = 18
SHAPE = 14
STATE_ICON = 18
AFTER_ICON = 6
MENU = 36
SIDE = 12


class PlaceTab(QAbstractButton):
    """A tab for one of several panes in a place."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.model: PaneModel | None = None
        self.short = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setProperty("ring", "inside")
        self.setCheckable(True)

    def set_pane(self, model: PaneModel, current: bool) -> None:
        self.model = model
        self.setChecked(current)
        self.setText(model.app.name)
        self.setAccessibleName(model.app.name)
        self.setToolTip(plain_tip(f"{model.app.name} · {model.app.vendor}"))
        self.updateGeometry()
        self.update()

    def wanted(self) -> int:
        weight = 700 if self.isChecked() else 500
        text = 0 if self.short else 8 + self._theme.metrics("control", weight).horizontalAdvance(self.text())
        return 2 * SIDE + ICON + 2 + text

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        if self.isChecked():
            painter.fillRect(self.rect(), theme.color("surface"))
            painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("surface"))
            painter.fillRect(self.width() - 1, 0, 1, self.height(), theme.color("line"))
        elif self.underMouse():
            painter.fillRect(self.rect().adjusted(0, 0, 0, -1), theme.color("surface-hover"))
        if self.model is None:
            return
        ink = "text" if self.isChecked() else "text-soft"
        painter.drawPixmap(
            QPointF(SIDE, (self.height() - ICON) / 2), theme.app_icon(self.model.app, ink, ICON)
        )
        if not self.short:
            weight = 700 if self.isChecked() else 500
            painter.setFont(theme.font("control", weight))
            painter.setPen(theme.color(ink))
            baseline = centered_baseline(theme.metrics("control", weight), self.rect())
            painter.drawText(QPointF(SIDE + ICON + 8, baseline), self.text())


class PaneHeader(ThemedWidget):
    """36 pixels. ``menu_asked(where)``, ``tab_chosen(key)``."""

    menu_asked = Signal(QPoint)
    tab_chosen = Signal(str)

    def __init__(self, theme: Theme, texts: PaneTexts, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._texts = texts
        self._model: PaneModel | None = None
        self._tabs: list[PlaceTab] = []
        self._vendor_shown = True
        self._word_shown = True
        self._app_shown = True
        self._stacked = False
        self.menu = Button(theme, "icon", "dots", self)
        self.menu.clicked.connect(self._ask_menu)
        self.retranslate()
        self.restyle()

    def set_pane(self, model: PaneModel, siblings: Sequence[PaneModel] = ()) -> None:
        """``siblings`` are all panes in the same place, this one among them; fewer than two: no tabs."""
        self._model = model
        pinned = model.shown_state is State.PINNED
        self.menu.set_ink("on-patient" if pinned else "")
        wanted = tuple(siblings) if len(siblings) > 1 else ()
        while len(self._tabs) > len(wanted):
            delete_later(self._tabs.pop())
        while len(self._tabs) < len(wanted):
            tab = PlaceTab(self.theme, self)
            tab.clicked.connect(self._tab_clicked)
            tab.show()
            self._tabs.append(tab)
        for tab, sibling in zip(self._tabs, wanted, strict=True):
            tab.set_pane(sibling, sibling.key == model.key)
        self._arrange()
        self.setAccessibleName(self.sentence())
        self.update()

    def sentence(self) -> str:
        """App, vendor, patient and state as they are spoken."""
        model = self._model
        if model is None:
            return ""
        patient = with_place(model.effective) if model.effective else self.tr("Ingen pasient ennå")
        word = self._texts.word_for(model)
        if model.shown_state is State.PINNED:
            return f"{model.app.name}, {model.app.vendor}, {word} {patient}"
        return f"{model.app.name}, {model.app.vendor}, {patient}, {word}"

    def tabs(self) -> list[PlaceTab]:
        return list(self._tabs)

    @property
    def vendor_shown(self) -> bool:
        return self._vendor_shown

    def retranslate(self) -> None:
        self.menu.say(self.tr("Valg for panelet"))
        if self._model is not None:
            self.setAccessibleName(self.sentence())
        self._arrange()

    def restyle(self) -> None:
        self.setFixedHeight(self.theme.scaled(self.theme.tokens.size("pane-header")))
        self._arrange()

    def sizeHint(self) -> QSize:
        return QSize(420, self.theme.tokens.size("pane-header"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    # layout

    def _arrange(self) -> None:
        """Room is taken from the vendor, labels of other tabs, the word of the state, then the app's own name."""
        self.menu.setGeometry(self.width() - MENU - 2, (self.height() - 34) // 2, MENU, 34)
        if self._model is None:
            return
        self._app_shown, self._stacked = True, False
        for tab in self._tabs:
            tab.short = False
        self._vendor_shown = not self._tabs and self._left(True) + self._right(True) <= self.width()
        if self._left(self._vendor_shown) + self._right(True) > self.width():
            for tab in self._tabs:
                tab.short = not tab.isChecked()
        self._word_shown = self._left(self._vendor_shown) + self._right(True) <= self.width()
        self._app_shown = self._left(self._vendor_shown) + self._right(self._word_shown) <= self.width()
        self._stacked = self._left(self._vendor_shown) + self._right(self._word_shown) > self.width()
        left = 0
        for tab in self._tabs:
            tab.setGeometry(left, 0, tab.wanted(), self.height())
            left += tab.wanted()
        self.setToolTip(plain_tip(f"{self._model.app.name} · {self._model.app.vendor}"))

    def _left(self, vendor: bool) -> int:
        if self._tabs:
            return sum(tab.wanted() for tab in self._tabs)
        return SIDE + ICON + (AFTER_ICON + runs_width(self._app_runs(vendor)) if self._app_shown else 0)

    def _right(self, word: bool) -> int:
        names = self._names_width()
        if self._model is not None and self._model.shown_state is State.PINNED:
            pinned = runs_width([self._pinned_word()]) + 22 if word else 22
            return names + MENU + 10 + 44 + pinned + 12
        return names + self._state_width(word) + MENU + 62

    def _name_lines(self) -> list[list[Run]]:
        """The patient on one line; family above given name where that finds no room."""
        runs = self._patient_runs()
        return [runs[:2], runs[2:]] if self._stacked and len(runs) > 2 else [runs]

    def _names_width(self) -> int:
        return max(runs_width(line) for line in self._name_lines())

    def _draw_names(self, painter: QPainter, left: float) -> None:
        lines = self._name_lines()
        metrics = self.theme.metrics("tag", 600, name=True)
        height = self.height() / len(lines)
        for number, line in enumerate(lines):
            rect = QRectF(0, number * height, self.width(), height)
            draw_runs(painter, left, centered_baseline(metrics, rect), line)

    def _ink(self, token: str) -> str:
        return "on-patient" if self._model is not None and self._model.shown_state is State.PINNED else token

    def _app_runs(self, vendor: bool) -> list[Run]:
        assert self._model is not None
        theme, app = self.theme, self._model.app
        runs = [Run(app.name, theme.font("control", 700), theme.color(self._ink("text")))]
        if vendor:
            runs.append(
                Run(app.vendor, theme.font("label", 400), theme.color(self._ink("text-soft")), before=9)
            )
        return runs

    def _patient_runs(self) -> list[Run]:
        model = self._model
        assert model is not None
        theme = self.theme
        if model.effective is None:
            return [Run(self.tr("Ingen pasient ennå"), theme.font("small"), theme.color("text-soft"))]
        if model.shown_state is State.PINNED:
            ink = theme.color("on-patient")
            runs = name_runs(theme, "tag", model.effective.name, ink, all_bold=True)
            if model.effective.beside:
                runs.append(Run(f" · {model.effective.beside}", theme.font("tag", 700), ink))
            return runs
        return _one_weight(theme, model.effective)

    def _state_width(self, word: bool) -> int:
        assert self._model is not None
        weight = 400 if self._model.shown_state is State.FOLLOWING else 700
        text = self._texts.word_for(self._model)
        return STATE_ICON + (6 + self.theme.metrics("tag", weight).horizontalAdvance(text) if word else 0)

    # drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        model = self._model
        if model is None:
            return
        painter = QPainter(self)
        theme = self.theme
        pinned = model.shown_state is State.PINNED
        slot = model.effective.slot if model.effective else None
        if pinned:
            painter.fillRect(self.rect(), theme.color(theme.slot_fill(slot)))
        else:
            painter.fillRect(self.rect(), theme.color("surface-alt"))
            painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("line"))
        middle = self.height() / 2
        if not self._tabs:
            painter.drawPixmap(
                QPointF(SIDE, middle - ICON / 2), theme.app_icon(model.app, self._ink("text"), ICON)
            )
            baseline = centered_baseline(theme.metrics("control", 700), self.rect())
            if self._app_shown:
                draw_runs(painter, SIDE + ICON + AFTER_ICON, baseline, self._app_runs(self._vendor_shown))
        if pinned:
            self._draw_pinned(painter, middle)
        else:
            self._draw_state(painter, middle)

    def _draw_state(self, painter: QPainter, middle: float) -> None:
        """Right to left: state, line, patient."""
        model, theme = self._model, self.theme
        assert model is not None
        icon, token = STATE_ICONS[model.shown_state]
        right = self.width() - MENU - 8.0
        left = right - self._state_width(self._word_shown)
        painter.drawPixmap(QPointF(left, middle - 9), theme.icon(icon, token, STATE_ICON))
        baseline = centered_baseline(theme.metrics("control", 500), self.rect())
        if self._word_shown:
            weight = 400 if model.shown_state is State.FOLLOWING else 700
            run = Run(self._texts.word_for(model), theme.font("tag", weight), theme.color(token))
            draw_runs(painter, left + STATE_ICON + 6, baseline, [run])
        painter.fillRect(QRectF(left - 10, middle - 9, 1, 18), theme.color("line"))
        name_left = left - 19 - self._names_width()
        self._draw_names(painter, name_left)
        shape = QRectF(name_left - SHAPE - 7, middle - SHAPE / 2, SHAPE, SHAPE)
        if model.effective is None:
            pen = QPen(theme.color("text-soft"), 2, Qt.PenStyle.CustomDashLine)
            pen.setDashPattern([1.6, 1.6])
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(shape.adjusted(1, 1, -1, -1))
        else:
            ink = theme.color(theme.slot_ink(model.effective.slot))
            draw_shape(painter, shape, model.effective.slot, ink)

    def _draw_pinned(self, painter: QPainter, middle: float) -> None:
        """Right to left: patient with mark, the word, the pin."""
        model, theme = self._model, self.theme
        assert model is not None
        name_left = self.width() - MENU - 10 - self._names_width()
        baseline = centered_baseline(theme.metrics("control", 700), self.rect())
        self._draw_names(painter, name_left)
        mark_left = name_left - 10 - 24
        if model.effective is not None:
            fill = theme.color(theme.slot_fill(model.effective.slot))
            place = QRectF(mark_left, middle - 12, 24, 24)
            draw_mark(painter, theme, place, model.effective, theme.color("on-patient"), fill)
        word_left = mark_left - 10.0
        if self._word_shown:
            word_left -= runs_width([self._pinned_word()])
            draw_runs(painter, word_left, baseline, [self._pinned_word()])
        painter.drawPixmap(QPointF(word_left - 23, middle - 9), theme.icon("pin", "on-patient", STATE_ICON))

    def _pinned_word(self) -> Run:
        font, ink = self.theme.font("tag", 700), self.theme.color("on-patient")
        return Run(self._texts.state_word(State.PINNED), font, ink)

    def _ask_menu(self) -> None:
        self.menu_asked.emit(self.menu.mapToGlobal(QPoint(0, self.menu.height())))

    def _tab_clicked(self) -> None:
        tab = self.sender()
        if isinstance(tab, PlaceTab) and tab.model is not None:
            self.tab_chosen.emit(tab.model.key)


def _one_weight(theme: Theme, patient: PatientRef) -> list[Run]:
    """A name in a header: medium throughout, in the patient's ink."""
    ink = theme.color(theme.slot_ink(patient.slot))
    font = theme.font("tag", 600, name=True)
    name = patient.name
    made = [Run(name.family, font, ink, name.differs_family)]
    if name.given:
        made += [Run(", ", font, ink), Run(name.given, font, ink, name.differs_given)]
    return made
