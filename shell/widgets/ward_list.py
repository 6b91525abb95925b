"""The start list of a ward: who, where, why, what is due, what was seen last, what is new (02)."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from shell.presenters.view_models import EmptyModel, WardListModel, WardRowModel
from shell.theme.theme import Theme
from shell.widgets.formats import clock_text, day_text
from shell.widgets.list_card import ListCard
from shell.widgets.list_columns import WARD_COLUMNS
from shell.widgets.list_model import ListModel, RowFilter
from shell.widgets.search_field import SearchField
from shell.widgets.segments import Segments
from shell.widgets.themed import ShortLabel, ThemedWidget, label

FILTERS: tuple[RowFilter, ...] = ("all", "overdue", "now", "new")


class WardList(ThemedWidget):
    """``opened(key, in_new_tab)``, ``empty_acted(key)``."""

    opened = Signal(str, bool)
    empty_acted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._model: WardListModel | None = None
        self._failed: EmptyModel | None = None
        self.title = label("title", self)
        self.subtitle = ShortLabel("sub", self)
        self.filters = Segments(theme, self)
        self.filters.add("all")
        self.filters.add("overdue", "overdue", "danger")
        self.filters.add("now", "clock")
        self.filters.add("new", "new")
        self.filters.chosen.connect(lambda _: self._refresh())
        self.field = SearchField(theme, self)
        self.field.changed.connect(lambda _: self._refresh())
        self.field.entered.connect(self.focus_list)
        self.rows: ListModel[WardRowModel] = ListModel(WARD_COLUMNS, self)
        self.card = ListCard(theme, self.rows, self)
        self.view = self.card.view
        self.view.opened.connect(self.opened)
        self.card.empty.acted.connect(self._empty_acted)
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
        self.field.setMinimumWidth(150)
        self.field.setMaximumWidth(230)
        box = QVBoxLayout(self)
        margin = theme.tokens.size("page-margin")
        box.setContentsMargins(margin, 12, margin, 0)
        box.setSpacing(12)
        box.addLayout(head)
        box.addWidget(self.card, 1)
        self.retranslate()

    def set_list(self, model: WardListModel) -> None:
        """Rows in the order of their rooms; the row in front stays in front by its key."""
        if model == self._model and self._failed is None:
            return
        key = self.view.current_key()
        self._model = model
        self._failed = None
        self._say()
        self.rows.set_rows(model.rows, self.sentence)
        self._refresh(key)

    def clear(self) -> None:
        """Nothing of the last user stays: rows, counts, title, chosen filter, words in the field."""
        self._model = None
        self._failed = None
        self.title.clear()
        self.subtitle.clear()
        self.filters.choose("all")
        self.field.edit.clear()
        self.rows.set_rows((), self.sentence)
        self._say()
        self._refresh()

    def set_empty(self, model: EmptyModel | None) -> None:
        """Something else than rows: not read, not allowed, nobody here."""
        self._failed = model
        self._refresh()

    def focus_list(self) -> None:
        self.view.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def focus_filter(self) -> None:
        self.field.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.edit.selectAll()

    def sentence(self, row: WardRowModel) -> str:
        """A row for who listens."""
        room = self.tr("Rom")
        parts = [f"{room} {row.room}", row.name.full]
        if row.age is not None:
            parts.append(self.tr("{age} år").format(age=row.age))
        if row.alike and row.born is not None:
            parts.append(f"{row.born:%d.%m.%Y}")
        parts += [self.tr("Navnelik")] if row.alike else []
        parts += ["CAVE"] if row.cave else []
        parts.append(row.why)
        if row.due is not None:
            parts.append(f"{self._due_words(row)} {row.due.text}")
        if row.observation:
            parts.append(row.observation)
        new = self.tr("Nytt")
        parts += [f"{new}: {row.news}"] if row.news else []
        return ", ".join(part for part in parts if part)

    def retranslate(self) -> None:
        self.field.say(self.tr("Filtrer på navn eller rom"), self.tr("Tøm feltet"))
        self.view.setAccessibleName(self.tr("Beboere"))
        self.view.painter.words = {
            "overdue": self.tr("Forfalt {minutes} min"),
            "now": self.tr("Nå {time}"),
            "alike": self.tr("Navnelik"),
            "opening": self.tr("Åpner …"),
        }
        self._say()
        self._refresh(self.view.current_key())

    def _due_words(self, row: WardRowModel) -> str:
        assert row.due is not None
        if row.due.urgency == "overdue":
            return self.tr("Forfalt {minutes} min").format(minutes=max(1, -row.due.minutes))
        return clock_text(row.due.when)

    def _say(self) -> None:
        model = self._model
        since = model.shift_start if model else ""
        self.rows.set_heads(
            {
                "room": self.tr("Rom"),
                "name": self.tr("Navn og alder"),
                "why": self.tr("Hvorfor her"),
                "due": self.tr("Å gjøre"),
                "observed": self.tr("Siste observasjon"),
                "news": self.tr("Nytt siden {time}").format(time=since) if since else self.tr("Nytt"),
            }
        )
        self.filters.setVisible(model is not None)
        self.field.setVisible(model is not None)
        counts = {"all": 0, "overdue": 0, "now": 0, "new": 0}
        for row in model.rows if model else ():
            counts["all"] += 1
            counts["new"] += bool(row.news)
            if row.due is not None and row.due.urgency in counts:
                counts[row.due.urgency] += 1
        words = {
            "all": self.tr("Alle"),
            "overdue": self.tr("Forfalt"),
            "now": self.tr("Nå"),
            "new": self.tr("Nytt"),
        }
        for segment in self.filters.segments():
            segment.say(words[segment.key], str(counts[segment.key]))
        if model is not None:
            self.title.setText(model.ward)
            self.subtitle.setText(f"{self._count_words(len(model.rows))} · {self._shift_words(model)}")

    def _count_words(self, count: int) -> str:
        return self.tr("1 beboer") if count == 1 else self.tr("{count} beboere").format(count=count)

    def _shift_words(self, model: WardListModel) -> str:
        day = day_text(self.locale(), model.day)
        if model.shift == "night":
            return self.tr("nattevakt, natt til {day}").format(day=day)
        if model.shift == "evening":
            return self.tr("kveldsvakt {day}").format(day=day)
        return self.tr("dagvakt {day}").format(day=day)

    def _refresh(self, key: str = "") -> None:
        kind = self.filters.current()
        chosen: RowFilter = next((item for item in FILTERS if item == kind), "all")
        had = key or self.view.current_key()
        self.rows.set_filter(chosen, self.field.text())
        self.card.show_empty(self._empty())
        number = self.rows.number_of(had)
        if self.rows.rows():
            self.view.go_to(max(0, number))

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
            "overdue": self.tr("Ingen forfalte gjøremål"),
            "now": self.tr("Ingenting å gjøre akkurat nå"),
            "new": self.tr("Ingenting nytt på denne vakta"),
            "all": self.tr("Ingen beboere på denne lista"),
        }
        kind = self.filters.current()
        if kind == "all":
            return EmptyModel("empty", titles["all"], "", self.tr("Les på nytt"), "reload")
        return EmptyModel("empty", titles[kind], self._next_due(), self.tr("Vis alle"), "filter-clear")

    def _next_due(self) -> str:
        """*Neste er kl. 04:00: snu i seng, rom 201.*"""
        waiting = [row for row in self.rows.everything() if row.due is not None]
        first = min(waiting, key=lambda row: row.due.when if row.due else 0, default=None)
        if first is None or first.due is None:
            return ""
        return self.tr("Neste er kl. {time}: {what}, rom {room}.").format(
            time=clock_text(first.due.when), what=first.due.text, room=first.room
        )

    def _empty_acted(self, key: str) -> None:
        if key == "filter-clear":
            self.field.edit.clear()
            self.filters.choose("all")
            self._refresh()
            self.focus_list()
        else:
            self.empty_acted.emit(key)
