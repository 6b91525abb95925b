"""A one-time handle names a patient to the desktop of the same user, once, and opens nothing by itself.

Five ways to break it: it counts twice; it counts for somebody else, or is used up by somebody else; it never ends; a web page
makes one; one program pushes out everybody's. Each has a test here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from launcher.server.dependencies import GatewayLimits
from tests.fakes.gateway import Records, RunningGateway, Shell, running_gateway
from tests.fakes.upstream_systems import ANNA, BERIT, UpstreamSystems

LIMITS = GatewayLimits()


@pytest.fixture
def house(systems: UpstreamSystems, signing_record: Records, tmp_path: Path) -> Iterator[RunningGateway]:
    with running_gateway(systems, tmp_path, which=2, records=signing_record) as running:
        yield running


def program(shell: Shell) -> dict[str, str]:
    """What some app of the user's shows itself with."""
    topic = shell.context()
    shell.open_patient(topic, ANNA)
    return {"Authorization": f"Bearer {shell.app('notat', topic)['access_token']}"}


def made(shell: Shell, bearer: dict[str, str], patient: str = BERIT, **headers: str) -> httpx2.Response:
    return shell.gateway.http.post("/handles", json={"patient": patient}, headers={**bearer, **headers})


def redeemed(shell: Shell, handle: str) -> httpx2.Response:
    return shell.call("POST", "/workspace/handles", {"handle": handle})


def test_it_counts_once_and_says_nothing_itself(house: RunningGateway) -> None:
    """Mutants: it counts again; the id stands in it."""
    shell = house.shell()
    answer = made(shell, program(shell))
    assert answer.status_code == 201 and answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert told["link"] == f"vaktrom:open?handle={told['handle']}"
    assert BERIT not in answer.text and told["expires_in"] == LIMITS.handle_seconds
    assert redeemed(shell, told["handle"]).json() == {"patient": BERIT}
    again = redeemed(shell, told["handle"])
    assert (again.status_code, again.json()["error"]) == (404, "unknown_handle")


def test_it_counts_for_its_own_user_alone_and_nobody_else_uses_it_up(house: RunningGateway) -> None:
    siri, other = house.shell("siri"), house.shell("helge")
    handle = made(siri, program(siri)).json()["handle"]
    assert redeemed(other, handle).status_code == 404
    assert redeemed(siri, handle).status_code == 200


def test_it_ends(house: RunningGateway) -> None:
    shell = house.shell()
    bearer = program(shell)
    handle = made(shell, bearer).json()["handle"]
    house.clock.advance(LIMITS.handle_seconds + 1)
    assert redeemed(shell, handle).status_code == 404


def test_no_web_page_no_stranger_and_no_identity_number(house: RunningGateway) -> None:
    """Mutants: a page in a browser makes links that look like a colleague's; a number is kept in memory as an id."""
    shell = house.shell()
    bearer = program(shell)
    assert made(shell, bearer, origin="https://ond.example").status_code == 403
    assert made(shell, {}).status_code == 401
    assert made(shell, {"Authorization": "Bearer no"}).status_code == 401
    for wrong in ("13850100000", "Patient/1", "", "x" * 65, "å"):
        assert made(shell, bearer, wrong).status_code == 400
    assert (
        shell.gateway.http.post("/workspace/handles", json={"handle": "x"}, headers=bearer).status_code == 403
    )


def test_while_locked_none_is_made(house: RunningGateway) -> None:
    shell = house.shell()
    bearer = program(shell)
    shell.call("POST", "/workspace/session/lock")
    assert made(shell, bearer).status_code == 503


def test_one_program_pushes_out_only_its_own(house: RunningGateway) -> None:
    shell = house.shell()
    quiet, loud = program(shell), program(shell)
    kept = made(shell, quiet).json()["handle"]
    first = made(shell, loud).json()["handle"]
    for _ in range(LIMITS.handles_per_grant):
        assert made(shell, loud).status_code == 201
    assert redeemed(shell, first).status_code == 404
    assert redeemed(shell, kept).status_code == 200
