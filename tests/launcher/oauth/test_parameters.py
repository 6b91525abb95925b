"""Parameters keep their bytes and are never repeated (RFC 6749 3.1, SAL-17)."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.oauth.errors import InvalidRequest
from launcher.oauth.parameters import parse_parameters, with_query

ANY_TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60)


@given(ANY_TEXT)
def test_a_value_goes_round_unchanged(value: str) -> None:
    parsed = parse_parameters(f"state={quote(value, safe='')}").need("state")
    returned = urlsplit(with_query("http://app.example/cb", {"state": parsed})).query
    assert parse_qs(returned, keep_blank_values=True)["state"] == [value]


@given(st.binary(min_size=1, max_size=40))
def test_bytes_go_round_unchanged(value: bytes) -> None:
    parsed = parse_parameters(f"state={quote(value, safe='')}").need("state")
    returned = urlsplit(with_query("http://app.example/cb", {"state": parsed})).query
    assert parse_parameters(returned).need("state").encode("utf-8", "surrogateescape") == parsed.encode(
        "utf-8", "surrogateescape"
    )


def test_an_existing_query_stays_first() -> None:
    assert with_query("http://a.example/x?y=1", {"z": "2", "no": None}) == "http://a.example/x?y=1&z=2"
    assert with_query("http://a.example/x?y=1", {}) == "http://a.example/x?y=1"


def test_repeated_missing_and_empty() -> None:
    parsed = parse_parameters("a=1&a=1&b=&c=3")
    assert parsed.need("c") == "3"
    assert parsed.get("b") is None
    for name in ("a", "b", "d"):
        with pytest.raises(InvalidRequest):
            parsed.need(name)
    with pytest.raises(InvalidRequest):
        parsed.refuse_repeated()


def test_too_many_are_refused() -> None:
    with pytest.raises(InvalidRequest):
        parse_parameters("&".join(f"p{number}=1" for number in range(101)))
