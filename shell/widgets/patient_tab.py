"""Tabs of the top strip: the start list, and each open patient in the colour and shape of the slot."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from shell.presenters.view_models import HomeModel, PatientTabModel
from shell.theme.stylesheet import STRIP_PERCENT
from shell.theme.theme import Theme
from shell.widgets.plain_tip import plain_tip
from shell.widgets.runs import Run, centered_baseline, draw_runs, name_runs, runs_width
from shell.widgets.shapes import draw_mark

MARK = 26
LEFT = 14
CLOSE = 32
CROWDED_PERCENT = 110
"""Two lines of this size find room in a tab."""


def tab_shape(rect: QRectF, radius: float) -> QPainterPath:
    """Round at the top, joined to what is below."""
    path = QPainterPath()
    path.moveTo(rect.bottomLeft())
    path.lineTo(rect.left(), rect.top() + radius)
    path.quadTo(rect.topLeft(), QPointF(rect.left() + radius, rect.top()))
    path.lineTo(rect.right() - radius, rect.top())
    path.quadTo(rect.topRight(), QPointF(rect.right(), rect.top() + radius))
    path.lineTo(rect.bottomRight())
    return path


class StripTab(QAbstractButton):
    """What both kinds of tab share."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self.active = False
        self.most_percent = STRIP_PERCENT
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setProperty("ring", "inside")
        self.setFixedHeight(theme.tokens.size("tab"))

    def set_active(self, active: bool) -> None:
        self.active = active
        self.setProperty("ring-color", self.ring_color())
        self.update()

    def ring_color(self) -> str:
        return "focus"

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class HomeTab(StripTab):
    """The start list's tab."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._model = HomeModel("")
        self._short = False

    def set_home(self, model: HomeModel) -> None:
        self._model = model
        self.setText(model.label)
        self.setAccessibleName(model.label)
        self.setToolTip(plain_tip(model.label))
        self.updateGeometry()
        self.update()

    def set_short(self, short: bool) -> None:
        """The icon alone."""
        self._short = short
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        if self._short:
            return QSize(2 * LEFT + 18, self.theme.tokens.size("tab"))
        with self.theme.at_most(self.most_percent):
            width = self.theme.metrics("control", 700).horizontalAdvance(self.text())
        return QSize(LEFT + 18 + 9 + width + LEFT, self.theme.tokens.size("tab"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.active:
            rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, 1)
            painter.setPen(QPen(self.theme.color("line"), 1))
            painter.setBrush(self.theme.color("canvas"))
            painter.drawPath(tab_shape(rect, self.theme.tokens.radius("tab-top")))
        elif self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.theme.color("surface-hover"))
            painter.drawPath(tab_shape(QRectF(self.rect()), self.theme.tokens.radius("tab-top")))
        ink = "text" if self.active else "text-soft"
        icon = self.theme.icon("home" if self._model.kind == "ward" else "list", ink, 18)
        painter.drawPixmap(QPointF(LEFT, (self.height() - 18) / 2 + 1), icon)
        if self._short:
            return
        weight = 700 if self.active else 400
        painter.setPen(self.theme.color(ink))
        with self.theme.at_most(self.most_percent):
            painter.setFont(self.theme.font("control", weight))
            baseline = centered_baseline(self.theme.metrics("control", weight), self.rect())
        painter.drawText(QPointF(LEFT + 27, baseline), self.text())


class CloseButton(QAbstractButton):
    """The cross in a tab or a field."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.ink = "text-soft"
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFixedSize(CLOSE, 36)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.underMouse():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._theme.color(self.ink), 1))
            painter.drawRoundedRect(QRectF(3.5, 6.5, self.width() - 8, self.height() - 14), 5, 5)
        pixmap = self._theme.icon("x", self.ink, 16)
        painter.drawPixmap(QPointF((self.width() - 16) / 2, (self.height() - 16) / 2), pixmap)


class PatientTab(StripTab):
    """One open patient. ``close_asked()``. ``short`` drops the name of a tab that is not in front."""

    close_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.model: PatientTabModel | None = None
        self.short = False
        self.stacked = False
        self.close_button = CloseButton(theme, self)
        self.close_button.clicked.connect(self.close_asked)

    def set_patient(self, model: PatientTabModel) -> None:
        self.model = model
        patient = model.patient
        parts = [patient.name.full, patient.beside]
        if model.waiting:
            parts.append(self.tr("venter på bekreftelse"))
        self.setAccessibleName(", ".join(part for part in parts if part))
        self.setToolTip(plain_tip(self.accessibleName()))
        self.close_button.setAccessibleName(self.tr("Lukk {name}").format(name=patient.name.full))
        self.close_button.setToolTip(plain_tip(self.close_button.accessibleName()))
        self.set_active(self.active)
        self.updateGeometry()

    def set_short(self, short: bool) -> None:
        self.short = short
        self.close_button.setVisible(not short)
        self.updateGeometry()
        self.update()

    def set_stacked(self, stacked: bool, *, crowded: bool = False) -> None:
        """Family name above given name, where one line finds no room; ``crowded`` tabs have smaller text."""
        self.stacked = stacked
        self.most_percent = CROWDED_PERCENT if crowded else STRIP_PERCENT
        self.updateGeometry()
        self.update()

    def ring_color(self) -> str:
        return "on-patient" if self.active else "focus"

    def sizeHint(self) -> QSize:
        tail = 12 if self.short else 6 + CLOSE
        with self.theme.at_most(self.most_percent):
            width = max(runs_width(line) for line in self._lines())
        return QSize(LEFT + MARK + 9 + width + tail, self.theme.tokens.size("tab"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.close_button.move(
            self.width() - CLOSE - 4, (self.height() - self.close_button.height()) // 2 + 1
        )
        super().resizeEvent(event)

    def _runs(self) -> list[Run]:
        if self.model is None:
            return []
        patient = self.model.patient
        ink = self.theme.color("on-patient" if self.active else "text")
        runs = [] if self.short else name_runs(self.theme, "control", patient.name, ink, all_bold=self.active)
        if not self.active and runs:
            family = self.theme.font("control", 600, name=True)
            runs[0] = Run(runs[0].text, family, ink, runs[0].underlined)
        if patient.beside:
            soft = ink if self.active else self.theme.color("text-soft")
            runs.append(Run(patient.beside, self.theme.font("control", 500), soft, before=9 if runs else 0))
        return runs

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.model is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, patient = self.theme, self.model.patient
        fill, ink = theme.color(theme.slot_fill(patient.slot)), theme.color(theme.slot_ink(patient.slot))
        radius = theme.tokens.radius("tab-top")
        shape = tab_shape(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, 1), radius)
        if self.active:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            painter.drawPath(tab_shape(QRectF(self.rect()), radius))
        else:
            painter.setPen(QPen(theme.color("line"), 1))
            painter.setBrush(theme.color("surface-hover" if self.underMouse() else "surface"))
            painter.drawPath(shape)
            painter.save()
            painter.setClipPath(tab_shape(QRectF(self.rect()), radius))
            painter.fillRect(QRectF(0, 0, self.width(), theme.tokens.table["border"]["tab-band"]), ink)
            painter.restore()
        self._draw_patient(painter)
        self.close_button.ink = "on-patient" if self.active else "text-soft"

    def _draw_patient(self, painter: QPainter) -> None:
        assert self.model is not None
        theme, patient = self.theme, self.model.patient
        place = QRectF(LEFT, (self.height() - MARK) / 2 + 1, MARK, MARK)
        if self.model.waiting:
            self._draw_ring(painter, place)
        elif self.active:
            draw_mark(
                painter,
                theme,
                place.adjusted(1, 1, -1, -1),
                patient,
                theme.color("on-patient"),
                theme.color(theme.slot_fill(patient.slot)),
            )
        else:
            ink = theme.color(theme.slot_ink(patient.slot))
            draw_mark(painter, theme, place.adjusted(1, 1, -1, -1), patient, ink, theme.color("surface"))
        with theme.at_most(self.most_percent):
            metrics = theme.metrics("control", 600, name=True)
            lines = self._lines()
        height = self.height() / len(lines)
        for number, line in enumerate(lines):
            rect = QRectF(0, number * height + 1, self.width(), height)
            draw_runs(painter, LEFT + MARK + 9, centered_baseline(metrics, rect), line)

    def _lines(self) -> list[list[Run]]:
        runs = self._runs()
        return [runs[:2], runs[2:]] if self.stacked and len(runs) > 2 else [runs]

    def _draw_ring(self, painter: QPainter, place: QRectF) -> None:
        """Waiting for the hub: an open ring instead of the mark."""
        ink = self.theme.color("on-patient" if self.active else "info")
        painter.save()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ink, 3, c=Qt.PenCapStyle.FlatCap))
        painter.drawArc(place.adjusted(3, 3, -3, -3), 60 * 16, -290 * 16)
        painter.restore()
