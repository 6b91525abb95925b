"""Columns, places and tabs as geometry alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shell.widgets.pane_layout import PaneLayout

ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["add", "remove", "apart", "fit"]),
        st.sampled_from("abcdef"),
        st.sampled_from([700, 1262, 1816]),
    ),
    max_size=25,
)


@given(ACTIONS)
def test_every_pane_stands_in_exactly_one_place(actions: list[tuple[str, str, int]]) -> None:
    layout = PaneLayout()
    layout.fit(1262, 608)
    alive: set[str] = set()
    for action, key, width in actions:
        if action == "add" and key not in alive:
            layout.add(key)
            alive.add(key)
        elif action == "remove":
            layout.remove(key)
            alive.discard(key)
        elif action == "apart":
            layout.apart(key)
        elif action == "fit":
            layout.fit(width, 608)
        placed = [item for place in layout.places() for item in place.keys]
        assert sorted(placed) == sorted(alive)
        assert all(place.current in place.keys for place in layout.places())
        assert len(layout.columns) <= layout.most_columns
        assert len(layout.places()) <= layout.most_places
        for _, box in layout.boxes():
            assert box.width > 0
            assert box.left + box.width <= layout.width
            assert box.top + box.height <= layout.height


def test_three_columns_and_four_places_on_a_large_screen() -> None:
    layout = PaneLayout()
    layout.fit(1816, 920)
    for key in "abcde":
        layout.add(key)
    assert [len(column.places) for column in layout.columns] == [1, 2, 1]
    assert layout.places()[-1].keys == ["d", "e"]
