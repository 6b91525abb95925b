"""The one window: sign-in, desk and lock over each other; what may be called and heard stands in README.md."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, SignalInstance
from PySide6.QtWidgets import QApplication, QWidget

from context.pane_state import State
from shell.presenters.view_models import (
    BannerModel,
    Connection,
    EmptyModel,
    HomeModel,
    LockModel,
    OverviewModel,
    PatientTabModel,
    PracticeListModel,
    ProgramModel,
    RailItemModel,
    StripModel,
    ToastModel,
    UserModel,
    WardListModel,
)
from shell.theme.theme import Theme
from shell.translations import Translations
from shell.windows.shortcuts import ShortcutMap
from shell.windows.window_dialogs import WindowDialogs
from shell.windows.window_keys import WindowKeys

if TYPE_CHECKING:
    from shell.widgets.pane_area import PaneArea
    from shell.windows.workplace import Workplace

SMALLEST = QSize(1024, 640)
USUAL = QSize(1366, 768)


class MainWindow(WindowDialogs):
    """Shows what it is given and says what the user wants."""

    def __init__(
        self, theme: Theme, translations: Translations, *, version: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, translations, version, parent)
        self._translations = translations
        self._active: str | None = None
        self._user: UserModel | None = None
        self._connection: Connection | None = None
        self._now: datetime | None = None
        self._programs: tuple[ProgramModel, ...] = ()
        self.setLocale(translations.locale)
        translations.changed.connect(self._language_changed)
        self.setWindowTitle("Vaktrom")
        self.setWindowIcon(theme.mark(64))
        self.setMinimumSize(SMALLEST)
        self.shortcuts = ShortcutMap(self)
        self.keys = WindowKeys(self)
        self.shortcuts.triggered.connect(self.keys.run)
        self._connect()
        self._show_page(self.sign_in)
        self.resize(USUAL)

    def _new_workplace(self) -> Workplace:
        from shell.windows.workplace import Workplace

        return Workplace(self.theme, self)

    def _furnished(self, made: Workplace) -> None:
        made.desk.top.set_user(self._user)
        if self._connection is not None:
            made.desk.top.set_connection(self._connection)
        if self._now is not None:
            self.set_now(self._now)
        self._connect_workplace(made)

    # pages

    def show_sign_in(self) -> None:
        """Page 01; the lists are emptied here, the rest of the last user is taken from the desk by its own calls."""
        if self._made is not None:
            self.close_palette()
            self.end_question()
            self.end_encounter()
            self.end_open()
            self.end_access()
            self.desk.start.clear()
            self.desk.toasts.clear()
        self._show_page(self.sign_in)

    def show_start_list(self) -> None:
        self.desk.show_start()
        if self.page is self.lock:
            return
        self._show_page(self.desk)
        if self.overlay.dialog is None:
            self.desk.start.front().focus_list()

    def show_workspace(self) -> None:
        self.desk.show_panes()
        if self.page is not self.lock:  # what comes late never uncovers a locked screen
            self._show_page(self.desk)

    def show_lock(self, model: LockModel) -> None:
        """Cover everything at once."""
        self.close_palette()
        self.end_question()
        self.end_encounter()
        self.end_open()
        self.end_access()
        self.desk.toasts.clear()
        self.lock.show_lock(model)
        self._show_page(self.lock)
        self.lock.unlock.setFocus()
        self.announcer.say(self.lock.title.text(), urgent=True)

    def hide_lock(self) -> None:
        """Back to what lay below the lock."""
        if self._made is not None and self.page is self.lock:
            self.lock.clear_view()
            self._show_page(self.desk)

    # what is shown

    def set_home(self, model: HomeModel) -> None:
        self.desk.top.set_home(model)

    def set_user(self, user: UserModel | None) -> None:
        self._user = user
        if self._made is not None:
            self.desk.top.set_user(user)

    def set_connection(self, connection: Connection) -> None:
        self._connection = connection
        if self._made is not None:
            self.desk.top.set_connection(connection)
        self.sign_in.set_connection(connection)

    def set_now(self, now: datetime) -> None:
        """The time of the clocks; aware and local."""
        self._now = now
        if self._made is not None:
            self.desk.top.set_now(now)
            self.lock.set_now(now)

    def set_tabs(self, tabs: tuple[PatientTabModel, ...], active: str | None) -> None:
        """Patient tabs; ``active`` None: the start list is in front."""
        self._active = active
        self.desk.top.set_tabs(tabs, active)

    def set_banner(self, model: BannerModel | None) -> None:
        """The patient whom the hub has confirmed (S1); another patient is announced."""
        before = self.desk.banner.model
        self.desk.banner.set_banner(model)
        was = before.patient.key if before is not None else None
        if model is not None and model.patient.key != was:
            self.announcer.say(self.desk.banner.sentence(), urgent=True)

    def set_rail(self, items: tuple[RailItemModel, ...]) -> None:
        self.desk.rail.set_items(items)

    def set_programs(self, models: tuple[ProgramModel, ...]) -> None:
        """Programs with windows of their own: each in the rail, and below the banner whatever does not follow."""
        before = {line.model: line.sentence() for line in self.desk.programs.lines()}
        follows = {model.key for model in self._programs if model.state is State.FOLLOWING}
        warned = {model.key for model in before if model is not None}
        self._programs = models
        self.desk.rail.set_programs(models)
        self.desk.programs.set_programs(models)
        for line in self.desk.programs.lines():
            if line.sentence() not in before.values():
                self.announcer.say(line.sentence(), urgent=True)
        for model in models:
            if model.key in warned - follows and model.state is State.FOLLOWING and not model.suspended:
                self.announcer.say(self.desk.programs.texts.follows_again(model))

    def set_ward_list(self, model: WardListModel) -> None:
        self.desk.start.bring(self.desk.start.ward)
        self.desk.start.ward.set_list(model)

    def set_practice_list(self, model: PracticeListModel) -> None:
        self.desk.start.bring(self.desk.start.practice)
        self.desk.start.practice.set_list(model)

    def set_overview(self, model: OverviewModel) -> None:
        """The start page of a user without a list."""
        self.desk.start.bring(self.desk.start.overview)
        self.desk.start.overview.set_overview(model)

    def set_list_empty(self, model: EmptyModel | None) -> None:
        """Something in place of the list's rows; ``None`` shows them again."""
        self.desk.start.front().set_empty(model)

    def set_opening(self, keys: frozenset[str]) -> None:
        """Patients who were chosen and are not confirmed yet: their rows say so."""
        if self._made is not None:
            for page in (self.desk.start.ward, self.desk.start.practice):
                page.view.set_opening(keys)

    def set_strip(self, model: StripModel | None) -> None:
        if model is None and self._made is None:
            return
        before = self.desk.strip.model
        self.desk.strip.set_strip(model)
        if model is not None and (before is None or before.kind != model.kind):
            self.announcer.say(self.desk.strip.sentence(), urgent=True)

    def toast(self, model: ToastModel) -> None:
        """At the bottom right of the page in front."""
        (self.desk.toasts if self.page is self.desk else self.night_toasts).add(model)

    def take_toast(self, key: str) -> None:
        if self._made is None:
            return
        self.desk.toasts.take(key)
        self.night_toasts.take(key)

    # panes

    def add_area(self, key: str) -> PaneArea:
        """A pane area; it lies below the others until it is shown."""
        area = self.desk.add_area(key)
        for signal, target in (
            (area.pin_asked, self.pane_pin_asked),
            (area.release_asked, self.pane_release_asked),
            (area.sync_asked, self.pane_sync_asked),
            (area.close_asked, self.pane_close_asked),
            (area.about_asked, self.pane_about_asked),
            (area.answered, self.permission_answered),
            (area.visible_changed, self.panes_visible_changed),
            (area.pane_focused, self.pane_focused),
            (area.state_told, self.announcer.say),
        ):
            signal.connect(target)
        return area

    def area(self, key: str) -> PaneArea:
        """Raises KeyError for an area that is not there."""
        return self.desk.areas[key]

    def show_area(self, key: str) -> None:
        """Raise an area; raises KeyError for one that is not there."""
        self.desk.bring_area(key)
        self.panes_visible_changed.emit()

    def remove_area(self, key: str) -> None:
        """Take an area away with its frames."""
        self.desk.remove_area(key)

    # inside

    @property
    def language(self) -> str:
        """``nb`` or ``en``."""
        return self._translations.language

    @property
    def active_patient(self) -> str | None:
        """Key of the tab in front."""
        return self._active

    def _show_page(self, page: QWidget) -> None:
        self._pages.setCurrentWidget(page)
        at_desk = self._made is not None and page is self._made.desk
        self.shortcuts.set_desk(at_desk)
        if self._made is not None:
            toasts = self._made.night_toasts
            toasts.setVisible(not at_desk and bool(toasts.toasts()))
        self.ring.follow()

    def _place_night_toasts(self) -> None:
        toasts = self.night_toasts
        toasts.resize(toasts.sizeHint())
        toasts.move(self.width() - toasts.width() - 16, self.height() - toasts.height() - 48)
        toasts.raise_()

    def _connect_workplace(self, made: Workplace) -> None:
        desk, top = made.desk, made.desk.top
        made.night_toasts.told.connect(lambda text, urgent: self.announcer.say(text, urgent=urgent))
        made.night_toasts.acted.connect(self.toast_acted)
        made.night_toasts.resized.connect(self._place_night_toasts)
        ward, practice = desk.start.ward, desk.start.practice
        for signal, target in (
            (top.home_asked, lambda: self._from_top(self.home_asked)),
            (top.tab_chosen, lambda key: self._from_top(self.tab_chosen, key)),
            (top.tab_closed, lambda key: self._from_top(self.tab_closed, key)),
            (top.search_asked, self.open_palette),
            (top.lock_asked, self.lock_asked),
            (top.user_asked, self._open_user_menu),
            (desk.rail.app_asked, self.app_asked),
            (desk.rail.program_asked, self.program_asked),
            (desk.programs.put_away, self.program_put_away),
            (desk.rail.all_apps_asked, self.all_apps_asked),
            (desk.rail.help_asked, self.show_keys),
            (desk.rail.settings_asked, lambda: self.menus.settings(desk.rail.settings)),
            (desk.banner.more_asked, self._open_patient_menu),
            (desk.strip.acted, self.strip_acted),
            (desk.toasts.acted, self.toast_acted),
            (desk.toasts.told, lambda text, urgent: self.announcer.say(text, urgent=urgent)),
            (ward.opened, self.row_opened),
            (practice.opened, self.row_opened),
            (practice.inbox_opened, self.inbox_opened),
            (practice.help_asked, self.show_keys),
            (desk.start.overview.search_asked, lambda: self.open_palette("@")),
            (desk.start.overview.help_asked, self.show_keys),
            (ward.empty_acted, self._empty_acted),
            (practice.empty_acted, self._empty_acted),
            (made.lock.acted, self.empty_acted),
            (made.lock.unlock_asked, self.unlock_asked),
            (made.lock.log_out_asked, self.log_out_asked),
            (made.palette_view.asked, self.palette_asked),
            (made.palette_view.chosen, self._palette_chosen),
            (made.palette_view.left, self.close_palette),
            (made.keys_help.left, lambda: self.overlay.close(self.keys_help)),
            (made.question.answered, self._question_answered),
            (made.encounter_question.chosen, self.encounter_answered),
            (made.encounter_question.without, lambda: self.encounter_answered.emit("")),
            (made.encounter_question.left, self.encounter_left),
            (made.activity_question.chosen, self.activity_answered),
            (made.activity_question.left, lambda: self.activity_answered.emit("", False)),
            (made.open_question.answered, self.open_answered),
            (made.access_given.withdraw_asked, self.access_withdraw_asked),
            (made.access_given.withdrawn, self.access_withdrawn),
            (made.access_given.kept, self.access_kept),
            (made.access_given.again, self.access_asked),
            (made.access_given.left, self.end_access),
            (made.overlay.dismissed, self._dismissed),
        ):
            signal.connect(target)

    def _connect(self) -> None:
        for signal, target in (
            (self.sign_in.acted, self.empty_acted),
            (self.menus.theme_chosen, self.theme_chosen),
            (self.menus.language_chosen, self.language_chosen),
            (self.menus.text_size_chosen, self.text_size_chosen),
            (self.menus.about_asked, self.about_asked),
            (self.menus.log_out_asked, self.log_out_asked),
            (self.menus.access_asked, self.access_asked),
            (self.menus.close_patient_asked, self._close_patient),
        ):
            signal.connect(target)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._focus_changed)

    def _language_changed(self) -> None:
        self.setLocale(self._translations.locale)
        if self._made is None:
            return
        for area in self.desk.areas.values():
            area.take_language(self._translations.language)

    def _focus_changed(self, _old: QWidget | None, now: QWidget | None) -> None:
        area = self._made.desk.front_area() if self._made is not None else None
        key = area.pane_with(now) if area is not None and now is not None and area.isAncestorOf(now) else None
        if area is not None and key is not None:
            area.note_focus(key)

    def _empty_acted(self, key: str) -> None:
        if key == "reload":
            self.list_reload_asked.emit()
        self.empty_acted.emit(key)

    def _palette_chosen(self, key: str, beside: bool) -> None:
        self.close_palette()
        self.palette_chosen.emit(key, beside)

    def _question_answered(self, choice: str) -> None:
        self.end_question()
        self.question_answered.emit(choice)

    def _from_top(self, signal: SignalInstance, *arguments: object) -> None:
        """Top strip and banner stay uncovered: they wait for an answer to the question, and end palette and keys."""
        if not self._asks:
            self._dismissed()
            signal.emit(*arguments)

    def _dismissed(self) -> None:
        if self.overlay.dialog is self.palette_view:
            self.close_palette()
        elif self.overlay.dialog in (self.keys_help, self.access_given):
            self.overlay.close(self.overlay.dialog)

    def _open_user_menu(self) -> None:
        if self._user is not None and not self._asks:
            self.menus.user(self.desk.top.user, f"{self._user.name}, {self._user.role}")

    def _open_patient_menu(self) -> None:
        banner = self.desk.banner
        if self._asks:
            return
        self.menus.patient(banner.more, [*banner.shown_chips(), *banner.hidden_chips()])

    def _close_patient(self) -> None:
        if self._active is not None:
            self.tab_closed.emit(self._active)

    def close_front_patient(self) -> None:
        """Ctrl Shift W."""
        self._close_patient()

    def pin_or_release(self, area: PaneArea) -> None:
        """Alt P on the pane with the keyboard."""
        key = area.focused_pane()
        if key is None:
            return
        state = area.pane(key).model.shown_state
        if state is State.PINNED:
            self.pane_release_asked.emit(key)
        elif state is State.FOLLOWING and area.pane(key).model.may_pin:
            self.pane_pin_asked.emit(key)
