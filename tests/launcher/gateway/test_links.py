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
