"""Page links: whatever is sealed opens for its own grant, patient and type alone, and nothing else opens at all."""

from __future__ import annotations

import dataclasses
import string
from itertools import count

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from launcher.gateway.grant_facts import GrantFacts
from launcher.gateway.interaction import Kind
from launcher.gateway.links import Page, PageRefused, PageSeal, upstream_target
from launcher.gateway.resource_types import RESOURCE_TYPES

BASE = "http://upstream.example:8080/fhir/r4"
IDS = st.text(string.ascii_letters + string.digits + "-.", min_size=1, max_size=20)
PAGES = st.builds(
    Page,
    grant_id=IDS,
    patient=st.none() | IDS,
    kind=st.sampled_from(list(Kind)),
    type=st.sampled_from(sorted(RESOURCE_TYPES)),
    id=st.none() | IDS,
    exact=st.booleans(),
    target=st.text(string.printable, max_size=200),
)
_numbers = count()


def nonce(length: int) -> bytes:
    return next(_numbers).to_bytes(length, "big")


def seal_of(key: bytes) -> PageSeal:
    return PageSeal(key, nonce)


SEAL = seal_of(b"k" * 32)


def facts_for(page: Page) -> GrantFacts:
    return GrantFacts(page.grant_id, (), page.patient, False, frozenset(), ())


@given(PAGES)
def test_what_was_sealed_opens_for_its_own_grant_and_tells_nothing(page: Page) -> None:
    text = SEAL.seal(page)
    assert SEAL.open(text, facts_for(page), page.type) == page
    assert set(text) <= set(string.ascii_letters + string.digits + "-_"), "it stands in an address as it is"
    assert SEAL.seal(page) != text


@given(PAGES, IDS, st.none() | IDS, st.sampled_from(sorted(RESOURCE_TYPES)))
def test_it_opens_for_nobody_else(page: Page, grant: str, patient: str | None, resource_type: str) -> None:
    text, facts = SEAL.seal(page), facts_for(page)
    others = [
        (dataclasses.replace(facts, grant_id=grant), page.type, grant != page.grant_id),
        (dataclasses.replace(facts, patient=patient), page.type, patient != page.patient),
        (facts, resource_type, resource_type != page.type),
    ]
    for other, asked, differs in others:
        if differs:
            with pytest.raises(PageRefused):
                SEAL.open(text, other, asked)
    with pytest.raises(PageRefused):
        seal_of(b"l" * 32).open(text, facts, page.type)


@given(PAGES, st.data())
def test_one_changed_character_and_it_does_not_open(page: Page, data: st.DataObject) -> None:
    text = SEAL.seal(page)
    at = data.draw(st.integers(0, len(text) - 2))  # the last may hold bits that stand for nothing
    letter = data.draw(st.sampled_from(string.ascii_letters + string.digits + "-_"))
    assume(letter != text[at])
    with pytest.raises(PageRefused):
        SEAL.open(text[:at] + letter + text[at + 1 :], facts_for(page), page.type)


@given(PAGES, st.sampled_from("!#$%&*.,:; \n"), st.integers(1, 4))
def test_strange_letters_in_a_link_are_not_passed_over(page: Page, stranger: str, times: int) -> None:
    text = SEAL.seal(page)
    for changed in (text + stranger * times, stranger * times + text):
        with pytest.raises(PageRefused):
            SEAL.open(changed, facts_for(page), page.type)


def test_links_open_whatever_letter_they_end_with() -> None:
    seal, ends = PageSeal(b"k" * 32, lambda length: b"n" * length), set()
    for number in range(2000):
        page = Page("g", "p", Kind.PAGE, "Task", None, True, f"/Task?{number}")
        text = seal.seal(page)
        ends.add(text[-1])
        assert seal.open(text, facts_for(page), "Task") == page
    assert ends >= set(string.ascii_uppercase)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        (f"{BASE}/Task?_page=2", "/Task?_page=2"),
        (f"{BASE}/Task", "/Task"),
        (f"{BASE}?_getpages=1", "?_getpages=1"),
        ("https://inside.example/fhir/r4/X/a.b?c=%2F", "/X/a.b?c=%2F"),
        ("/fhir/r4/Task", "/Task"),
        ("Task?a=b?c", "/Task?a=b?c"),
        ("?a=b", None),
        (f"{BASE}x/Task", None),
        ("http://upstream.example:8080/other/Task", None),
        (f"{BASE}/../Task", None),
        (f"{BASE}/./Task", None),
        (f"{BASE}//Task", None),
        (f"{BASE}/Task/", None),
        (f"{BASE}/%2e%2e/Task", None),
        (f"{BASE}/Task#a", None),
        (f"{BASE}/Task?a\\b", None),
        (f"{BASE}/Task?a b", None),
        (f"{BASE}/Task?å", None),
        (f"{BASE}/Task?a\nb", None),
    ],
)
def test_where_an_upstream_link_leads(url: str, target: str | None) -> None:
    assert upstream_target(url, BASE) == target


@given(st.text(max_size=200))
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(PageRefused):
        SEAL.open(text, GrantFacts("g", (), None, False, frozenset(), ()), "Patient")


@given(
    st.text(string.printable, max_size=60), st.sampled_from(["", "/", BASE, BASE + "/", "/fhir/r4/", "//"])
)
def test_an_upstream_link_leads_below_the_base_or_nowhere(rest: str, start: str) -> None:
    target = upstream_target(start + rest, BASE)
    if target is not None:
        path = target.partition("?")[0]
        assert path == "" or path.startswith("/")
        assert not any(part.strip(".") == "" for part in path.split("/")[1:])
        assert target.isascii() and target.isprintable() and " " not in target and "#" not in target
        assert "%" not in path and "\\" not in target
