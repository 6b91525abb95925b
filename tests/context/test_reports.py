"""Reports and the content that apps share in them, and the other things that can be open (FC-25, FC-35..38)."""

from __future__ import annotations

from typing import Any

import pytest

from context.content import DEEPEST
from context.denials import Denial
from context.effects import Accepted, ContextChanged, Refused, Send
from context.events import ContextEvent, read_event
from context.hub import Hub
from context.inputs import EndTopic, Lock, Post
from context.scopes import fhircast_scopes
from context.subscription import HubLimits
from tests.context.playbook import (
    EVERYTHING,
    PATIENT_EVENTS,
    Playbook,
    Told,
    answers,
    body,
    deletion,
    event,
    follower,
    opens,
    put,
    report_body,
    select_body,
    shell,
    study_body,
    subscribe,
    update_body,
)

REPORT_EVENTS = ("DiagnosticReport-open", "DiagnosticReport-update", "DiagnosticReport-select")


def opens_report(report: str, patient: str, event_id: str, *studies: str) -> Post:
    return Post(event(report_body("DiagnosticReport-open", report, patient, event_id, studies)))


def closes_report(report: str, patient: str, event_id: str) -> Post:
    return Post(event(report_body("DiagnosticReport-close", report, patient, event_id)))


def updates(report: str, event_id: str, version: str, *entries: dict[str, Any], **more: Any) -> Post:
    return Post(event(update_body(report, event_id, version, *entries, **more)))


def selects(report: str, event_id: str, *selected: str, **more: Any) -> Post:
    return Post(event(select_body(report, event_id, *selected, **more)))


def content(play: Playbook, scopes: Any = EVERYTHING) -> dict[str, Any] | None:
    """The Bundle that get-current-context tells."""
    told = play.hub.current_context(scopes)["context"]
    return next((entry["resource"] for entry in told if entry["key"] == "content"), None)


def held(play: Playbook) -> list[str]:
    bundle = content(play)
    assert bundle is not None
    return [
        f"{entry['resource']['resourceType']}/{entry['resource']['id']}" for entry in bundle.get("entry", [])
    ]


@pytest.fixture
def play() -> Playbook:
    """A report r-1 of patient p-1 is open, and one app shares content."""
    play = Playbook().joins(subscribe("a", events=REPORT_EVENTS))
    return play.happens(opens_report("r-1", "p-1", "e1", "i-1"), answers("a", "e1"))


def version(play: Playbook) -> str:
    return str(play.hub.current_context(EVERYTHING)["context.versionId"])


def refused(play: Playbook, given: Post) -> int:
    before = (version(play), held(play))
    play >> given
    (effect,) = play.left
    assert isinstance(effect, Refused)
    assert (version(play), held(play)) == before, "all or nothing"
    play.skip()
    return effect.status


def test_a_report_implies_study_and_patient_to_whoever_hears_only_of_those() -> None:
    """FC-25. Mutant: only the patient is derived; two opens to one subscriber; the second study opened as well."""
    play = Playbook().joins(
        subscribe("viewer", events=("ImagingStudy-open", *PATIENT_EVENTS)),
        subscribe("chart", events=PATIENT_EVENTS),
        subscribe("report", events=("DiagnosticReport-open", *PATIENT_EVENTS)),
    )
    play >> opens_report("r-1", "p-1", "e1", "i-1", "i-2") << Accepted()
    play << Told("viewer", "ImagingStudy-open") << Told("chart", "Patient-open")
    (play << Told("report", "DiagnosticReport-open", "e1")).end()
    (study,) = [frame for frame in play.frames("viewer") if "event" in frame]
    keys = [(entry["key"], entry["resource"]["id"]) for entry in study["event"]["context"]]
    assert keys == [("study", "i-1"), ("patient", "p-1")]


def test_late_joiners_get_the_most_specific_open_of_one_event() -> None:
    """FC-10, FC-25. Mutant: the derived ones as well."""
    play = Playbook().happens(opens_report("r-1", "p-1", "e1", "i-1"))
    for endpoint, events, wanted in (
        ("a", (*REPORT_EVENTS, "ImagingStudy-open", *PATIENT_EVENTS), ["DiagnosticReport-open"]),
        ("b", ("ImagingStudy-open", *PATIENT_EVENTS), ["ImagingStudy-open"]),
        ("c", PATIENT_EVENTS, ["Patient-open"]),
    ):
        play.joins(subscribe(endpoint, events=events))
        assert [f["event"]["hub.event"] for f in play.frames(endpoint) if "event" in f] == wanted


def test_closing_a_report_leaves_patient_and_study_open() -> None:
    """S5. Mutant: a close clears any anchor."""
    play = Playbook().happens(opens_report("r-1", "p-1", "e1", "i-1"), closes_report("r-1", "p-1", "e2"))
    assert play.hub.context.patient == "p-1"
    play.joins(subscribe("a", events=("ImagingStudy-open",)))
    assert [f["event"]["hub.event"] for f in play.frames("a") if "event" in f] == ["ImagingStudy-open"]


def test_a_study_of_another_patient_is_a_change_of_patient() -> None:
    """S3. Mutant: only Patient-open and Encounter-open change the patient."""
    play = Playbook().joins(shell(), subscribe("a"))
    play.happens(opens("p-1", "e1"), answers("shell", "e1"), answers("a", "e1"))
    play.happens(Post(event(study_body("ImagingStudy-open", "i-9", "p-2", "e2"))))
    assert play.hub.context.patient == "p-2"


def test_an_update_gets_a_new_version_and_names_the_one_before(play: Playbook) -> None:
    """FC-36. Mutant: the sender's version sent on, the prior version missing, another Bundle id, no patient named."""
    before = version(play)
    play >> updates("r-1", "e2", before, put("Observation", "o-1", "p-1")) << Accepted()
    (play << Told("a", "DiagnosticReport-update", "e2")).end()
    sent = play.frames("a")[-1]["event"]
    assert sent["context.priorVersionId"] == before
    assert sent["context.versionId"] == version(play) not in ("", before)
    assert [entry["resource"]["id"] for entry in sent["context"] if entry["key"] == "updates"] == ["b-1"]
    assert {"key": "patient", "reference": {"reference": "Patient/p-1"}} in sent["context"]
    assert held(play) == ["Observation/o-1"]


def test_an_update_is_recorded_before_it_is_accepted() -> None:
    """S8. Mutant: content that a restarted hub has forgotten."""
    play = Playbook(ignore=()).happens(opens_report("r-1", "p-1", "e1"))
    play >> updates("r-1", "e2", version(play), put("Observation", "o-1")) << ContextChanged() << Accepted()
    again = Playbook(Hub.restore(play.hub.snapshot()))
    assert (held(again), version(again)) == (["Observation/o-1"], version(play))


def test_content_grows_is_replaced_and_taken_away(play: Playbook) -> None:
    """FC-36, FC-37. Mutant: PUT appends a second copy; DELETE does nothing."""
    play.happens(updates("r-1", "e2", version(play), put("Observation", "o-1", status="preliminary")))
    play.happens(updates("r-1", "e3", version(play), put("Observation", "o-1", status="final")))
    bundle = content(play)
    assert bundle is not None
    assert (bundle["type"], [entry["resource"]["status"] for entry in bundle["entry"]]) == (
        "collection",
        ["final"],
    )
    assert all("request" not in entry for entry in bundle["entry"])
    play.happens(updates("r-1", "e4", version(play), deletion("Observation/o-1")))
    assert held(play) == []


def test_the_context_is_told_as_it_was_opened(play: Playbook) -> None:
    """FC-35. Mutant: a changed status of the report shows in the context instead of in the content."""
    play.happens(updates("r-1", "e2", version(play), put("DiagnosticReport", "r-1", "p-1", status="final")))
    told = play.hub.current_context(EVERYTHING)["context"]
    assert told[0]["resource"]["status"] == "unknown"
    assert held(play) == ["DiagnosticReport/r-1"]


@pytest.mark.parametrize(
    ("entries", "status"),
    [
        ((deletion("Observation/o-7"),), 409),
        ((deletion("ImagingStudy/i-1"),), 409),
        ((deletion("DiagnosticReport/r-1"),), 409),
        ((put("Observation", "o-1"), put("Observation", "o-2", "p-2")), 409),
        (
            (put("Observation", "o-1", hasMember=[{"reference": "http://x/fhir/Patient/p-2/_history/1"}]),),
            409,
        ),
        ((put("Observation", "o-1", focus=[{"reference": "Patient/p-2/"}]),), 409),
        ((put("Observation", "o-1", focus=[{"reference": "Patient?identifier=2"}]),), 409),
        ((put("Observation", "o-1", focus=[{"type": "Patient", "identifier": {"value": "2"}}]),), 409),
        ((put("Patient", "p-2"),), 409),
        ((put("Observation", "o-1", contained=[{"resourceType": "Patient", "id": "p-2"}]),), 409),
        ((put("Observation", "o-1", note="x" * 10_000),), 413),
    ],
)
def test_an_update_is_taken_whole_or_not_at_all(entries: tuple[dict[str, Any], ...], status: int) -> None:
    """FC-36, FC-37, S4. Mutant: good entries of a bad Bundle are kept; another patient's value enters the report."""
    play = Playbook(Hub("topic-1", HubLimits(content_characters=5_000)))
    play.happens(opens_report("r-1", "p-1", "e1", "i-1"))
    assert refused(play, updates("r-1", "e2", version(play), *entries)) == status


def test_content_that_is_nested_too_deep_is_not_taken(play: Playbook) -> None:
    """Mutant: the search for other patients ends the hub with a RecursionError, or stops looking."""
    deep: dict[str, Any] = {"reference": "Patient/p-2"}
    for _ in range(DEEPEST):
        deep = {"extension": deep}
    assert (
        refused(play, updates("r-1", "e2", version(play), put("Observation", "o-1", extension=deep))) == 400
    )


@pytest.mark.parametrize(
    ("report", "patient", "stale", "status"),
    [("r-2", None, False, 409), ("r-1", "p-2", False, 409), ("r-1", "p-1", True, 412)],
)
def test_an_update_of_something_else_is_refused(
    play: Playbook, report: str, patient: str | None, stale: bool, status: int
) -> None:
    """FC-36, FC-38. Mutant: the version, the report or the patient is not compared."""
    known = version(play)
    if stale:
        play.happens(updates("r-1", "e2", known, put("Observation", "o-1")))
    assert refused(play, updates(report, "e3", known, put("Observation", "o-2"), patient=patient)) == status


def test_nothing_is_updated_when_no_report_is_current(play: Playbook) -> None:
    """FC-38: updates outside the current context are not offered."""
    known = version(play)
    play.happens(closes_report("r-1", "p-1", "e2"))
    play >> updates("r-1", "e3", known, put("Observation", "o-1"))
    (effect,) = play.left
    assert isinstance(effect, Refused)
    assert effect.status == 409


def test_a_closed_report_leaves_no_content(play: Playbook) -> None:
    """FC-36. Mutant: the content comes back when the report is opened again."""
    play.happens(updates("r-1", "e2", version(play), put("Observation", "o-1")))
    play.happens(closes_report("r-1", "p-1", "e3"))
    assert b"o-1" not in play.hub.snapshot()
    play.happens(opens_report("r-1", "p-1", "e4"))
    assert held(play) == []


def test_a_change_of_patient_leaves_no_content(play: Playbook) -> None:
    """S6. Mutant: what was shared about one patient is told about the next."""
    play.happens(updates("r-1", "e2", version(play), put("Observation", "o-1")), opens("p-2", "e3"))
    assert b"o-1" not in play.hub.snapshot()


def test_content_is_told_only_to_whoever_may_read_updates(play: Playbook) -> None:
    """FC-34. Mutant: a scope for opens is enough."""
    play.happens(updates("r-1", "e2", version(play), put("Observation", "o-1")))
    assert content(play, fhircast_scopes(["fhircast/DiagnosticReport-open.read"])) is None
    assert content(play, fhircast_scopes([f"fhircast/{name}.read" for name in REPORT_EVENTS])) is not None


def test_who_joins_late_can_update_at_once(play: Playbook) -> None:
    """FC-10, FC-36. Mutant: the replayed open carries the version of long ago."""
    play.happens(updates("r-1", "e2", version(play), put("Observation", "o-1")))
    play.joins(subscribe("b", events=REPORT_EVENTS))
    assert play.frames("b")[-1]["event"]["context.versionId"] == version(play)


def test_a_selection_is_sent_on_and_changes_nothing(play: Playbook) -> None:
    """FC-38. Mutant: it makes a version; it needs one; an empty one is refused."""
    before = version(play)
    play >> selects("r-1", "e2", "Observation/o-1", "Observation/o-2") << Accepted()
    (play << Told("a", "DiagnosticReport-select", "e2")).end()
    play.happens(answers("a", "e2"))
    (play >> selects("r-1", "e3") << Accepted() << Told("a", "DiagnosticReport-select", "e3")).end()
    assert version(play) == before
    assert refused(play, selects("r-2", "e4", "Observation/o-1")) == 409


def test_refusing_an_update_is_no_syncerror(play: Playbook) -> None:
    """FC-32. Mutant: the user is told that an app does not follow, because it does not draw a measurement."""
    play.joins(subscribe("b", events=("SyncError",)))
    play.happens(updates("r-1", "e2", version(play), put("Observation", "o-1")))
    (play >> answers("a", "e2", 409)).end()


def test_home_leaves_nobody_current_and_closes_nothing() -> None:
    """FC-22, S5. Mutant: the banner keeps the patient; the patient cannot be closed any more."""
    play = Playbook().joins(shell(events=("Home-open", *PATIENT_EVENTS)), subscribe("a"))
    play.happens(opens("p-1", "e1"), answers("shell", "e1"), answers("a", "e1"))
    play >> Post(event(body("Home-open", "e2", []))) << Accepted()
    (play << Told("shell", "Home-open", "e2")).end()
    assert play.hub.context.patient is None
    told = play.hub.current_context(EVERYTHING)
    assert (told["context.type"], [entry["key"] for entry in told["context"]]) == ("Home", ["content"])
    play.happens(answers("shell", "e2"))
    play.joins(subscribe("late", events=("Home-open", *PATIENT_EVENTS)))
    assert [f["event"]["hub.event"] for f in play.frames("late") if "event" in f] == ["Home-open"]
    play.happens(opens("p-1", "e3"))
    assert play.hub.context.patient == "p-1"


def test_home_takes_access_away_from_whoever_is_not_told_of_it() -> None:
    """S4. Mutant: a follower that hears of patients only keeps reading the last one."""
    play = Playbook().joins(
        shell(events=("Home-open", *PATIENT_EVENTS)), follower("app", events=PATIENT_EVENTS)
    )
    play.happens(opens("p-1", "e1"), answers("shell", "e1"), answers("app", "e1"))
    play.happens(Post(event(body("Home-open", "e2", []))), answers("shell", "e2"))
    assert play.fences()[-1] == ("grant-app", None)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (Lock("user-initiated"), "UserHibernate"),
        (EndTopic(Denial.SESSION_ENDED, logout="user-initiated"), "UserLogout"),
    ],
)
def test_suspension_and_end_of_a_session_are_told_first(given: Lock | EndTopic, name: str) -> None:
    """FC-26. Mutant: silence; told to whoever did not ask; told after the lock."""
    play = Playbook().joins(subscribe("a", events=("UserLogout", "UserHibernate")), subscribe("b"))
    play >> given << Told("a", name)
    (frame,) = [frame for frame in play.frames("a") if "event" in frame]
    assert isinstance(read_event({**frame}), ContextEvent)
    told = frame["event"]["context"][0]["resource"]
    assert told["parameter"][0]["valueCoding"]["code"] == "user-initiated"
    play.skip()
    assert not any(frame.get("event", {}).get("hub.event") == name for frame in play.frames("b"))


def test_a_closed_tab_is_no_logout() -> None:
    """FC-26. Mutant: every app signs its user out when one patient tab is closed."""
    play = Playbook().joins(subscribe("a", events=("UserLogout", "Patient-open")))
    play >> EndTopic(Denial.TAB_ENDED)
    assert not any(isinstance(effect, Send) and "event" in effect.message for effect in play.left)
    play.skip()
