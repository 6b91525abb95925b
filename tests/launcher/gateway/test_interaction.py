"""Classification of raw requests: what is understood, and what is refused because it could be read in two ways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.gateway.interaction import Interaction, Kind, Refusal, classify
from launcher.gateway.query import QueryError, parse_query, write_query


def ask(method: str, path: str, query: str = "", **headers: str) -> Interaction | Refusal:
    raw = {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
    return classify(method, path.encode("latin-1"), query.encode("latin-1"), raw)


UNDERSTOOD = [
    ("GET", "/metadata", "", Kind.CAPABILITIES),
    ("GET", "/Patient/p-1", "", Kind.READ),
    ("GET", "/Patient/p-1/_history/3", "", Kind.VREAD),
    ("GET", "/Patient/p-1/_history", "", Kind.HISTORY_INSTANCE),
    ("GET", "/Patient/_history", "_count=5", Kind.HISTORY_TYPE),
    ("GET", "/Observation", "code=http%3A%2F%2Floinc.org%7C8867-4", Kind.SEARCH_TYPE),
    ("GET", "/Observation", "", Kind.SEARCH_TYPE),
    ("GET", "/Patient/p-1/Observation", "code=1", Kind.SEARCH_TYPE),
    ("GET", "/Patient/p-1/$everything", "_count=5", Kind.EVERYTHING),
    ("GET", "/Observation", "_page=abc", Kind.PAGE),
    ("POST", "/Observation", "", Kind.CREATE),
    ("PUT", "/Observation/o-1", "", Kind.UPDATE),
    ("PUT", "/Observation", "identifier=1", Kind.CONDITIONAL_UPDATE),
    ("DELETE", "/Observation/o-1", "", Kind.DELETE),
    ("DELETE", "/Observation", "identifier=1", Kind.CONDITIONAL_DELETE),
    ("POST", "", "", Kind.BUNDLE),
    ("POST", "/", "", Kind.BUNDLE),
]

REFUSED = [
    ("GET", "//Patient/p-1", "", 400),
    ("GET", "/Patient//p-1", "", 400),
    ("GET", "/Patient/p-1/", "", 400),
    ("GET", "/Patient/../Patient/p-1", "", 400),
    ("GET", "/Patient/./p-1", "", 400),
    ("GET", "/Patient/..", "", 400),
    ("GET", "/Patient/p%2D1", "", 400),
    ("GET", "/Patient/%2e%2e/x", "", 400),
    ("GET", "/Patient%2Fp-1", "", 400),
    ("GET", "/Patient/p-1%00", "", 400),
    ("GET", "/Patient/p-1;v=1", "", 400),
    ("GET", "/Patient\\p-1", "", 400),
    ("GET", "/Patient/p_1", "", 400),
    ("GET", "/Patient/" + "a" * 65, "", 400),
    ("GET", "/patient/p-1", "", 404),
    ("GET", "/Nonsense/p-1", "", 404),
    ("GET", "/_history", "", 405),
    ("GET", "/", "_type=Patient", 405),
    ("POST", "/_search", "", 405),
    ("GET", "/Patient/_search", "name=a", 405),
    ("POST", "/Patient/p-1", "", 405),
    ("PATCH", "/Patient/p-1", "", 405),
    ("HEAD", "/Patient/p-1", "", 405),
    ("POST", "/Patient/p-1/$everything", "", 405),
    ("GET", "/Observation/o-1/$everything", "", 405),
    ("GET", "/$export", "", 405),
    ("GET", "/Patient/$match", "", 405),
    ("POST", "/Patient/$validate", "", 405),
    ("GET", "/Patient/p-1/*", "", 400),
    ("GET", "/Patient/p-1", "_format=xml", 406),
    ("GET", "/Patient/p-1", "_format=json&_format=xml", 406),
    ("GET", "/Patient/p-1", "patient=p-2", 400),
    ("GET", "/Observation", "Patient=p-2", 400),
    ("GET", "/Observation", "SUBJECT=p-2", 400),
    ("GET", "/Observation", "_filter=code%20eq%201", 400),
    ("GET", "/Observation", "_query=all", 400),
    ("GET", "/Observation", "_contained=both", 400),
    ("GET", "/Observation", "_method=DELETE", 400),
    ("GET", "/Observation", "code=1&_page=abc", 400),
    ("GET", "/Observation", "_page=abc&code=1", 400),
    ("GET", "/Observation", "code=%", 400),
    ("GET", "/Observation", "code=%zz", 400),
    ("GET", "/Observation", "code=%ff", 400),
    ("GET", "/Observation", "code=a%00b", 400),
    ("GET", "/Observation", "code=a;patient=p-2", 400),
    ("GET", "/Observation", "=p-2", 400),
    ("GET", "/Observation", "a%26patient=p-2", 400),
    ("GET", "/Observation", "code=" + "a" * 9000, 414),
    ("GET", "/Observation", "&".join(["code=1"] * 101), 400),
    ("POST", "/Observation", "patient=p-2", 405),
]


@pytest.mark.parametrize(("method", "path", "query", "kind"), UNDERSTOOD)
def test_understood(method: str, path: str, query: str, kind: Kind) -> None:
    found = ask(method, path, query)
    assert isinstance(found, Interaction)
    assert found.kind is kind


@pytest.mark.parametrize(("method", "path", "query", "status"), REFUSED)
def test_refused(method: str, path: str, query: str, status: int) -> None:
    found = ask(method, path, query)
    assert isinstance(found, Refusal)
    assert found.status == status


@pytest.mark.parametrize("name", ["x_http_method_override", "x_http_method", "x_method_override"])
def test_method_override_is_refused(name: str) -> None:
    assert isinstance(ask("GET", "/Patient/p-1", **{name: "DELETE"}), Refusal)


def test_a_form_is_added_to_the_query_and_judged_with_it() -> None:
    headers = {b"content-type": b"application/x-www-form-urlencoded"}
    found = classify("POST", b"/Observation/_search", b"code=1", headers, form=b"patient=p-1&code=2")
    assert isinstance(found, Interaction)
    assert found.parameters == (("code", "1"), ("patient", "p-1"), ("code", "2"))
    wrong = classify("POST", b"/Observation/_search", b"", {b"content-type": b"text/plain"}, form=b"a=1")
    assert isinstance(wrong, Refusal)


def test_compartment_search_names_the_patient_as_a_parameter() -> None:
    found = ask("GET", "/Patient/p-1/Observation", "patient=p-2")
    assert isinstance(found, Interaction)
    assert found.parameters == (("patient", "p-2"), ("patient", "Patient/p-1"))


PRINTABLE = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=20)


@given(st.lists(st.tuples(st.sampled_from(["code", "patient:Patient", "_count"]), PRINTABLE)))
def test_what_is_written_is_read_back_as_it_was_judged(parameters: list[tuple[str, str]]) -> None:
    assert parse_query(write_query(parameters).encode()) == tuple(parameters)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        parameters = parse_query(raw)
    except QueryError:
        return
    assert parse_query(write_query(parameters).encode()) == parameters
