"""The rotation rule as a state machine: exactly one line of tokens can ever be alive (SAL-50)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.oauth.refresh import RefreshFamily, decide, family_of, fingerprint, rotate

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WINDOW = timedelta(seconds=10)
LIFE = timedelta(hours=2)


def family(token: str = "f.0") -> RefreshFamily:
    return RefreshFamily("f", "grant", "app", fingerprint(token), NOON + LIFE)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 5), st.sampled_from([0, 1, 9, 11]), st.sampled_from([None, "a"]), st.booleans()
        ),
        max_size=30,
    )
)
def test_only_the_newest_token_and_its_immediate_predecessor_are_ever_answered(
    steps: list[tuple[int, int, str | None, bool]],
) -> None:
    """Whatever order tokens come in: rotate only for the current one, repeat only for the last one in time."""
    entry, now, newest = family(), NOON, 0
    rotated_at: datetime | None = None
    last_scope: str | None = None
    for back, seconds, scope, is_foreign in steps:
        now += timedelta(seconds=seconds)
        presented = max(0, newest - back)
        client = "other" if is_foreign else "app"
        decision = decide(entry, f"f.{presented}", client, scope, now, WINDOW)
        if is_foreign:
            assert decision == "foreign"
            continue
        if presented == newest:
            assert decision == "rotate"
            newest += 1
            rotate(entry, f"f.{newest}", scope, now, LIFE, f"answer {newest}")
            rotated_at, last_scope = now, scope
        elif (
            presented == newest - 1
            and rotated_at is not None
            and now - rotated_at <= WINDOW
            and scope == last_scope
        ):
            assert decision == "repeat"
            assert entry.answer == f"answer {newest}"
        else:
            assert decision == "reuse"
            return


def test_expired() -> None:
    assert decide(family(), "f.0", "app", None, NOON + LIFE, WINDOW) == "expired"


@pytest.mark.parametrize(
    ("token", "expected"), [("a.b", "a"), ("a.", ""), ("a", ""), ("", ""), (".b", ""), ("a.b.c", "a")]
)
def test_family_of(token: str, expected: str) -> None:
    assert family_of(token) == expected
