"""Apps share the content of a report over the real hub (FC-35..38), and what a session's end and its lock say (FC-26)."""

from __future__ import annotations

from tests.context.playbook import deletion, put, report_body, select_body, update_body
from tests.launcher.hub.house import House

SHARING = "DiagnosticReport-open,DiagnosticReport-update,DiagnosticReport-select,DiagnosticReport-close"


async def opened(house: House) -> str:
    """A report of p-1 is open; the version of its content."""
    posted = report_body("DiagnosticReport-open", "r-1", "p-1", "e1", ("i-1",), house.clock.now())
    answer = await house.posts(house.token("reporting"), posted)
    assert answer.status_code == 202, answer.text
    return str((await house.current(house.token("reporting"))).json()["context.versionId"])


async def test_two_apps_share_the_content_of_a_report(house: House) -> None:
    """FC-36. Mutant: the second app gets the sender's version, or the content is not kept."""
    version = await opened(house)
    viewer = await house.joins(house.token("viewer"), **{"hub.events": SHARING})
    assert (await viewer.event("DiagnosticReport-open", "e1"))["event"]["context.versionId"] == version
    measured = put("Observation", "o-1", "p-1", status="preliminary")
    answer = await house.posts(house.token("reporting"), update_body("r-1", "e2", version, measured))
    assert answer.status_code == 202, answer.text
    told = (await viewer.event("DiagnosticReport-update", "e2"))["event"]
    assert told["context.priorVersionId"] == version
    now = (await house.current(house.token("viewer"))).json()
    assert now["context.versionId"] == told["context.versionId"] != version
    bundle = next(entry["resource"] for entry in now["context"] if entry["key"] == "content")
    assert (bundle["type"], bundle["entry"]) == ("collection", [{"resource": measured["resource"]}])
    late = update_body("r-1", "e3", version, deletion("Observation/o-1"))
    answer = await house.posts(house.token("viewer"), late)
    assert (answer.status_code, answer.text) == (412, "context.versionId is not the current one")
    assert (
        await house.posts(house.token("viewer"), select_body("r-1", "e4", "Observation/o-1"))
    ).status_code == 202
    await viewer.event("DiagnosticReport-select", "e4")


async def test_sharing_needs_its_own_scope(house: House) -> None:
    """FC-04. Mutant: whoever may open a report may change its content, or be told of it."""
    version = await opened(house)
    opener = house.token("opener", scopes=("fhircast/DiagnosticReport-open.*",))
    posted = update_body("r-1", "e2", version, put("Observation", "o-1", "p-1"))
    assert (await house.posts(opener, posted)).status_code == 403
    told = (await house.current(opener)).json()["context"]
    assert "content" not in [entry["key"] for entry in told]


async def test_content_alone_tells_of_a_patient_and_is_recorded(house: House) -> None:
    """Mutant: an app that hears of updates only, and so of a patient, is in no record."""
    version = await opened(house)
    listener = house.token("a", scopes=("fhircast/DiagnosticReport-update.read",))
    subscriber = await house.joins(listener, **{"hub.events": "DiagnosticReport-update"})
    measured = put("Observation", "o-1", status="final")
    await house.posts(house.token("reporting"), update_body("r-1", "e2", version, measured))
    await subscriber.event("DiagnosticReport-update", "e2")
    assert house.log.told()[-1] == ("context-told", "0", "client-a", ("p-1",))


async def test_the_lock_and_the_end_of_a_session_are_told(house: House) -> None:
    """FC-26. Mutant: told after the channel fell silent; a closed tab tells a logout."""
    subscriber = await house.joins(house.token("a"), **{"hub.events": "UserHibernate,UserLogout"})
    house.runner.session_locked("session-1")
    await subscriber.event("UserHibernate")
    await subscriber.nothing()
    house.runner.session_unlocked("session-1")
    house.runner.session_ended("session-1")
    await subscriber.event("UserLogout")
    assert (await subscriber.frame())["hub.mode"] == "denied"
