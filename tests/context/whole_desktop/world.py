"""Hub, gateway, shell, panes and pages together, and what may never be true of them (S1, S2, S3, S5).

A *step* is a name and a number: the number chooses among whatever there is to choose. So a run is a list that can be
repeated, cut short and shrunk. Nothing is delivered by itself: each frame, fact, call and turn of the GUI thread is a
step of its own, so that anything may be late, lost, doubled or overtaken.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from context.effects import MoveFence, Send
from context.inputs import Acknowledged, Lock, Post, SocketOpened, Subscribe, Unlock
from context.pane_state import Kind, State
from tests.context.playbook import (
    EVERY_EVENT,
    body,
    closes,
    closes_encounter,
    event,
    opens,
    opens_encounter,
    report_body,
    study_body,
    subscribe,
)
from tests.context.whole_desktop.gateway import Gateway, Socket
from tests.context.whole_desktop.pages import ANSWERS, Page, cut
from tests.context.whole_desktop.pane import PaneModel
from tests.context.whole_desktop.shell import ShellModel

PATIENTS = ("p-1", "p-2", "p-3")
KINDS: tuple[Kind, ...] = ("fhircast", "fhircast", "relaunch", "pin")
MOST_PANES, MOST_STRANGERS = 4, 2
SENDERS_CLOCK = (0.0, 0.0, 0.0, 0.0, -0.5, -10.0, -3600.0, 3.0)
HUBS_CLOCK = (-3600.0, -5.0, 3.0, 3600.0)
WEIGHTS = {
    "page_behaves": 14, "shell_turns": 12, "shell_hears_fact": 8, "hub_hears": 6, "shell_hears": 6, "call_arrives": 6,
    "all_settles": 5, "opens_app": 4, "page_paints": 4, "page_reads": 3, "page_answers": 3, "page_hears": 3,
    "page_authorizes": 3, "page_subscribes": 2,
    "page_reads_too_early": 3, "pins": 3, "shell_connects": 3, "facts_open": 3, "shell_reads_context": 2,
    "shell_hands_context": 2, "drafts_answered": 2, "opens_patient": 2, "time_passes": 2,
}  # fmt: skip
"""How often a step is taken beside the others, which are taken once: so that there is a life to be disturbed."""
WAITS = (0.05, 0.1, 0.3, 0.7, 1.0, 3.1, 8.1, 10.1)
Step = tuple[str, int]


class Violation(AssertionError):
    """What may never be true."""


class World:
    """``shell`` makes the desktop's half."""

    def __init__(self, shell: Callable[[Gateway], ShellModel] = ShellModel) -> None:
        self.gateway = Gateway(self._fence_moves, self._frame_sent)
        self.shell = shell(self.gateway)
        self.strangers: list[str] = []
        self.strangers_heard: deque[tuple[str, str]] = deque(maxlen=4)
        self.current: str | None = None
        self._set_at: datetime | None = None
        self._events = 0
        self._anchor: tuple[str, str] | None = None
        self._last_post: tuple[Post, datetime] | None = None
        self._replaying = False
        self.steps: dict[str, Callable[[int], None]] = {
            name.removeprefix("step_"): getattr(self, name) for name in dir(self) if name.startswith("step_")
        }
        for step in (("shell_connects", 0), ("shell_hears", 0), ("hub_hears", 0), ("facts_open", 0)):
            self.take(step)

    def take(self, step: Step) -> None:
        name, number = step
        self.steps[name](number)
        self.gateway.fire()
        self.look()

    # the topic: anybody's posts, with anybody's clock

    def _post(self, given: Post, at: datetime) -> None:
        """S5 said once more: an open that is not stale sets the context, a close ends what it names."""
        posted = given.event
        if not self.gateway.accepted(given):
            return
        self._last_post = (given, at)
        anchor = (posted.kind.anchor_type, posted.anchor_id)
        of_patient = anchor == ("Patient", self.current)
        if posted.kind.action == "open" and (self._set_at is None or at >= self._set_at):
            self._set_at, self.current, self._anchor = at, posted.patient_id, anchor
        elif posted.kind.action == "close" and (of_patient or anchor == self._anchor):
            self._set_at, self._anchor = min(at, self.gateway.now), None
            self.current = None if of_patient else self.current

    def _of(self, number: int) -> tuple[str, str, datetime]:
        self._events += 1
        patient = PATIENTS[number % 3]
        at = self.gateway.now + timedelta(seconds=SENDERS_CLOCK[number // 3 % len(SENDERS_CLOCK)])
        return patient, f"e{self._events}", at.replace(microsecond=at.microsecond or 1)

    def step_opens_patient(self, number: int) -> None:
        patient, event_id, at = self._of(number)
        self._post(opens(patient, event_id, at), at)

    def step_closes_patient(self, number: int) -> None:
        patient, event_id, at = self._of(number)
        self._post(closes(patient, event_id, at), at)

    def step_opens_encounter(self, number: int) -> None:
        patient, event_id, at = self._of(number)
        self._post(opens_encounter(f"v{number // 50 % 2}-{patient}", patient, event_id, at), at)

    def step_closes_encounter(self, number: int) -> None:
        patient, event_id, at = self._of(number)
        self._post(closes_encounter(f"v{number // 50 % 2}-{patient}", patient, event_id, at), at)

    def step_opens_study_or_report(self, number: int) -> None:
        patient, event_id, at = self._of(number)
        if number // 50 % 2:
            posted = study_body("ImagingStudy-open", f"i-{patient}", patient, event_id, at)
        else:
            posted = report_body("DiagnosticReport-open", f"r-{patient}", patient, event_id, (), at)
        self._post(Post(event(posted)), at)

    def step_goes_home(self, number: int) -> None:
        _, event_id, at = self._of(number)
        self._post(Post(event(body("Home-open", event_id, [], at))), at)

    def step_posts_the_last_one_again(self, _: int) -> None:
        """A duplicate: the same bytes, the same id."""
        if self._last_post is not None:
            self._post(*self._last_post)

    # hostile subscribers

    def step_stranger_joins(self, _: int) -> None:
        if len(self.strangers) < MOST_STRANGERS and not self.gateway.locked:
            endpoint = self.gateway.new_id()
            asked: Subscribe = subscribe(endpoint, at=self.gateway.now, events=EVERY_EVENT)
            if self.gateway.accepted(asked):
                self.gateway.sockets[endpoint] = Socket(up=deque([SocketOpened(endpoint)]))
                self.strangers.append(endpoint)

    def step_stranger_reads(self, number: int) -> None:
        endpoint = self._stranger(number)
        socket = self.gateway.sockets.get(endpoint or "")
        if endpoint is not None and socket is not None and socket.down:
            frame = socket.down.popleft()
            if "event" in frame:
                self.strangers_heard.append((endpoint, str(frame["id"])))
        elif endpoint is not None and (socket is None or socket.closing):
            self.strangers.remove(endpoint)
            self.gateway.sockets.pop(endpoint, None)

    def step_stranger_answers(self, number: int) -> None:
        """Its own events, and those of others; true ones, and ids that never were."""
        endpoint = self._stranger(number)
        socket = self.gateway.sockets.get(endpoint or "")
        if endpoint is None or socket is None or socket.closing:
            return
        ids = [event_id for _, event_id in self.strangers_heard] + ["never", f"e{self._events}"]
        status = ANSWERS[number // 2 % len(ANSWERS)]
        socket.up.append(Acknowledged(endpoint, ids[number // 12 % len(ids)], status))

    def step_stranger_leaves(self, number: int) -> None:
        endpoint = self._stranger(number)
        if endpoint is not None:
            cut(self.gateway, endpoint, normal=bool(number // 2 % 2))
            self.strangers.remove(endpoint)

    def _stranger(self, number: int) -> str | None:
        return self.strangers[number % len(self.strangers)] if self.strangers else None

    # the wires

    def step_hub_hears(self, number: int) -> None:
        waiting = [endpoint for endpoint, socket in self.gateway.sockets.items() if socket.up]
        if waiting:
            endpoint = waiting[number % len(waiting)]
            opened = isinstance(self.gateway.sockets[endpoint].up[0], SocketOpened)
            self._replaying = opened
            self.gateway.hear(endpoint)
            self._replaying = False

    def step_shell_hears(self, _: int) -> None:
        self.shell.hear()

    def step_shell_hears_fact(self, _: int) -> None:
        self.shell.hear_fact()

    def step_shell_turns(self, _: int) -> None:
        self.shell.turn()

    def step_call_arrives(self, number: int) -> None:
        self.shell.send_call(number // 16, lost=number % 16 == 0)

    def step_shell_connects(self, _: int) -> None:
        self.shell.connect()

    def step_shell_loses_channel(self, number: int) -> None:
        self.shell.lose_channel(normal=bool(number % 2))

    def step_shell_reads_context(self, _: int) -> None:
        self.shell.read_context()

    def step_shell_hands_context(self, _: int) -> None:
        self.shell.hand_context()

    def step_facts_open(self, _: int) -> None:
        self.shell.follow_facts()

    def step_facts_break(self, number: int) -> None:
        if number % 4 == 0:
            self.gateway.stream = None

    def step_drafts_answered(self, number: int) -> None:
        if self.shell.asking:
            asked = list(self.shell.asking)
            self.shell.go([pane for index, pane in enumerate(asked) if number >> index & 1])

    def step_draft_late(self, _: int) -> None:
        self.shell.speak_late()

    # the user

    def step_opens_app(self, number: int) -> None:
        self.shell.open_pane(KINDS[number % len(KINDS)], MOST_PANES)

    def step_pins(self, number: int) -> None:
        if pane := self._pane(number):
            pane.pin()

    def step_releases(self, number: int) -> None:
        if pane := self._pane(number):
            pane.release()

    def step_synchronises(self, number: int) -> None:
        if pane := self._pane(number):
            pane.synchronise()

    def step_closes_pane(self, number: int) -> None:
        pane = self._pane(number)
        if pane is not None and number // MOST_PANES % 4 == 0:
            pane.close()

    def _pane(self, number: int) -> PaneModel | None:
        return self.shell.panes[number % len(self.shell.panes)] if self.shell.panes else None

    # the pages

    def _page(self, number: int) -> Page | None:
        pages = [page for pane in self.shell.panes for page in (pane.page, pane.next) if page is not None]
        return pages[number % len(pages)] if pages else None

    def step_page_authorizes(self, number: int) -> None:
        if page := self._page(number):
            page.authorize()

    def step_page_asks(self, number: int) -> None:
        if page := self._page(number):
            page.ask()

    def step_page_subscribes(self, number: int) -> None:
        if page := self._page(number):
            page.subscribe(every=bool(number // 8 % 2))

    def step_page_hears(self, number: int) -> None:
        if page := self._page(number):
            page.hear(number // 8)

    def step_page_answers(self, number: int) -> None:
        if page := self._page(number):
            page.answer(ANSWERS[number // 8 % len(ANSWERS)], number // 64)

    def step_page_reads(self, number: int) -> None:
        if page := self._page(number):
            page.read()

    def step_page_paints(self, number: int) -> None:
        if page := self._page(number):
            page.frame()

    def step_page_behaves(self, number: int) -> None:
        """An app as it should be, unless it is hasty: hears, answers with 200, has the hub hear it, reads, paints."""
        page = self._page(number)
        if page is None:
            return
        if page.hasty and page.got is not None:
            self.step_page_reads_too_early(number)
            return
        page.authorize()
        if page.grant is not None and not page.endpoints:
            page.subscribe(every=False)
        for index in range(len(page.endpoints)):
            page.hear(index)
        for endpoint in page.endpoints:
            self.gateway.hear(endpoint)
        page.answer(200, -1)
        page.read()
        page.frame()

    def step_page_reads_too_early(self, number: int) -> None:
        """It reads what it may read still, then answers, repaints, and reads no more."""
        if page := self._page(number):
            if page.hear(0):
                page.read()
                page.answer(200, -1)
            for endpoint in page.endpoints:
                self.gateway.hear(endpoint)
            page.frame()

    def step_page_loses_socket(self, number: int) -> None:
        page = self._page(number)
        if page is not None and page.working:
            page.lose_socket(number // 8, normal=bool(number // 16 % 2))

    def step_page_crashes(self, number: int) -> None:
        page = self._page(number)
        if page is not None and number // 8 % 4 == 0:
            page.crash()

    # the machine

    def step_time_passes(self, number: int) -> None:
        self.gateway.pass_time(WAITS[number % len(WAITS)])
        self.shell.wait()

    def step_hubs_clock_jumps(self, number: int) -> None:
        """Somebody sets the clock of the machine; monotonic time of the shell goes on."""
        if number % 8 == 0:
            self.gateway.jump(HUBS_CLOCK[number // 8 % len(HUBS_CLOCK)])

    def step_grant_ends(self, number: int) -> None:
        page = self._page(number)
        if page is not None and page.grant is not None and number // 8 % 4 == 0:
            self.gateway.end_grants([page.grant])

    def step_locks_or_unlocks(self, number: int) -> None:
        if self.gateway.locked:
            self.gateway.locked = False
            self.gateway.handle(Unlock())
        elif number % 8 == 0:
            self.gateway.locked = True
            self.gateway.handle(Lock())

    def step_gateway_is_killed(self, number: int) -> None:
        """Sockets and facts are gone at once; the shell covers its panes, and uncovers them when the next one is up."""
        if number % 16 == 0:
            self.gateway.kill()
            self.shell.gui.append(lambda: self.shell.suspend(True))
            self.shell.gui.append(lambda: self.shell.suspend(False))

    def step_all_settles(self, number: int) -> None:
        """Everything on its way arrives, as it mostly does in life; or a good part of it."""
        for turn in range(number % 48):
            self.shell.connect()
            self.shell.follow_facts()
            self.shell.read_context()
            self.shell.hand_context()
            self.shell.hear_fact()
            self.shell.hear()
            if self.shell.asking:
                self.shell.go(())
            self.shell.send_call(0, lost=False)
            self.shell.turn()
            self.gateway.hear(self.shell.endpoint or "")
            self.gateway.fire()
            self.step_page_behaves(turn)
            self.look()

    # what may never be true

    def look(self) -> None:
        shell = self.shell
        for pane in shell.panes:
            self._look_at(pane, shell.patient)
        if self.gateway.hub.context.patient != self.current:
            raise Violation(
                f"S5: the hub has {self.gateway.hub.context.patient}, it should be {self.current}"
            )
        if self.quiet and shell.patient != self.current:
            raise Violation(
                f"S1: nothing is on its way, the banner names {shell.patient}, not {self.current}"
            )

    @property
    def quiet(self) -> bool:
        shell, gateway = self.shell, self.gateway
        socket = gateway.sockets.get(shell.endpoint or "")
        connected = shell.hub_speaks and socket is not None and not socket.closing
        return bool(
            connected and socket is not None and not socket.down and shell.idle and not gateway.locked
        )

    def _look_at(self, pane: PaneModel, banner: str | None) -> None:
        view, page = pane.view, pane.on_screen
        if (view.state is State.OUT_OF_SYNC) is (view.reason is None) or (view.marked and not view.usable):
            raise Violation(f"S3: two states at once, {view}")
        if pane.covered or page is None:
            return
        if view.state is State.ASKING:
            if page.shows is not None:
                raise Violation(f"S3: {page.shows} beside the gateway's question")
        elif view.marked:
            if page.shows not in (None, pane.header):
                raise Violation(f"S2: {page.shows} in a pinned pane that says {pane.header}")
        elif page.shows not in (None, banner):
            raise Violation(f"S3: {page.shows} in a {pane.kind} pane, unmarked, under the banner of {banner}")

    def _fence_moves(self, moved: MoveFence) -> None:
        """The curtain first: a grant comes to a patient when banner and panes of the shell are there already."""
        if moved.patient_id is None:
            return
        if moved.patient_id != self.current:
            raise Violation(f"S3: a fence moves to {moved.patient_id}, current is {self.current}")
        if moved.patient_id != self.shell.patient:
            raise Violation(f"S3: a fence moves to {moved.patient_id} before the shell knows of it")

    def _frame_sent(self, sent: Send) -> None:
        """S3, S5: whoever joins late is told of nobody but the current patient."""
        if self._replaying and "event" in sent.message:
            told = [
                entry["resource"]["id"]
                for entry in sent.message["event"]["context"]
                if entry["key"] == "patient"
            ]
            if told != [self.current] and told:
                raise Violation(f"S5: {told} is replayed to whoever joins, current is {self.current}")


def shortened(steps: Sequence[Step], fails: Callable[[Sequence[Step]], bool]) -> list[Step]:
    """A shorter list of steps that still fails."""
    left, size = list(steps), max(1, len(steps) // 2)
    while True:
        at = 0
        while at < len(left):
            tried = left[:at] + left[at + size :]
            if fails(tried):
                left = tried
            else:
                at += size
        if size == 1:
            return left
        size = max(1, size // 2)


def failure_of(steps: Sequence[Step], world: Callable[[], World] = World) -> str:
    """What goes wrong when these steps are taken; empty when nothing does."""
    try:
        tried = world()
        for step in steps:
            tried.take(step)
    except Violation as found:
        return str(found)
    return ""
