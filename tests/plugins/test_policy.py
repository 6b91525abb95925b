"""The administrator's decisions about apps: read whole, every mistake told, and carried by the registry's rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plugins.errors import PolicyWrong
from plugins.policy import INSTALLED, AppPolicy, Decision, read_policy
from plugins.registry import AppRegistry, Surroundings

Make = Callable[..., Path]


def written(folder: Path, content: Any) -> Path:
    file = folder / "app-policy.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return file


def about(members: Any) -> dict[str, Any]:
    return {"policy_version": 1, "apps": {"malinger": members}}


def test_decisions_are_read_and_an_unnamed_app_is_approved(tmp_path: Path) -> None:
    """Mutant: an app that is not named is refused, or gets what another was given."""
    policy = read_policy(written(tmp_path, about({"approved": False, "consent_allowed": True})))
    assert policy.of("malinger") == Decision(approved=False, consent_allowed=True, pkce_exempt=False)
    assert policy.of("notat") == INSTALLED == Decision(True, False, False)


def test_a_file_saved_by_notepad_is_read(tmp_path: Path) -> None:
    file = tmp_path / "app-policy.json"
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps(about({"pkce_exempt": True})).encode())
    assert read_policy(file).of("malinger").pkce_exempt


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (about({"pkce_exmept": True}), "apps.malinger.pkce_exmept is not known; did you mean pkce_exempt?"),
        (
            {"policy_version": 1, "app": {}, "apps": {}},
            "app is not known; did you mean apps?",
        ),
        (
            about({"zzz": 1}),
            "apps.malinger.zzz is not known; known are approved, consent_allowed, pkce_exempt, may_change_patient",
        ),
        (about({"pkce_exempt": "yes"}), "apps.malinger.pkce_exempt must be true or false"),
        (about({"approved": 0}), "apps.malinger.approved must be true or false"),
        (
            about([]),
            "apps.malinger must be an object with approved, consent_allowed, pkce_exempt, may_change_patient",
        ),
        (about({"consent_allowed": True}), 'add "approved": false'),
        ({"policy_version": 2, "apps": {}}, "policy_version must be 1"),
        ({"policy_version": True, "apps": {}}, "policy_version must be 1"),
        ({"policy_version": 1}, "apps must be an object"),
        ([], "must be an object"),
        ("{", ":1: not JSON"),
        ('{"policy_version": 1, "apps": {"a": {}, "a": {"approved": false}}}', '"a" is there twice'),
    ],
)
def test_each_mistake_is_told_with_its_place(tmp_path: Path, content: Any, said: str) -> None:
    file = written(tmp_path, content)
    with pytest.raises(PolicyWrong) as wrong:
        read_policy(file)
    assert len(wrong.value.mistakes) == 1
    assert wrong.value.mistakes[0].startswith(str(file))
    assert said in wrong.value.mistakes[0]


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(PolicyWrong) as wrong:
        read_policy(written(tmp_path, {"version": 1, **about({"aproved": 1})}))
    assert len(wrong.value.mistakes) == 2


def test_the_registry_carries_the_decisions(make_app: Make, tmp_path: Path) -> None:
    """Mutant: an app that nobody may use is enabled all the same."""
    policy = AppPolicy(
        {
            "minapp": Decision(approved=False),
            "other": Decision(approved=False, consent_allowed=True, pkce_exempt=True),
        }
    )
    folders = [make_app("minapp"), make_app("other", id="other"), make_app("third", id="third")]
    surroundings = Surroundings(lambda name: f"http://{name}.localhost:4711")
    apps = AppRegistry(surroundings, bundled=tmp_path / "none", unpacked=folders, policy=policy)
    assert [(row.app_id, row.state) for row in apps.rows()] == [
        ("minapp", "unapproved"),
        ("other", "enabled"),
        ("third", "enabled"),
    ]
    assert apps.find("minapp") is None
    assert [row.app_id for row in apps.registrable()] == ["minapp", "other", "third"]
    assert apps.rows()[1].decision.pkce_exempt
    assert apps.rows()[2].decision == INSTALLED
    assert policy.not_installed(["third", "others"]) == {"minapp": "", "other": "others"}
