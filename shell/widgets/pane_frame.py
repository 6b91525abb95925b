"""One pane: frame, header, strip of a pinned pane, question, and the live view under its curtain (S2, S3)."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from context.pane_state import State
from shell.presenters.view_models import PaneModel, PermissionModel
from shell.theme.theme import Theme
from shell.widgets.app_texts import AppTexts
from shell.widgets.button import Button
from shell.widgets.curtain import Curtain
from shell.widgets.layers import Layers, set_reachable
from shell.widgets.live_page import LivePage, PageLook
from shell.widgets.pane_header import PaneHeader
from shell.widgets.pane_texts import PaneTexts
from shell.widgets.permission_bar import PermissionBar
from shell.widgets.runs import Run, WrappedRuns, name_runs
from shell.widgets.shapes import PatientMark
from shell.widgets.themed import ThemedWidget


class PinnedStrip(ThemedWidget):
    """*Dette er …, ikke pasienten øverst* with *Slipp*."""

    release_asked = Signal()

    def __init__(self, theme: Theme, texts: PaneTexts, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._texts = texts
        self._model: PaneModel | None = None
        self._mark = PatientMark(theme, 26, self)
        self.line = WrappedRuns(theme, self)
        self.release = Button(theme, "secondary", "", self)
        self.release.clicked.connect(self.release_asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 3, 12, 3)
        row.setSpacing(11)
        row.addWidget(self._mark)
        row.addWidget(self.line, 1)
        row.addWidget(self.release)
        self.setMinimumHeight(42)
        self.retranslate()

    def set_pane(self, model: PaneModel) -> None:
        self._model = model
        self._mark.set_patient(model.effective)
        self._say()
        self.update()

    def retranslate(self) -> None:
        self.release.say(self.tr("Slipp"), self.tr("Slipp, Alt P"))
        self._say()

    def restyle(self) -> None:
        self._say()

    def _say(self) -> None:
        if self._model is None or self._model.effective is None:
            return
        patient, theme = self._model.effective, self.theme
        ink, body, bold = theme.color("text"), theme.font("body"), theme.font("control", 700)
        before, after = self._texts.pinned_sentence(self._model)
        named = name_runs(theme, "control", patient.name, ink, all_bold=True)
        named = [Run(run.text, bold, run.color, run.underlined) for run in named]
        groups = [[Run(before, body, ink)], named[:2], named[2:]]
        if patient.beside:
            room = self.tr("rom")
            place = f"{room} {patient.beside}" if patient.beside_is_room else patient.beside
            groups.append([Run(f" · {place}", bold, ink)])
        groups[-1].append(Run(after[:1], body, ink))
        groups.append([Run(after[1:], body, ink)])
        self.line.set_groups(groups)
        self.setAccessibleName(self.line.text())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        slot = self._model.effective.slot if self._model and self._model.effective else None
        painter.fillRect(self.rect(), self.theme.color(self.theme.slot_soft(slot)))
        painter.fillRect(0, self.height() - 1, self.width(), 1, self.theme.color("line"))


class PaneFrame(ThemedWidget):
    """Shows one :class:`PaneModel`.

    Signals carry the pane's key: ``pin_asked``, ``release_asked``, ``sync_asked``, ``close_asked``, ``about_asked``,
    ``apart_asked`` (out of its tabs into a place of its own), ``tab_chosen(key)``, ``answered(pane, question, allowed)``,
    ``state_told(sentence)`` when the state changed.
    """

    pin_asked = Signal(str)
    release_asked = Signal(str)
    sync_asked = Signal(str)
    close_asked = Signal(str)
    about_asked = Signal(str)
    apart_asked = Signal(str)
    tab_chosen = Signal(str)
    answered = Signal(str, str, bool)
    state_told = Signal(str)

    def __init__(self, theme: Theme, model: PaneModel, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.texts = PaneTexts(self)
        self._model = model
        self._siblings: tuple[PaneModel, ...] = ()
        self._border = 0
        self.look = PageLook(theme)
        self.header = PaneHeader(theme, self.texts, self)
        self.header.menu_asked.connect(self._open_menu)
        self.header.tab_chosen.connect(self.tab_chosen)
        self.strip = PinnedStrip(theme, self.texts, self)
        self.strip.release_asked.connect(lambda: self.release_asked.emit(self.key))
        self._question: PermissionBar | None = None
        self.body = QWidget(self)
        self.holder = Layers(self.body)
        self.curtain = Curtain(theme, self.texts, self.body)
        self.curtain.sync_asked.connect(lambda: self.sync_asked.emit(self.key))
        self.curtain.close_asked.connect(lambda: self.close_asked.emit(self.key))
        layers = QStackedLayout(self.body)
        layers.setStackingMode(QStackedLayout.StackingMode.StackAll)
        layers.addWidget(self.holder)
        layers.addWidget(self.curtain)
        self._layers = layers
        self._box = QVBoxLayout(self)
        self._box.setSpacing(0)
        for part in (self.header, self.strip):
            self._box.addWidget(part)
        self._box.addWidget(self.body, 1)
        self.body.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setMinimumWidth(0)
        self._draw(None)

    @property
    def key(self) -> str:
        return self._model.key

    @property
    def model(self) -> PaneModel:
        return self._model

    @property
    def covered(self) -> bool:
        """Whether the curtain is up."""
        return self._model.covered

    def set_pane(self, model: PaneModel, siblings: Sequence[PaneModel] | None = None) -> None:
        """Draw another state; a curtain goes up at once and comes down only by what ``model`` says."""
        before, self._model = self._model, model
        placed_before = self._siblings
        if siblings is not None:
            self._siblings = tuple(siblings) if len(siblings) > 1 else ()
        else:
            self._siblings = tuple(model if item.key == model.key else item for item in self._siblings)
        if before != model:
            self._draw(before)
        elif placed_before != self._siblings:
            self.header.set_pane(model, self._siblings)

    def set_view(self, view: QWidget) -> None:
        """Lay a live page in the pane; an older one stays below it until it is destroyed or taken."""
        self.holder.add(view)
        self.holder.bring(view)
        view.setProperty("ring", "none")
        self.look.give(view)
        view.show()
        self._cover()

    def take_view(self, view: QWidget) -> None:
        """Give a page back; it is hidden and no longer part of the pane."""
        self.holder.remove(view)
        view.hide()

    def zoom(self, step: int) -> None:
        """Larger (1), smaller (-1) or as the size of text says (0); later pages of this pane look the same."""
        self.look.step(step)
        self._give_look()

    def take_language(self, language: str) -> None:
        """Tell the pages which language the desktop has now."""
        for view in self.holder.pages():
            if isinstance(view, LivePage):
                view.take_language(language)

    def _give_look(self) -> None:
        for view in self.holder.pages():
            self.look.give(view)

    def ask(self, question: PermissionModel) -> None:
        """Ask the user in this pane; only the newest question stands."""
        self.question.ask(question)
        self.state_told.emit(f"{question.title}. {question.text}")

    def end_ask(self, key: str) -> None:
        if self._question is not None:
            self._question.end(key)

    @property
    def question(self) -> PermissionBar:
        """Made when the first question comes: most panes never ask."""
        if self._question is None:
            self._question = PermissionBar(self.theme, self)
            self._question.answered.connect(lambda key, allowed: self.answered.emit(self.key, key, allowed))
            self._box.insertWidget(2, self._question)
        return self._question

    def focus_content(self) -> None:
        """Keyboard into the page, or onto *Synkroniser*, or the header's menu while the curtain is up."""
        reason = Qt.FocusReason.ShortcutFocusReason
        if self._model.state is State.OUT_OF_SYNC and self.covered:
            self.curtain.sync.setFocus(reason)
        elif self.covered or self.holder.current() is None:
            self.header.menu.setFocus(reason)
        else:
            current = self.holder.current()
            assert current is not None
            current.setFocus(reason)

    def retranslate(self) -> None:
        self.setAccessibleName(self.header.sentence())

    def restyle(self) -> None:
        self._draw_border()
        self._give_look()

    # drawing

    def _draw(self, before: PaneModel | None) -> None:
        model = self._model
        self.header.set_pane(model, self._siblings)
        self.strip.setVisible(
            model.state is State.PINNED and model.effective is not None and not model.suspended
        )
        self.strip.set_pane(model)
        self._draw_border()
        self._cover()
        self.setAccessibleName(self.header.sentence())
        if model.suspended:
            return  # told once for all panes, by the strip
        if before is not None and (before.state, before.effective) != (model.state, model.effective):
            self.state_told.emit(self.header.sentence())

    def _cover(self) -> None:
        covered = self._model.covered
        had_focus = (
            self.isAncestorOf(self.window().focusWidget() or self) and self.window().focusWidget() is not None
        )
        if covered:
            self.curtain.set_pane(self._model)
            self.curtain.show()
            self._layers.setCurrentWidget(self.curtain)
            self.curtain.raise_()
            set_reachable(self.holder, False)
            if had_focus and self._model.state is State.OUT_OF_SYNC and not self._model.suspended:
                self.curtain.sync.setFocus()
        else:
            self.curtain.settle()
            self._layers.setCurrentWidget(self.holder)
            self.holder.raise_()
            self.curtain.hide()
            set_reachable(self.holder, True)

    def _draw_border(self) -> None:
        borders = self.theme.tokens.table["border"]
        width = {State.PINNED: borders["pinned"], State.OUT_OF_SYNC: borders["alert"]}
        self._border = width.get(self._model.shown_state, borders["hair"])
        self._box.setContentsMargins(self._border, self._border, self._border, self._border)
        self._box.activate()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        model, theme = self._model, self.theme
        slot = model.effective.slot if model.effective else None
        tokens = {State.PINNED: theme.slot_ink(slot), State.OUT_OF_SYNC: "danger"}
        half = self._border / 2
        painter.setPen(QPen(theme.color(tokens.get(model.shown_state, "line")), self._border))
        painter.setBrush(theme.color("surface"))
        radius = theme.tokens.radius("pane")
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), radius, radius)

    def _open_menu(self, where: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        model = self._model
        if model.state is State.PINNED:
            self._entry(menu, self.tr("Slipp"), "Alt+P", self.release_asked)
        elif model.effective is not None and model.may_pin:
            text = self.tr("Fest til {name}").format(name=model.effective.name.full)
            self._entry(menu, text, "Alt+P", self.pin_asked, enabled=model.shown_state is State.FOLLOWING)
        self._entry(
            menu, self.tr("Synkroniser"), "Alt+S", self.sync_asked, enabled=model.state is not State.PINNED
        )
        if len(self._siblings) > 1:
            self._entry(menu, self.tr("Vis ved siden av"), "", self.apart_asked)
        menu.addSeparator()
        for step, text, keys in (
            (1, self.tr("Større i panelet"), "Ctrl++"),
            (-1, self.tr("Mindre i panelet"), "Ctrl+-"),
            (0, self.tr("Vanlig størrelse ({percent} %)").format(percent=self.look.percent), "Ctrl+0"),
        ):
            action = menu.addAction(f"{text}\t{keys}")
            action.setEnabled(step != 0 or self.look.percent != 100)
            action.triggered.connect(lambda _checked=False, step=step: self.zoom(step))
        menu.addSeparator()
        if exempt := AppTexts(menu).exemption(model.app):
            self._entry(menu, exempt, "", self.about_asked)
        self._entry(menu, self.tr("Om {app}").format(app=model.app.name), "", self.about_asked)
        self._entry(menu, self.tr("Lukk {app}").format(app=model.app.name), "Ctrl+W", self.close_asked)
        menu.popup(where)

    def _entry(self, menu: QMenu, text: str, keys: str, signal: object, *, enabled: bool = True) -> None:
        action = menu.addAction(f"{text}\t{keys}" if keys else text)
        action.setEnabled(enabled)
        emit = signal.emit  # type: ignore[attr-defined]  # a bound signal, which the stubs type as Signal
        key = self.key
        action.triggered.connect(lambda: emit(key))
