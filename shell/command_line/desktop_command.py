"""``vaktrom run`` and ``vaktrom tour``."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from plugins.findings import Text
from shell.command_line.app_commands import language
from shell.command_line.choices import demand_usable, desktop_choice
from shell.command_line.display import demand_display, has_display
from shell.command_line.failures import WrongUse, texts_of
from shell.command_line.second_start import first_or_none, listen, show_the_first, told
from shell.composition.clock import SystemClock
from shell.composition.io_loop import IoLoop
from shell.composition.open_wish import Fault, OpenWish, WishRefused, wish_by_handle, wish_for, wish_of_link
from shell.composition.practice import EnvironmentChoice, prepare
from shell.composition.program_files import is_frozen
from shell.composition.program_log import logged
from shell.composition.program_version import version_line
from shell.composition.record_system import UpstreamWrong
from shell.composition.state_directory import state_directory
from shell.composition.state_key import KeyringStore, KeyringUnusable, load_state_keys
from shell.settings.demands import ClinicalAccessRefused, SettingsWrong

if TYPE_CHECKING:
    from shell.bridge.application import Program
    from shell.composition.desktop_door import DesktopDoor
    from shell.composition.session_place import SessionPlace

TOO_MANY = Text(
    "oppgi enten en lenke, --patient eller --handle, bare én av dem",
    "give a link, --patient or --handle, only one of them",
)
REFUSED_WISHES: dict[Fault, Text] = {
    "identity-number": Text(
        "fødselsnummer tas ikke imot i lenker og kommandoer; bruk pasientens id i journalen, eller søk i Vaktrom",
        "identity numbers are not taken in links and commands; give the record's id of the patient, or search in Vaktrom",
    ),
    "patient": Text(
        "dette er ikke en pasient-id; den har høyst 64 bokstaver, tall, bindestreker og punktum",
        "this is no patient id: at most 64 letters, digits, hyphens and full stops",
    ),
    "handle": Text(
        "dette er ikke et engangsmerke fra Vaktrom; be programmet som lagde det, om et nytt",
        "this is no one-time handle of Vaktrom; ask the program that made it for a new one",
    ),
    "link": Text(
        "lenken er ikke forstått; den skal se slik ut: vaktrom:open?patient=ID",
        "the link is not understood; it should look like this: vaktrom:open?patient=ID",
    ),
}


def run_desktop(
    state: Path | None,
    port: int,
    folders: Sequence[Path],
    identity_provider: Path | None,
    app_policy: Path | None = None,
    opened: Callable[[Program], None] = lambda _: None,
    wish: OpenWish | None = None,
) -> int:
    """Start the desktop and run until it is closed; ``opened`` is called when the window is shown.

    ``wish`` goes to the desktop that runs already, or waits until somebody has signed in to this one.

    Raises ``KeyringUnusable`` when records of patients would have no key.
    """
    demand_display()
    now = SystemClock().now()
    folder = state_directory(state)
    door, running = first_or_none(folder)
    if running is not None:
        return _second_start(running, bool(port or folders or identity_provider or app_policy), wish)
    held: contextlib.AbstractContextManager[DesktopDoor | None] = (
        contextlib.closing(door) if door is not None else contextlib.nullcontext()
    )
    with held, logged(folder, version_line()):
        with _told_in_a_window():
            choice = desktop_choice(folder, port, folders, identity_provider, app_policy)
            if choice.fhir_base is not None:
                load_state_keys(KeyringStore(), now)
        io = IoLoop()
        if door is not None:
            listen(door, io)
        environment = prepare(choice, now)
        demand_usable(environment, folders)
        io.submit(environment.start())  # beside the import of Qt; the desktop hears how it went
        from shell.bridge.application import run

        return run(environment, io, _attended(door, opened, wish))


def open_patient(link: str | None, patient: str | None, handle: str | None, state: Path | None) -> int:
    """Bring the desktop to the front or start it; the patient, if one is named, is asked about there."""
    ways = ((wish_of_link, link or None), (wish_for, patient), (wish_by_handle, handle))
    named = [(read, given) for read, given in ways if given is not None]
    if len(named) > 1:
        raise WrongUse(TOO_MANY.in_language(language()))
    try:
        wish = next((read(given) for read, given in named), None)
    except WishRefused as refused:
        text = REFUSED_WISHES[refused.fault].in_language(language())
        if _only_a_window_is_seen():
            from shell.bridge.refusal import show_refusal

            show_refusal([text], language())
        raise WrongUse(text) from None
    return run_desktop(state, 0, [], None, wish=wish)


def _attended(
    door: DesktopDoor | None, opened: Callable[[Program], None], wish: OpenWish | None
) -> Callable[[Program], None]:
    def attended(program: Program) -> None:
        from shell.bridge.second_start import attend

        if door is not None:
            attend(door, program.window, program.threads, program.desktop.wishes.take)
        if wish is not None:
            program.desktop.wishes.take(wish)
        opened(program)

    return attended


def _second_start(running: SessionPlace, options: bool, wish: OpenWish | None) -> int:
    text, code = show_the_first(running, options, wish)
    told(text)
    if code and _only_a_window_is_seen():
        from shell.bridge.refusal import show_refusal

        show_refusal([text.in_language(language())], language())
    return code


def _only_a_window_is_seen() -> bool:
    """An installed program that was started from a menu or a link. Without a screen there is nothing but standard error."""
    return is_frozen() and (sys.stderr is None or not sys.stderr.isatty()) and has_display()


@contextlib.contextmanager
def _told_in_a_window() -> Iterator[None]:
    """An installed program that is started from a menu has no terminal: what is wrong is shown before it ends."""
    try:
        yield
    except (SettingsWrong, UpstreamWrong, ClinicalAccessRefused, KeyringUnusable) as error:
        if _only_a_window_is_seen():
            from shell.bridge.refusal import show_refusal

            lines = [f"{error}"] if isinstance(error, KeyringUnusable) else texts_of(error)
            show_refusal(lines, language())
        raise


def run_tour(out: Path, headless: bool) -> int:
    """Drive the real desktop through a shift; 0 when every step was seen."""
    if headless:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    demand_display()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongUse(f"--out {out}: cannot be made ({error.strerror}); choose another folder") from error
    with tempfile.TemporaryDirectory(prefix="vaktrom-tour-") as state:
        environment = prepare(EnvironmentChoice(Path(state)), SystemClock().now())
        from shell.tour.drive import drive

        return drive(environment, out)
