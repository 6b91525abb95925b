"""Which apps exist: bundled, unpacked, served elsewhere; broken ones are rows with reasons."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from plugins.errors import ManifestUnusable
from plugins.registry import AppRegistry, Surroundings

Make = Callable[..., Path]


def surroundings(*, loopback: bool = True) -> Surroundings:
    return Surroundings(lambda name: f"http://{name}.localhost:4711", loopback)


def test_the_bundled_apps_are_enabled_and_exact() -> None:
    apps = AppRegistry(surroundings())
    assert [(row.app_id, row.state, row.source) for row in apps.rows()] == [
        ("legemidler", "enabled", "bundled"),
        ("malinger", "enabled", "bundled"),
        ("notat", "enabled", "bundled"),
    ]
    assert all(row.report.findings == () for row in apps.rows())
    row = apps.find("malinger")
    assert row is not None
    assert apps.addresses(row).redirect_uris == ("http://malinger.localhost:4711/index.html",)
    assert apps.addresses(row).origins == ("http://malinger.localhost:4711",)
    assert (row.manifest.publisher, row.manifest.follows) == ("Nordvital AS", "fhircast")


def test_broken_apps_are_rows_and_the_others_go_on(make_app: Make, tmp_path: Path) -> None:
    broken = make_app("broken", id="Not a host", client_name=None)
    good = make_app("good")
    apps = AppRegistry(surroundings(), bundled=tmp_path / "none", unpacked=[tmp_path / "gone", broken, good])
    gone, bad, fine = apps.rows()
    assert (gone.state, gone.app_id) == ("broken", "gone")
    assert gone.reasons
    assert bad.state == "broken"
    assert len(bad.reasons) == 2
    assert "manifest.json#/id" in " ".join(reason.nb for reason in bad.reasons)
    assert fine.state == "enabled"
    assert apps.find("broken") is None
    with pytest.raises(ManifestUnusable):
        _ = bad.manifest


def test_the_first_of_two_with_the_same_id_wins(make_app: Make, tmp_path: Path) -> None:
    first, second = make_app("first"), make_app("second")
    apps = AppRegistry(surroundings(), bundled=tmp_path / "none", unpacked=[first, second])
    assert [row.state for row in apps.rows()] == ["enabled", "duplicate"]
    assert "first" in apps.rows()[1].reasons[0].nb
    found = apps.find("minapp")
    assert found is not None
    assert found.folder == first


def test_nobody_takes_the_name_of_a_bundled_app(make_app: Make) -> None:
    apps = AppRegistry(surroundings(), unpacked=[make_app("evil", id="malinger")])
    assert apps.rows()[-1].state == "duplicate"
    found = apps.find("malinger")
    assert found is not None
    assert found.source == "bundled"


def test_an_app_with_a_server_needs_a_hosted_gateway(make_app: Make, tmp_path: Path) -> None:
    served = make_app(
        "served",
        launch_uri="https://app.example/launch",
        redirect_uris=["https://app.example/cb"],
        token_endpoint_auth_method="private_key_jwt",
        jwks_uri="https://app.example/jwks",
        server_side=True,
    )
    here = AppRegistry(surroundings(), bundled=tmp_path / "none", unpacked=[served])
    hosted = AppRegistry(surroundings(loopback=False), bundled=tmp_path / "none", unpacked=[served])
    assert here.rows()[0].state == "incompatible"
    assert "denne maskinen" in here.rows()[0].reasons[0].nb
    assert hosted.rows()[0].state == "enabled"


def test_a_manifest_of_a_newer_format_is_incompatible(make_app: Make, tmp_path: Path) -> None:
    apps = AppRegistry(surroundings(), bundled=tmp_path / "none", unpacked=[make_app(manifest_version=2)])
    assert apps.rows()[0].state == "incompatible"
    assert apps.enabled() == ()


def test_a_disabled_app_does_not_run(make_app: Make, tmp_path: Path) -> None:
    apps = AppRegistry(surroundings(), bundled=tmp_path / "none", unpacked=[make_app()], disabled=["minapp"])
    assert apps.rows()[0].state == "disabled"
    assert apps.find("minapp") is None
