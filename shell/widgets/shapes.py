"""Shapes that say which patient and which state: circle, diamond, square; dot, ring, pin, triangle."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from context.pane_state import State
from shell.presenters.view_models import PatientRef, Slot
from shell.theme.theme import Theme
from shell.widgets.themed import ThemedWidget

ROUNDING = 0.06


def draw_shape(painter: QPainter, rect: QRectF, slot: Slot | None, color: QColor) -> None:
    """The slot's shape filled; without a slot an open circle."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    if slot == 1:
        painter.drawEllipse(rect)
    elif slot == 2:
        middle, reach = rect.center(), rect.width() * 0.55
        inset = rect.width() * ROUNDING
        painter.setPen(QPen(color, inset * 2, j=Qt.PenJoinStyle.RoundJoin))
        reach -= inset * 1.4
        points = [QPointF(0, -reach), QPointF(reach, 0), QPointF(0, reach), QPointF(-reach, 0)]
        painter.drawPolygon(QPolygonF([middle + point for point in points]))
    elif slot == 3:
        side = rect.adjusted(*(rect.width() * part for part in (0.03, 0.03, -0.03, -0.03)))
        painter.drawRoundedRect(side, rect.width() * ROUNDING, rect.width() * ROUNDING)
    else:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color, max(1.5, rect.width() / 12)))
        painter.drawEllipse(rect.adjusted(1, 1, -1, -1))
    painter.restore()


def draw_mark(
    painter: QPainter, theme: Theme, rect: QRectF, patient: PatientRef, fill: QColor, ink: QColor
) -> None:
    """The shape with the patient's initials."""
    draw_shape(painter, rect, patient.slot, fill)
    font = theme.font("tag", 700, name=True)
    sized = type(font)(font)
    sized.setPixelSize(max(9, round(rect.width() * (0.34 if patient.slot == 2 else 0.41))))
    painter.setFont(sized)
    painter.setPen(ink if patient.slot else fill)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, patient.name.initials)


def draw_pane_state(painter: QPainter, theme: Theme, state: State, place: QRectF, slot: Slot | None) -> None:
    """The state's shape for the rail, about 10 pixels: it alone carries the meaning there."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    if state is State.FOLLOWING:
        painter.setBrush(theme.color("ok"))
        painter.drawEllipse(place)
    elif state is State.CHANGING:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("info"), 2.5, c=Qt.PenCapStyle.FlatCap))
        painter.drawArc(place.adjusted(0.5, 0.5, -0.5, -0.5), 30 * 16, -290 * 16)
    elif state is State.OUT_OF_SYNC:
        painter.setBrush(theme.color("danger"))
        top, left, right = place.top() - 1, place.left() - 1, place.right() + 1
        points = [
            QPointF(place.center().x(), top),
            QPointF(right, place.bottom()),
            QPointF(left, place.bottom()),
        ]
        painter.drawPolygon(QPolygonF(points))
    elif state is State.ASKING:
        asks = theme.icon("help", "info", 16)
        painter.drawPixmap(QPointF(place.center().x() - 8, place.center().y() - 8), asks)
    elif state is State.PINNED:
        pin = theme.icon("pin", theme.slot_ink(slot), 16)
        painter.drawPixmap(QPointF(place.center().x() - 8, place.center().y() - 8), pin)
    painter.restore()


class PatientMark(ThemedWidget):
    """Shape and initials of a patient, ``size`` pixels wide; on the patient's own field ``on_fill`` inverts it."""

    def __init__(
        self,
        theme: Theme,
        size: int,
        parent: QWidget | None = None,
        *,
        on_fill: bool = False,
        bare: bool = False,
    ) -> None:
        super().__init__(theme, parent)
        self._size = size
        self._on_fill = on_fill
        self._bare = bare
        self._patient: PatientRef | None = None
        self.setFixedSize(size, size)

    def set_patient(self, patient: PatientRef | None) -> None:
        self._patient = patient
        self.setAccessibleName(patient.name.initials if patient else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._size, self._size)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._patient is None:
            return
        painter = QPainter(self)
        slot = self._patient.slot
        grown = 0.06 * self._size if slot == 2 else 0.0
        rect = QRectF(grown, grown, self._size - 2 * grown, self._size - 2 * grown)
        if self._bare:
            draw_shape(painter, rect, slot, self.theme.color(self.theme.slot_ink(slot)))
        elif self._on_fill:
            fill, ink = self.theme.color("on-patient"), self.theme.color(self.theme.slot_fill(slot))
            draw_mark(painter, self.theme, rect, self._patient, fill, ink)
        else:
            fill, ink = self.theme.color(self.theme.slot_ink(slot)), self.theme.color("surface")
            draw_mark(painter, self.theme, rect, self._patient, fill, ink)
