"""The top strip: start list, patients, search, connection, clock, user, lock; 48 pixels that never wrap."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from shell.presenters.view_models import Connection, HomeModel, PatientTabModel, UserModel
from shell.theme.stylesheet import STRIP_PERCENT
from shell.theme.theme import Theme
from shell.widgets.button import Button
from shell.widgets.formats import clock_text
from shell.widgets.kept import delete_later
from shell.widgets.key_caps import caps_width, draw_caps
from shell.widgets.patient_tab import HomeTab, PatientTab
from shell.widgets.plain_tip import plain_tip
from shell.widgets.runs import centered_baseline
from shell.widgets.themed import ThemedWidget, label

SEARCH_WIDE, SEARCH_NARROW, SEARCH_ICON = 320, 186, 44
USER_SQUARE = 30
CONTROL = 34
LARGEST_TWO_LINES = 125


class SearchButton(QAbstractButton):
    """Looks like a field, opens the palette."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._words = ("", "")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFixedSize(SEARCH_WIDE, CONTROL)

    def say(self, long: str, short: str) -> None:
        self._words = (long, short)
        self.setAccessibleName(long)
        self.setToolTip(plain_tip(f"{long}, Ctrl K"))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        painter.setPen(QPen(theme.color("line-strong"), 1))
        painter.setBrush(theme.color("surface-hover" if self.underMouse() else "surface"))
        radius = theme.tokens.radius("control")
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.drawPixmap(QPointF(12, (self.height() - 18) / 2), theme.icon("search", "text-soft", 18))
        if self.width() < SEARCH_NARROW:
            return
        keys = ("Ctrl K",) if theme.percent <= LARGEST_TWO_LINES else ()
        caps = caps_width(theme, keys)
        draw_caps(painter, theme, keys, self.width() - caps - 8, self.height() / 2, "text-soft")
        with theme.at_most(STRIP_PERCENT):
            metrics = theme.metrics("small")
            painter.setFont(theme.font("small"))
        room = self.width() - caps - 52
        text = next((word for word in self._words if metrics.horizontalAdvance(word) <= room), "")
        painter.setPen(theme.color("text-faint"))
        painter.drawText(QPointF(37, centered_baseline(metrics, self.rect())), text)


class UserButton(QAbstractButton):
    """Initials, name and role; the name goes into the tooltip where there is no room."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._user: UserModel | None = None
        self.short = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(40)

    def set_user(self, user: UserModel | None) -> None:
        self._user = user
        self.setVisible(user is not None)
        if user is not None:
            self.setAccessibleName(f"{user.name}, {user.role}")
            self.setToolTip(plain_tip(f"{user.name}\n{user.role}"))
        self.updateGeometry()
        self.update()

    def set_short(self, short: bool) -> None:
        self.short = short
        self.updateGeometry()
        self.update()

    @property
    def hidden_name(self) -> bool:
        """Two lines of larger text find no room in the strip."""
        return self.short or self._theme.percent > LARGEST_TWO_LINES

    def sizeHint(self) -> QSize:
        if self._user is None or self.hidden_name:
            return QSize(USER_SQUARE, 40)
        small = self._theme.metrics("small").horizontalAdvance(self._user.name)
        role = self._theme.metrics("label", 400).horizontalAdvance(self._user.role)
        return QSize(USER_SQUARE + 8 + max(small, role) + 1, 40)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._user is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        square = QRectF(0.5, (self.height() - USER_SQUARE) / 2 + 0.5, USER_SQUARE - 1, USER_SQUARE - 1)
        painter.setPen(QPen(theme.color("line-strong"), 1))
        painter.setBrush(theme.color("surface"))
        painter.drawRoundedRect(square, 5, 5)
        painter.setPen(theme.color("text"))
        initials = QFont(theme.font("label", 700))
        initials.setPixelSize(13)
        painter.setFont(initials)
        painter.drawText(square, Qt.AlignmentFlag.AlignCenter, self._user.initials)
        if self.hidden_name:
            return
        left = USER_SQUARE + 8
        painter.setFont(theme.font("small"))
        painter.drawText(QPointF(left, 17), self._user.name)
        painter.setFont(theme.font("label", 400))
        painter.setPen(theme.color("text-soft"))
        painter.drawText(QPointF(left, 33), self._user.role)


class ConnectionState(ThemedWidget):
    """Icon and word; quiet when all is well, red when not."""

    LOOKS = {
        "connected": ("online", "ok"),
        "offline": ("wifioff", "danger"),
        "reconnecting": ("wait", "warn"),
        "record-away": ("server", "danger"),
    }

    def __init__(self, theme: Theme, parent: QWidget | None = None, back: str = "chrome") -> None:
        super().__init__(theme, parent)
        self._connection: Connection = "connected"
        self._back = back
        self._short = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.retranslate()

    def set_connection(self, connection: Connection) -> None:
        self._connection = connection
        self.retranslate()
        self.updateGeometry()
        self.update()

    def set_short(self, short: bool) -> None:
        """Without the word, which stands in the tooltip then; only while all is well."""
        self._short = short
        self.updateGeometry()
        self.update()

    def _shows_word(self) -> bool:
        return not self._short or self._connection != "connected"

    def word(self) -> str:
        words = {
            "connected": self.tr("Tilkoblet"),
            "offline": self.tr("Uten nett"),
            "reconnecting": self.tr("Kobler til"),
            "record-away": self.tr("Journalen svarer ikke"),
        }
        return words[self._connection]

    def retranslate(self) -> None:
        self.setAccessibleName(self.word())
        self.setToolTip(plain_tip(self.word()))

    def sizeHint(self) -> QSize:
        if not self._shows_word():
            return QSize(18, self.theme.scaled(24))
        with self.theme.at_most(STRIP_PERCENT):
            width = self.theme.metrics("small", 500).horizontalAdvance(self.word())
            return QSize(23 + width, self.theme.scaled(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        icon, ink = self.LOOKS[self._connection]
        painter.drawPixmap(QPointF(0, (self.height() - 18) / 2), self.theme.icon(icon, ink, 18))
        if not self._shows_word():
            return
        painter.setPen(self.theme.color(ink))
        with self.theme.at_most(STRIP_PERCENT):
            painter.setFont(self.theme.font("small", 500))
            baseline = centered_baseline(self.theme.metrics("small", 500), self.rect())
        painter.drawText(QPointF(23, baseline), self.word())


class TopStrip(ThemedWidget):
    """``home_asked()``, ``tab_chosen(key)``, ``tab_closed(key)``, ``search_asked()``, ``user_asked()``, ``lock_asked()``."""

    home_asked = Signal()
    tab_chosen = Signal(str)
    tab_closed = Signal(str)
    search_asked = Signal()
    user_asked = Signal()
    lock_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._tabs: list[PatientTab] = []
        self._active: str | None = None
        self.setFixedHeight(theme.tokens.size("top-strip"))
        self.home = HomeTab(theme, self)
        self.home.clicked.connect(self.home_asked)
        self.search = SearchButton(theme, self)
        self.search.clicked.connect(self.search_asked)
        self.connection = ConnectionState(theme, self)
        self.clock = label("clock", self)
        self.user = UserButton(theme, self)
        self.user.clicked.connect(self.user_asked)
        self.user.hide()
        self.lock = Button(theme, "secondary", "lock", self)
        self.lock.setProperty("tall", "strip")
        self.lock.clicked.connect(self.lock_asked)
        self._tab_box = QHBoxLayout()
        self._tab_box.setSpacing(2)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(8, 0, 12, 0)
        self._row.setSpacing(10)
        self._tab_box.addWidget(self.home)
        self._row.addLayout(self._tab_box)
        self._row.setAlignment(self._tab_box, Qt.AlignmentFlag.AlignBottom)
        self._row.addStretch(1)
        for widget in (self.search, self.connection, self.clock, self.user, self.lock):
            self._row.addWidget(widget)
        self.retranslate()
        self.set_tabs((), None)

    def set_tabs(self, models: tuple[PatientTabModel, ...], active: str | None) -> None:
        """Patients in the order of their slots; ``active`` None puts the start list in front."""
        while len(self._tabs) > len(models):
            gone = self._tabs.pop()
            self._tab_box.removeWidget(gone)
            gone.hide()
            delete_later(gone)
        while len(self._tabs) < len(models):
            tab = PatientTab(self.theme, self)
            tab.clicked.connect(self._chosen)
            tab.close_asked.connect(self._closed)
            self._tab_box.addWidget(tab)
            tab.show()
            self._tabs.append(tab)
        self._active = active
        for tab, model in zip(self._tabs, models, strict=True):
            tab.active = model.key == active
            tab.set_patient(model)
        self.home.set_active(active is None)
        self._arrange()

    def set_home(self, model: HomeModel) -> None:
        self.home.set_home(model)
        self._arrange()

    def set_now(self, now: datetime) -> None:
        self.clock.setText(clock_text(now))
        self.clock.setAccessibleName(self.tr("Klokka er {time}").format(time=clock_text(now)))

    def set_user(self, user: UserModel | None) -> None:
        self.user.set_user(user)
        self._arrange()

    def set_connection(self, connection: Connection) -> None:
        self.connection.set_connection(connection)
        self._arrange()

    def tabs(self) -> list[PatientTab]:
        return list(self._tabs)

    def keys(self) -> list[str]:
        return [tab.model.key for tab in self._tabs if tab.model is not None]

    def focus_tabs(self) -> None:
        chosen = next((tab for tab in self._tabs if tab.active), self.home)
        chosen.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Topplinje"))
        self.search.say(self.tr("Søk pasient, app eller handling"), self.tr("Søk"))
        self.lock.say(self.tr("Lås"), self.tr("Lås, Ctrl L"))
        for tab in self._tabs:
            if tab.model is not None:
                tab.set_patient(tab.model)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.theme.color("chrome"))

    def restyle(self) -> None:
        self._arrange()

    def _arrange(self) -> None:
        """Give way step by step: the user's name, the search field, labels of tabs that are not in front, words of
        home and connection; then the name in front stands on two lines, and at last the clock goes. It is never cut."""
        steps = (
            (SEARCH_WIDE, False, False, False, True),
            (SEARCH_NARROW, True, False, False, True),
            (SEARCH_ICON, True, False, False, True),
            (SEARCH_ICON, True, True, False, True),
            (SEARCH_ICON, True, True, True, True),
            (SEARCH_ICON, True, True, True, False),
        )
        for width, short_user, short_tabs, tight, clock in steps:
            self.search.setFixedWidth(width)
            self.user.set_short(short_user)
            self.connection.set_short(tight)
            self.home.set_short(tight)
            self.clock.setVisible(clock)
            for tab in self._tabs:
                tab.set_short(short_tabs and not tab.active)
                tab.set_stacked(tight and tab.active, crowded=tight)
            if self._needed() <= self.width():
                break

    def _needed(self) -> int:
        margins = self._row.contentsMargins()
        parts: list[QWidget] = [self.search, self.connection, self.lock]
        parts += [part for part in (self.clock, self.user) if not part.isHidden()]
        fixed = sum(max(part.sizeHint().width(), part.minimumWidth()) + self._row.spacing() for part in parts)
        tabs = self.home.sizeHint().width() + sum(tab.sizeHint().width() + 2 for tab in self._tabs)
        return margins.left() + margins.right() + fixed + tabs

    def _chosen(self) -> None:
        tab = self.sender()
        if isinstance(tab, PatientTab) and tab.model is not None:
            self.tab_chosen.emit(tab.model.key)

    def _closed(self) -> None:
        tab = self.sender()
        if isinstance(tab, PatientTab) and tab.model is not None:
            self.tab_closed.emit(tab.model.key)
