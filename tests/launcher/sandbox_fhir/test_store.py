from __future__ import annotations

import gc
import sqlite3
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from launcher.sandbox.fhir import load, open_store
from launcher.sandbox.fhir import store as store_module
from launcher.sandbox.fhir.outcomes import StoreUnavailable
from tests.fakes.sandbox_fhir import TOKEN, HandClock, running_fhir_server
from tests.launcher.sandbox_fhir.answers import ids, refused
from tests.launcher.sandbox_fhir.people import PEOPLE, observation, patient

BASE = "http://127.0.0.1:1/fhir"
SERVE = """
import sys
from pathlib import Path
from tests.fakes.sandbox_fhir import running_fhir_server
with running_fhir_server(Path(sys.argv[1])) as server:
    print(server.base_url, flush=True)
    sys.stdin.read()
"""


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    """S8: the answer comes after the sync."""
    database = tmp_path / "killed.sqlite"
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        base_url = process.stdout.readline().strip()
        with httpx2.Client(base_url=base_url, headers={"Authorization": f"Bearer {TOKEN}"}) as client:
            for number in range(20):
                name = f"k{number}"
                assert client.put(f"/Patient/{name}", json=patient(name, "K", "A", "1950")).status_code == 201
    finally:
        process.kill()
        process.wait(10)
        process.stdin.close()
        process.stdout.close()
    with running_fhir_server(database) as server:
        assert server.client.get("/Patient?family=K&_summary=count").json()["total"] == 20


def test_every_write_is_synced(tmp_path: Path) -> None:
    store = open_store(tmp_path / "s.sqlite", base_url=BASE, clock=HandClock())
    try:
        settings = store.write_now(
            lambda session: [
                session.connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("synchronous", "journal_mode")
            ]
        )
    finally:
        store.close()
    assert settings == [2, "wal"]


def test_load_is_all_or_nothing_and_keeps_times(tmp_path: Path) -> None:
    store = open_store(tmp_path / "l.sqlite", base_url=BASE, clock=HandClock())
    try:
        assert store.is_empty()
        with pytest.raises(ValueError, match="twice"):
            load(store, [*PEOPLE, PEOPLE[0]])
        with pytest.raises(ValueError, match="Starship"):
            load(store, [*PEOPLE, {"resourceType": "Starship", "id": "x"}])
        assert store.is_empty()
        dated = patient("dated", "D", "A", "1950", meta={"lastUpdated": "2026-10-01T10:00:00+02:00"})
        assert load(store, [*PEOPLE, dated]) == len(PEOPLE) + 1
        assert not store.is_empty()
    finally:
        store.close()
    with running_fhir_server(tmp_path / "l.sqlite") as server:
        assert server.client.get("/Patient/dated").json()["meta"]["lastUpdated"] == "2026-10-01T08:00:00.000Z"
        assert ids(server.client.get("/Patient?_lastUpdated=2026-10-01")) == ["dated"]


def test_a_changed_table_indexes_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = tmp_path / "t.sqlite"
    monkeypatch.setattr(store_module, "table_digest", lambda: "another table")
    store = open_store(database, base_url=BASE, clock=HandClock())
    load(store, PEOPLE)
    store.write_now(lambda session: session.connection.execute("DELETE FROM token_index"))
    store.close()
    monkeypatch.undo()
    with running_fhir_server(database) as server:
        assert ids(server.client.get("/Patient?identifier=urn:oid:2.999.1|A-1")) == ["marit"]


def test_an_address_of_ours_that_was_stored_under_another_port_is_foreign_afterwards(tmp_path: Path) -> None:
    database = tmp_path / "p.sqlite"
    flag = {"resourceType": "Flag", "id": "f", "status": "active", "code": {"text": "x"}}
    with running_fhir_server(database, resources=PEOPLE) as server:
        former = server.base_url
        body = flag | {"subject": {"reference": f"{former}/Patient/marit"}}
        assert server.client.put("/Flag/f", json=body).status_code == 201
        assert ids(server.client.get("/Flag?patient=marit")) == ["falls", "f"]
    with running_fhir_server(database) as server:
        assert server.base_url != former
        assert ids(server.client.get("/Flag?patient=marit")) == ["falls"]
        assert ids(server.client.get(f"/Flag?subject={former}/Patient/marit")) == ["f"]


def test_a_page_link_survives_a_restart(tmp_path: Path) -> None:
    database = tmp_path / "r.sqlite"
    with running_fhir_server(database, resources=PEOPLE) as server:
        port = int(server.base_url.rpartition(":")[2].split("/")[0])
        page = server.client.get("/Patient?_count=2&_sort=_id").json()
        following = next(item["url"] for item in page["link"] if item["relation"] == "next")
    with running_fhir_server(database, port=port) as server:
        assert ids(server.client.get(following)) == ["marit", "turid"]


def test_a_locked_or_unwritable_database_is_503_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "BUSY_SECONDS", 0.05)
    database = tmp_path / "b.sqlite"
    with running_fhir_server(database, resources=PEOPLE) as server:
        other = sqlite3.connect(database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        refused(
            server.client.put("/Patient/marit", json=patient("marit", "Lost", "A", "1950")), 503, "transient"
        )
        assert server.client.get("/Patient/marit").json()["name"][0]["family"] == "Haugen"
        other.execute("ROLLBACK")
        other.close()
        assert (
            server.client.put("/Patient/marit", json=patient("marit", "Kept", "A", "1950")).status_code == 200
        )


def test_a_file_that_is_no_database_is_a_clear_refusal(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").write_bytes(b"this is not a database, whatever it says" * 50)
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        open_store(tmp_path / "x.sqlite", base_url=BASE, clock=HandClock())
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        open_store(tmp_path / "missing" / "x.sqlite", base_url=BASE, clock=HandClock())
    gc.collect()


def test_a_database_of_another_version_is_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "v.sqlite")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreUnavailable, match="another version"):
        open_store(tmp_path / "v.sqlite", base_url=BASE, clock=HandClock())


def test_loaded_decimals_keep_their_zeros(tmp_path: Path) -> None:
    made = observation("zeros", "Patient/marit", "29463-7", "2026-11-01", "60.00")
    with running_fhir_server(tmp_path / "z.sqlite", resources=[*PEOPLE, made]) as server:
        assert b'"value":60.00,' in server.client.get("/Observation/zeros").content
