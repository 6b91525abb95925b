"""Bundles built anew: exactly what is kept of an upstream's answer, byte for byte."""

from __future__ import annotations

import json
from typing import Any

import pytest

from launcher.gateway.filter import BundleContext, Filtered, filter_bundle, known_patients
from launcher.gateway.grant_facts import GrantFacts
from launcher.gateway.heads import AnswerUnreadable
from launcher.gateway.interaction import Kind
from launcher.gateway.scope_rules import parse_scopes
from tests.launcher.gateway.support import MARIT, TORBJORN, observation

BASE, SELF = "http://gateway.example/fhir", "http://gateway.example/fhir/Observation"
UPSTREAM = "http://upstream.example/fhir"


def filtered(
    kind: Kind, bundle: dict[str, Any], *scopes: str, identifier: str | None = None, exact: bool = True
) -> Filtered:
    facts = GrantFacts("g", parse_scopes(scopes or ("patient/*.rs",)), MARIT, False, frozenset(), (UPSTREAM,))
    context = BundleContext(
        kind,
        "Observation",
        identifier,
        exact,
        BASE,
        SELF,
        lambda url: None if "gone" in url else f"ours:{url}",
    )
    return filter_bundle(facts, json.dumps({"resourceType": "Bundle", **bundle}).encode(), context)


OWN, FOREIGN = observation("o-1", MARIT), observation("o-2", TORBJORN)
URL = f"{BASE}/Observation/o-1"


def version(**response: str) -> dict[str, Any]:
    return {"resource": OWN, "request": {"method": "POST", "url": "secret"}, "response": response}


@pytest.mark.parametrize(
    ("entry", "request_and_response"),
    [
        (
            version(
                status="201 Created", etag='W/"3"', lastModified="2026-11-23T08:00:00Z", location="secret"
            ),
            ("POST", {"status": "201", "etag": 'W/"3"', "lastModified": "2026-11-23T08:00:00Z"}),
        ),
        (version(status="secret", etag="secret", lastModified="secret"), ("POST", {"status": "200"})),
        ({"resource": OWN, "request": {"method": "secret"}}, ("PUT", {"status": "200"})),
        ({"resource": OWN, "request": {"method": "PUT"}}, ("PUT", {"status": "200"})),
        ({"resource": OWN}, ("PUT", {"status": "200"})),
    ],
)
def test_a_version_in_a_history(
    entry: dict[str, Any], request_and_response: tuple[str, dict[str, str]]
) -> None:
    method, response = request_and_response
    found = filtered(Kind.HISTORY_INSTANCE, {"entry": [entry]}, identifier="o-1")
    assert json.loads(found.body) == {
        "resourceType": "Bundle",
        "type": "history",
        "link": [{"relation": "self", "url": SELF}],
        "entry": [
            {
                "fullUrl": URL,
                "resource": OWN,
                "request": {"method": method, "url": "Observation/o-1"},
                "response": response,
            }
        ],
    }
    assert (found.kept, found.removed, found.patients) == (1, 0, {MARIT})


@pytest.mark.parametrize(("identifier", "url"), [("o-1", "Observation/o-1"), (None, "Observation")])
def test_a_deletion_is_told_to_who_may_see_all(identifier: str | None, url: str) -> None:
    entry = {"request": {"method": "DELETE", "url": "secret"}, "response": {"status": "204"}}
    found = filtered(Kind.HISTORY_TYPE, {"entry": [entry]}, "user/*.rs", identifier=identifier)
    told = {"request": {"method": "DELETE", "url": url}, "response": {"status": "204"}}
    assert json.loads(found.body)["entry"] == [told]
    assert (found.kept, found.removed, found.patients) == (1, 0, set())
    hidden = filtered(Kind.HISTORY_TYPE, {"entry": [entry]}, identifier=identifier)
    assert (hidden.kept, hidden.removed) == (0, 1)
    assert filtered(Kind.SEARCH_TYPE, {"entry": [entry]}, "user/*.rs").kept == 0


def test_each_version_in_a_history_of_a_type_has_its_own_address() -> None:
    entries = [{"resource": {**OWN, "id": name}} for name in ("o-1", "o-2")]
    body = json.loads(filtered(Kind.HISTORY_TYPE, {"entry": entries}).body)
    assert [entry["request"]["url"] for entry in body["entry"]] == ["Observation/o-1", "Observation/o-2"]
    assert [entry["fullUrl"] for entry in body["entry"]] == [URL, f"{BASE}/Observation/o-2"]


def test_whom_an_answer_is_about() -> None:
    """Somebody unproven is shown to who may see everybody, but is nobody's name in the record of the access."""
    vague = {**OWN, "id": "o-3", "subject": {"reference": "http://elsewhere.example/Patient/x"}}
    entries = [{"resource": resource} for resource in (OWN, FOREIGN, vague)]
    found = filtered(Kind.SEARCH_TYPE, {"entry": entries}, "user/*.rs")
    assert (found.kept, found.patients) == (3, {MARIT, TORBJORN})
    assert filtered(Kind.SEARCH_TYPE, {"entry": entries}).patients == {MARIT}
    everybody = GrantFacts("g", parse_scopes(("user/*.rs",)), None, False, frozenset(), (UPSTREAM,))
    assert known_patients(everybody, FOREIGN) == {TORBJORN}
    assert known_patients(everybody, vague) == set()


@pytest.mark.parametrize(
    "before",
    [
        {},
        {"fullUrl": "x"},
        {"resource": {"id": "o-1"}},
        {"resource": {**OWN, "id": "../x"}},
        {"resource": FOREIGN},
    ],
)
@pytest.mark.parametrize("kind", [Kind.SEARCH_TYPE, Kind.EVERYTHING, Kind.HISTORY_TYPE])
def test_what_stands_behind_an_entry_that_is_left_out_is_shown(kind: Kind, before: dict[str, Any]) -> None:
    found = filtered(kind, {"entry": [before, {"resource": OWN}]})
    assert (found.kept, found.removed, found.patients) == (1, 1, {MARIT})


def test_a_history_holds_versions_of_what_was_asked_for_only() -> None:
    other = {"resource": observation("o-9", MARIT)}
    patient = {"resource": {"resourceType": "Patient", "id": MARIT}}
    found = filtered(Kind.HISTORY_INSTANCE, {"entry": [other, patient, {"resource": OWN}]}, identifier="o-1")
    assert (found.kept, found.removed) == (1, 2)
    assert filtered(Kind.HISTORY_TYPE, {"entry": [other, patient]}).kept == 1


def test_a_search_keeps_ones_own_and_says_how_it_came() -> None:
    included = {"resource": {"resourceType": "Patient", "id": MARIT}, "search": {"mode": "include"}}
    plain = {"resource": OWN, "search": {"mode": "outcome"}}
    nameless = {"resource": {**OWN, "id": "../x"}}
    numbered = {"resource": {**OWN, "id": 1}}
    typeless = {"resource": {"id": "o-1"}}
    entries = [plain, included, {"resource": FOREIGN}, nameless, numbered, typeless, {"fullUrl": "x"}]
    found = filtered(Kind.SEARCH_TYPE, {"entry": entries, "total": 9})
    body = json.loads(found.body)
    assert [entry["search"]["mode"] for entry in body["entry"]] == ["match", "include"]
    assert [entry["fullUrl"] for entry in body["entry"]] == [URL, f"{BASE}/Patient/{MARIT}"]
    assert "total" not in body, "somebody else's were counted"
    assert (body["type"], found.kept, found.removed) == ("searchset", 2, 5)


def test_what_comes_along_needs_the_right_to_read_what_matches_the_right_to_search() -> None:
    match, included = {"resource": OWN}, {"resource": OWN, "search": {"mode": "include"}}
    assert filtered(Kind.SEARCH_TYPE, {"entry": [match]}, "patient/*.r").kept == 0
    assert filtered(Kind.SEARCH_TYPE, {"entry": [included]}, "patient/*.r").kept == 1
    assert filtered(Kind.SEARCH_TYPE, {"entry": [match]}, "patient/*.s").kept == 1
    assert filtered(Kind.EVERYTHING, {"entry": [match]}, "patient/*.r").kept == 1


@pytest.mark.parametrize(
    ("total", "exact", "shown"), [(1, True, 1), (0, True, 0), (-1, True, None), (1, False, None)]
)
def test_a_total_is_shown_where_it_tells_nothing_foreign(total: int, exact: bool, shown: int | None) -> None:
    found = filtered(Kind.SEARCH_TYPE, {"entry": [{"resource": OWN}], "total": total}, exact=exact)
    assert json.loads(found.body).get("total") == shown


def test_links_become_ours_or_are_left_out() -> None:
    links = [{"relation": word, "url": word} for word in ("self", "next", "prev", "secret")]
    body = json.loads(
        filtered(Kind.SEARCH_TYPE, {"link": [*links, {"relation": "last", "url": "gone"}]}).body
    )
    assert body["link"] == [
        {"relation": "self", "url": SELF},
        {"relation": "next", "url": "ours:next"},
        {"relation": "prev", "url": "ours:prev"},
    ]
    assert "entry" not in body
    with pytest.raises(AnswerUnreadable):
        filtered(Kind.SEARCH_TYPE, {"link": [{"relation": "next", "url": "gone"}]})


@pytest.mark.parametrize("bundle", [{"resourceType": "Patient"}, {"entry": "x"}, {"total": "x"}])
def test_what_is_no_bundle(bundle: dict[str, Any]) -> None:
    with pytest.raises(AnswerUnreadable):
        filtered(Kind.SEARCH_TYPE, bundle)
