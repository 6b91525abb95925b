"""The banner: who the patient is, as the hub has confirmed (S1). Never covered, dimmed or scrolled."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from shell.presenters.view_models import BannerModel
from shell.theme.theme import Theme
from shell.widgets.banner_chips import GAP, Chip, ChipWords, banner_chips, draw_chip, placed
from shell.widgets.button import Button
from shell.widgets.formats import spaced_number
from shell.widgets.plain_tip import plain_tip
from shell.widgets.runs import Run, draw_runs, name_runs, runs_width
from shell.widgets.shapes import draw_mark
from shell.widgets.themed import ThemedWidget

LEFT = 84
MARK_LEFT = 12
MARK = 60
RIGHT = 96
FACT_GAP = 27
FIRST_LINE = 56
ADULT_YEARS = 18
SIZES = (200, 150, 125, 100)
LARGEST_PART = 0.36
"""Of the window's height; a banner that would take more has smaller text, so that the panes stay usable."""


class PatientBanner(ThemedWidget):
    """Line 1: name, age and sex, identity number, room or GP. Line 2: CAVE, warnings, namesakes. ``more_asked()``."""

    more_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._model: BannerModel | None = None
        self._lines: list[list[Chip]] = [[]]
        self._hidden: list[Chip] = []
        self._facts: list[list[tuple[int, list[Run]]]] = []
        self._most_percent = SIZES[0]
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("ring", "inside")
        self.setProperty("ring-color", "on-patient")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.more = Button(theme, "on-patient", "chev", self, icon_size=16)
        self.more.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.more.set_icon("chev")
        self.more.clicked.connect(self.more_asked)
        self.overflow = Button(theme, "on-patient", "", self)
        self.overflow.setProperty("outlined", True)
        self.overflow.clicked.connect(self._show_hidden)
        self.overflow.hide()
        self.retranslate()

    @property
    def model(self) -> BannerModel | None:
        return self._model

    def set_banner(self, model: BannerModel | None) -> None:
        """Show ``model``, or that no patient is chosen."""
        self._model = model
        self.more.setVisible(model is not None)
        self._arrange()
        self.updateGeometry()
        self.update()

    def sentence(self) -> str:
        """The banner as one sentence, CAVE included."""
        model = self._model
        if model is None:
            return self.tr("Ingen pasient er valgt")
        parts = [model.patient.name.full, self._age_text(), self._number_text(), self._place_text()]
        parts += [chip.spoken for chip in banner_chips(self.theme, model, self._words)]
        return ", ".join(part for part in parts if part) + "."

    def hidden_chips(self) -> list[str]:
        """What stands behind ``+2``."""
        return [chip.spoken for chip in self._hidden]

    def shown_chips(self) -> list[str]:
        return [chip.spoken for line in self._lines for chip in line]

    def retranslate(self) -> None:
        self._learn_words()
        self.more.say(self.tr("Mer"))
        self._arrange()
        self.update()

    def restyle(self) -> None:
        self._arrange()

    # geometry

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._fitting(width)[1]

    def _fitting(self, width: int) -> tuple[int, int]:
        """The largest size of text that leaves enough for the panes, and the height with it."""
        limit = self.window().height() * LARGEST_PART
        height = 0
        for percent in SIZES:
            with self.theme.at_most(percent):
                facts, lines, _ = self._measured(width)
                height = self._height(len(facts), len(lines))
            if height <= limit:
                return percent, height
        return SIZES[-1], height

    def sizeHint(self) -> QSize:
        return QSize(1278, self.heightForWidth(self.width() or 1278))

    def minimumSizeHint(self) -> QSize:
        return QSize(420, self.heightForWidth(self.width() or 1278))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _height(self, fact_lines: int, chip_lines: int) -> int:
        first = self.theme.scaled(FIRST_LINE) + (fact_lines - 1) * self.theme.scaled(34)
        chips = chip_lines * (self._chip_height() + GAP)
        return max(self.theme.tokens.size("banner"), first + chips + 2)

    def _chip_height(self) -> int:
        return self.theme.scaled(self.theme.tokens.size("banner-chip"))

    def _measured(self, width: int) -> tuple[list[list[tuple[int, list[Run]]]], list[list[Chip]], list[Chip]]:
        if self._model is None:
            return [[]], [[]], []
        chips = banner_chips(self.theme, self._model, self._words)
        lines, hidden = placed(chips, width - LEFT - 12, self._more_width)
        return self._fact_lines(width - LEFT - RIGHT), lines, hidden

    def _more_width(self, count: int) -> int:
        return self.theme.metrics("control", 600).horizontalAdvance(f"+{count}") + 24 + GAP

    def _arrange(self) -> None:
        self._most_percent = self._fitting(self.width())[0]
        with self.theme.at_most(self._most_percent):
            self._place()
        if self.height() != self.heightForWidth(self.width()):
            self.updateGeometry()

    def _place(self) -> None:
        self._facts, self._lines, self._hidden = self._measured(self.width())
        self.setAccessibleName(self.sentence())
        self.more.adjustSize()
        self.more.move(self.width() - self.more.width() - 6, 11)
        self.overflow.setVisible(bool(self._hidden))
        if self._hidden:
            count = len(self._hidden)
            self.overflow.setText(f"+{count}")
            self.overflow.setAccessibleName(
                self.tr("{count} til: {words}").format(count=count, words=", ".join(self.hidden_chips()))
            )
            self.overflow.setToolTip(plain_tip("\n".join(self.hidden_chips())))
            used = sum(chip.width + GAP for chip in self._lines[-1])
            top = self._chips_top() + (len(self._lines) - 1) * (self._chip_height() + GAP)
            self.overflow.setGeometry(LEFT + used, top, self._more_width(count) - GAP, self._chip_height())

    def _chips_top(self) -> int:
        return self.theme.scaled(FIRST_LINE) + (max(1, len(self._facts)) - 1) * self.theme.scaled(34)

    # facts

    def _fact_lines(self, width: int) -> list[list[tuple[int, list[Run]]]]:
        """Facts that do not fit beside each other take further lines; no fact is cut."""
        lines: list[list[tuple[int, list[Run]]]] = [[]]
        used = 0
        name, *others = self._fact_runs()
        parts = [name] if runs_width(name) <= width or len(name) < 3 else [name[:2], name[2:]]
        for runs in [*parts, *others]:
            wide = runs_width(runs)
            if lines[-1] and used + FACT_GAP + wide > width:
                lines.append([])
                used = 0
            left = used + (FACT_GAP if lines[-1] else 0)
            lines[-1].append((left, runs))
            used = left + wide
        return lines

    def _fact_runs(self) -> list[list[Run]]:
        assert self._model is not None
        theme, ink = self.theme, self.theme.color("on-patient")
        fact, small = theme.font("banner-fact", name=True), theme.font("small", 400)
        facts = [name_runs(theme, "banner-name", self._model.patient.name, ink)]
        facts.append([Run(self._age_text(), fact, ink)])
        if self._model.identity_number:
            number = spaced_number(self._model.identity_number)
            facts.append([Run(self.tr("Fødselsnr."), small, ink), Run(number, fact, ink, before=8)])
        if self._model.place:
            word = self.tr("Rom") if self._model.place_kind == "room" else self.tr("Fastlege")
            facts.append([Run(word, small, ink), Run(self._model.place, fact, ink, before=8)])
        return [runs for runs in facts if any(run.text for run in runs)]

    def _age_text(self) -> str:
        assert self._model is not None
        age = self._model.age
        genders = self._genders if age is None or age >= ADULT_YEARS else self._young_genders
        years = "" if age is None else self.tr("{age} år").format(age=age)
        if self._model.alike and self._model.birth_date is not None:
            years = f"{years} ({self._model.birth_date:%d.%m.%Y})"
        return ", ".join(part for part in (years, genders[self._model.gender]) if part)

    def _number_text(self) -> str:
        assert self._model is not None
        number = self._model.identity_number
        word = self.tr("Fødselsnr.")
        return f"{word} {spaced_number(number)}" if number else ""

    def _place_text(self) -> str:
        assert self._model is not None
        word = self.tr("Rom") if self._model.place_kind == "room" else self.tr("Fastlege")
        return f"{word} {self._model.place}" if self._model.place else ""

    def _learn_words(self) -> None:
        self._words = ChipWords(
            none_known=self.tr("Ingen kjente allergier"),
            not_recorded=self.tr("Allergier ikke registrert"),
            unread=self.tr("Allergier er ikke lest"),
            alike=self.tr("Navnelik"),
            room=self.tr("rom"),
            deceased=self.tr("Død"),
            unconfirmed=self.tr("Ikke bekreftet"),
        )
        self._genders = {
            "male": self.tr("mann"),
            "female": self.tr("kvinne"),
            "other": self.tr("annet kjønn"),
            "unknown": "",
        }
        self._young_genders = self._genders | {"male": self.tr("gutt"), "female": self.tr("jente")}

    # drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        model = self._model
        if model is None:
            self._draw_nobody(painter)
            return
        with self.theme.at_most(self._most_percent):
            self._draw_patient(painter, model)

    def _draw_patient(self, painter: QPainter, model: BannerModel) -> None:
        theme = self.theme
        back = theme.slot_fill(model.patient.slot)
        painter.fillRect(self.rect(), theme.color(back))
        place = QRectF(MARK_LEFT, (theme.tokens.size("banner") - MARK) / 2, MARK, MARK)
        draw_mark(painter, theme, place, model.patient, theme.color("on-patient"), theme.color(back))
        baseline = theme.scaled(FIRST_LINE) - theme.scaled(17)
        for number, facts in enumerate(self._facts):
            for left, runs in facts:
                draw_runs(painter, LEFT + left, baseline + number * theme.scaled(34), runs)
        top = self._chips_top()
        for line in self._lines:
            left = LEFT
            for chip in line:
                draw_chip(painter, theme, chip, left, top, self._chip_height(), back)
                left += chip.width + GAP
            top += self._chip_height() + GAP

    def _draw_nobody(self, painter: QPainter) -> None:
        theme = self.theme
        painter.fillRect(self.rect(), theme.color("surface-alt"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("line"))
        painter.drawPixmap(QPoint(24, (self.height() - 36) // 2), theme.icon("user", "text-soft", 36))
        painter.setPen(theme.color("text"))
        painter.setFont(theme.font("banner-fact"))
        painter.drawText(LEFT, self.height() // 2 - 3, self.tr("Ingen pasient er valgt"))
        painter.setPen(theme.color("text-soft"))
        painter.setFont(theme.font("body"))
        painter.drawText(
            LEFT, self.height() // 2 + 22, self.tr("Velg en pasient i lista, eller søk med Ctrl K.")
        )

    def _show_hidden(self) -> None:
        menu = QMenu(self)
        for chip in self._hidden:
            menu.addAction(chip.spoken)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.overflow.mapToGlobal(QPoint(0, self.overflow.height())))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()
