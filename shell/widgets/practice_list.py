"""The start list of a GP: today, tomorrow, the whole list; the inbox beside it, the keys below (11)."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from shell.presenters.view_models import EmptyModel, PracticeListModel, VisitRowModel
from shell.theme.theme import Theme
from shell.widgets.formats import clock_text, day_text, number_text, sentence_case
from shell.widgets.inbox_panel import InboxPanel
from shell.widgets.key_hints import KeyHints
from shell.widgets.list_card import ListCard
from shell.widgets.list_columns import DAY_COLUMNS
from shell.widgets.list_model import ListModel
from shell.widgets.search_field import SearchField
from shell.widgets.segments import Segments
from shell.widgets.themed import ShortLabel, ThemedWidget, label

INBOX_FROM = 1100


class PracticeList(ThemedWidget):
    """``opened(key, in_new_tab)``, ``inbox_opened(key)``, ``empty_acted(key)``, ``help_asked()``."""

    opened = Signal(str, bool)
    inbox_opened = Signal(str)
    empty_acted = Signal(str)
    help_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._model: PracticeListModel | None = None
        self._failed: EmptyModel | None = None
        self.title = label("title", self)
        self.subtitle = ShortLabel("sub", self)
        self.filters = Segments(theme, self)
        for key in ("today", "tomorrow", "listed"):
            self.filters.add(key)
        self.filters.chosen.connect(lambda _: self._fill())
        self.field = SearchField(theme, self)
        self.field.changed.connect(lambda _: self._refresh())
        self.field.entered.connect(self.focus_list)
        self.field.setMinimumWidth(150)
        self.field.setMaximumWidth(250)
        self.rows: ListModel[VisitRowModel] = ListModel(DAY_COLUMNS, self)
        self.card = ListCard(theme, self.rows, self)
        self.view = self.card.view
        self.view.opened.connect(self.opened)
        self.card.empty.acted.connect(self._empty_acted)
        self.inbox = InboxPanel(theme, self)
        self.inbox.opened.connect(self.inbox_opened)
        self.hints = KeyHints(theme, self)
        self.hints.help_asked.connect(self.help_asked)
        names = QVBoxLayout()
        names.setSpacing(0)
        self.title.setMinimumHeight(30)
        self.subtitle.setMinimumHeight(20)
        names.addWidget(self.title)
        names.addWidget(self.subtitle)
        head = QHBoxLayout()
        head.setSpacing(20)
        head.addLayout(names, 1)
        head.addWidget(self.filters)
        head.addWidget(self.field)
        middle = QHBoxLayout()
        middle.setSpacing(12)
        middle.addWidget(self.card, 1)
        middle.addWidget(self.inbox, alignment=Qt.AlignmentFlag.AlignTop)
        page = QVBoxLayout()
        margin = theme.tokens.size("page-margin")
        page.setContentsMargins(margin, 12, margin, 0)
        page.setSpacing(12)
        page.addLayout(head)
        page.addLayout(middle, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addLayout(page, 1)
        box.addWidget(self.hints)
        self.retranslate()

    def set_list(self, model: PracticeListModel) -> None:
        """Three lists in one; the chosen one and the row in front stay."""
        if model == self._model and self._failed is None:
            return
        self._model = model
        self._failed = None
        self.inbox.set_items(model.inbox)
        self._fill()

    def clear(self) -> None:
        """Nothing of the last user stays: rows, counts, title, chosen filter, words in the field."""
        self._model = None
        self._failed = None
        self.title.clear()
        self.subtitle.clear()
        self.filters.choose("today")
        self.field.edit.clear()
        self.inbox.set_items(())
        self._fill()

    def set_empty(self, model: EmptyModel | None) -> None:
        self._failed = model
        self._refresh()

    def focus_list(self) -> None:
        self.view.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def focus_filter(self) -> None:
        self.field.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.edit.selectAll()

    def sentence(self, row: VisitRowModel) -> str:
        """A row for who listens."""
        parts = [clock_text(row.start) if row.start else "", row.name.full]
        if row.age is not None:
            parts.append(self.tr("{age} år").format(age=row.age))
        if row.alike and row.born is not None:
            parts.append(f"{row.born:%d.%m.%Y}")
        parts += [self.tr("Navnelik")] if row.alike else []
        parts += ["CAVE"] if row.cave else []
        parts += [row.why, self.view.painter.words.get(row.mode or "", "")]
        parts.append(self.view.painter.words.get(row.status or "", ""))
        new = self.tr("Nytt")
        parts += [f"{new}: {row.news}"] if row.news else []
        return ", ".join(part for part in parts if part and part != ", ")

    def retranslate(self) -> None:
        self.field.say(self.tr("Filtrer på navn eller årsak"), self.tr("Tøm feltet"))
        self.view.setAccessibleName(self.tr("Pasienter"))
        self.view.painter.words = {
            "alike": self.tr("Navnelik"),
            "opening": self.tr("Åpner …"),
            "years": self.tr("{age} år"),
            "waited": self.tr("Venter {minutes} min"),
            "booked": self.tr("Ikke kommet"),
            "arrived": self.tr("Venter"),
            "started": self.tr("I gang"),
            "fulfilled": self.tr("Ferdig"),
            "noshow": self.tr("Ikke møtt"),
            "cancelled": self.tr("Avlyst"),
            "office": self.tr("Kontor"),
            "phone": self.tr("Telefon"),
            "video": self.tr("Video"),
            "home": self.tr("Hjemme"),
        }
        self.rows.set_heads(
            {
                "time": self.tr("Tid"),
                "name": self.tr("Navn og alder"),
                "why": self.tr("Årsak"),
                "mode": self.tr("Måte"),
                "status": self.tr("Status"),
                "news": self.tr("Nytt siden sist"),
            }
        )
        self._fill()

    def _fill(self) -> None:
        model = self._model
        counts = {"today": "", "tomorrow": "", "listed": ""}
        self.filters.setVisible(model is not None)
        self.field.setVisible(model is not None)
        if model is not None:
            counts["listed"] = number_text(len(model.listed))
            self.title.setText(sentence_case(day_text(self.locale(), model.day)))
            self.subtitle.setText(self._day_words(model))
        words = {
            "today": self.tr("I dag"),
            "tomorrow": self.tr("I morgen"),
            "listed": self.tr("Min liste"),
        }
        for segment in self.filters.segments():
            segment.say(words[segment.key], counts[segment.key])
        rows = self._chosen_rows()
        key = self.view.current_key()
        self.rows.set_rows(rows, self.sentence)
        self._refresh(key)

    def _chosen_rows(self) -> tuple[VisitRowModel, ...]:
        if self._model is None:
            return ()
        lists = {"today": self._model.today, "tomorrow": self._model.tomorrow, "listed": self._model.listed}
        return lists[self.filters.current() or "today"]

    def _day_words(self, model: PracticeListModel) -> str:
        visits = [row for row in model.today if row.key]
        done = sum(row.status == "fulfilled" for row in visits)
        waiting = sum(row.status == "arrived" for row in visits)
        parts = [
            self.tr("1 time") if len(visits) == 1 else self.tr("{count} timer").format(count=len(visits)),
            self.tr("1 ferdig") if done == 1 else self.tr("{count} ferdige").format(count=done),
            self.tr("{count} venter").format(count=waiting),
        ]
        return " · ".join(parts)

    def _refresh(self, key: str = "") -> None:
        had = key or self.view.current_key()
        self.rows.set_filter("all", self.field.text())
        self.card.show_empty(self._empty())
        if self.rows.rows():
            self.view.go_to(max(0, self.rows.number_of(had)))

    def _empty(self) -> EmptyModel | None:
        if self._failed is not None:
            return self._failed
        if self.rows.rows() or self._model is None:
            return None
        if self.field.text():
            title = self.tr("Ingen treff på «{text}»").format(text=self.field.text())
            text = self.tr("Sjekk skrivemåten, eller søk med Ctrl K.")
            return EmptyModel("search", title, text, self.tr("Nullstill"), "filter-clear")
        titles = {
            "today": self.tr("Ingen timer i dag"),
            "tomorrow": self.tr("Ingen timer i morgen"),
            "listed": self.tr("Ingen på lista"),
        }
        title = titles[self.filters.current() or "today"]
        return EmptyModel("empty", title, "", self.tr("Les på nytt"), "reload")

    def _empty_acted(self, key: str) -> None:
        if key == "filter-clear":
            self.field.edit.clear()
            self.focus_list()
        else:
            self.empty_acted.emit(key)
