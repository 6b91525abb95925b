"""What a link or a command may ask for, and that it never names a person by his number."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shell.composition.open_wish import (
    OpenWish,
    WishRefused,
    has_identity_number,
    message_of,
    wish_by_handle,
    wish_for,
    wish_of_link,
    wish_of_message,
)

IDS = st.from_regex(r"[A-Za-z0-9\-.]{1,64}", fullmatch=True)


def fault_of_link(link: str) -> str:
    with pytest.raises(WishRefused) as refused:
        wish_of_link(link)
    return refused.value.fault


@pytest.mark.parametrize(
    "link", ["vaktrom:open?patient=p-1", "vaktrom://open?patient=p-1", "vaktrom://open/?patient=p-1"]
)
def test_the_forms_of_a_link(link: str) -> None:
    """Browsers write the address of an unknown scheme in more than one way."""
    assert wish_of_link(link) == OpenWish("p-1")


def test_a_handle_of_the_gateway_s_stands_for_a_patient() -> None:
    """Mutants: a handle is taken for an id; both are taken together."""
    handle = "xY7_-k2mPq9sT4vWzA1bC3dE"
    assert wish_of_link(f"vaktrom:open?handle={handle}") == wish_by_handle(handle) == OpenWish(handle=handle)
    assert fault_of_link(f"vaktrom:open?handle={handle}&patient=p-1") == "link"
    assert wish_of_message(message_of(OpenWish(handle=handle))) == OpenWish(handle=handle)
    for wrong in ("", "short", "x" * 65, "a/b" * 10, "a b" * 10):
        with pytest.raises(WishRefused) as refused:
            wish_by_handle(wrong)
        assert refused.value.fault == "handle"
    with pytest.raises(WishRefused) as number:
        wish_by_handle("13850100000")
    assert number.value.fault == "identity-number"


@pytest.mark.parametrize(
    "link",
    [
        "vaktrom:open?patient=13850100000",
        "vaktrom:open?patient=138501%2000000",
        "vaktrom:open?patient=138501-00000",
        "vaktrom:open?patient=%31%33850100000",
        "vaktrom:13850100000",
        "vaktrom:open?patient=p-1#13850100000",
    ],
)
def test_an_identity_number_is_refused_wherever_it_stands(link: str) -> None:
    """Mutants: only the plain form is known; a number that is written with percent signs comes through."""
    assert fault_of_link(link) == "identity-number"


@pytest.mark.parametrize(
    "link",
    [
        "",
        "vaktrom:",
        "vaktrom:open",
        "vaktrom:open?patient=",
        "vaktrom:close?patient=p-1",
        "vaktrom:open?patient=p-1&patient=p-2",
        "vaktrom:open?patient=p-1&encounter=e-1",
        "vaktrom:open?encounter=e-1",
        "vaktrom://nurse@open?patient=p-1",
        "vaktrom://open:80?patient=p-1",
        "vaktrom://open/deeper?patient=p-1",
        "vaktrom:open?patient=p-1#now",
        "https://open?patient=p-1",
        "vaktrom:open?patient=p-1\n",
        "vaktrom:open?patient=p%0A1",
        "vaktrom:open?patient=p%252F1",
        "vaktrom:open?patient=å",
        "vaktrom:open?patient=" + "p" * 65,
        "vaktrom:open?patient=" + "p" * 5000,
        "vaktrom://[open?patient=p-1",
    ],
)
def test_whatever_else_is_refused(link: str) -> None:
    """Mutant: what is not understood is guessed."""
    assert fault_of_link(link) in ("link", "patient")


@given(st.text())
def test_no_text_does_anything_but_be_refused_or_name_an_id(text: str) -> None:
    """Mutant: an error of the library in place of an answer."""
    try:
        wish = wish_of_link(text)
    except WishRefused:
        return
    assert wish_for(wish.patient) == wish


@given(IDS)
def test_what_is_wished_comes_through_the_door_word_for_word(patient: str) -> None:
    """Mutant: the two ends of the door do not agree."""
    assume(not has_identity_number(patient))
    wish = wish_for(patient)
    assert wish_of_message(message_of(wish)) == wish == wish_of_link(f"vaktrom:open?patient={patient}")


@given(st.binary())
def test_no_other_message_is_a_wish(message: bytes) -> None:
    wish = wish_of_message(message)
    assert wish is None or message_of(wish) == message


@pytest.mark.parametrize(
    "patient", ["a1b2c3d4-1234-5678-9012-123456789012", "12345678901234", "p13850100000"]
)
def test_an_id_that_only_holds_many_digits_is_an_id(patient: str) -> None:
    """Mutant: ids of a record that are long numbers or UUIDs cannot be opened."""
    assert wish_for(patient) == OpenWish(patient)
