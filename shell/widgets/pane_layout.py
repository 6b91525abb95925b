"""Where panes stand: columns of places, several panes in one place as tabs. Pure geometry."""

from __future__ import annotations

from dataclasses import dataclass, field

GAP = 8
SNAPS = (1 / 3, 1 / 2, 0.57)  # 57 % inside is 56 % with the margins
SNAP_WITHIN = 14
WIDE_FROM = 1700
LEAST_HEIGHT = 140


@dataclass(slots=True)
class Place:
    """Panes in one place; ``current`` is the key in front."""

    keys: list[str]
    current: str
    share: float = 1.0


@dataclass(slots=True)
class Column:
    """Places below each other."""

    places: list[Place]
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Box:
    """Pixels in the pane area."""

    left: int
    top: int
    width: int
    height: int


@dataclass(slots=True)
class PaneLayout:
    """At most 2 columns and 3 places; from 1700 pixels on 3 columns and 4 places."""

    columns: list[Column] = field(default_factory=list)
    width: int = 1278
    height: int = 624
    least_width: int = 420

    def places(self) -> list[Place]:
        return [place for column in self.columns for place in column.places]

    def place_of(self, key: str) -> Place | None:
        return next((place for place in self.places() if key in place.keys), None)

    @property
    def most_columns(self) -> int:
        return 3 if self.width >= WIDE_FROM else 2

    @property
    def most_places(self) -> int:
        return 4 if self.width >= WIDE_FROM else 3

    def add(self, key: str, beside: str | None = None) -> None:
        """A new pane: as a tab of ``beside``, in a new place while there is room, else as a tab in the last."""
        home = self.place_of(beside) if beside else None
        if home is None and len(self.places()) >= self.most_places:
            home = self.places()[-1]
        if home is not None:
            home.keys.append(key)
            home.current = key
            return
        place = Place([key], key)
        if len(self.columns) < min(2, self.most_columns):
            self.columns.append(Column([place]))
        elif len(self.columns[1].places) < 2:
            self.columns[1].places.append(place)
        elif len(self.columns) < self.most_columns:
            self.columns.append(Column([place]))
        else:
            self.columns[-1].places.append(place)
        self.even()

    def remove(self, key: str) -> None:
        """Take a pane out; an empty place gives its room to the others."""
        place = self.place_of(key)
        if place is None:
            return
        index = place.keys.index(key)
        place.keys.remove(key)
        if place.keys:
            if place.current == key:
                place.current = place.keys[min(index, len(place.keys) - 1)]
            return
        for column in self.columns:
            column.places = [item for item in column.places if item.keys]
        self.columns = [column for column in self.columns if column.places]
        self.even()

    def apart(self, key: str) -> None:
        """A tab becomes a place of its own, if there is room for one."""
        place = self.place_of(key)
        if place is not None and len(place.keys) > 1 and len(self.places()) < self.most_places:
            place.keys.remove(key)
            place.current = place.keys[0]
            self.add(key)

    def fit(self, width: int, height: int) -> None:
        """Another size of the area; places that no longer fit become tabs of the last that does."""
        self.width, self.height = width, height
        while len(self.columns) > 1 and (
            len(self.columns) > self.most_columns or width < len(self.columns) * self.least_width + GAP
        ):
            gone = self.columns.pop()
            self._merge([key for place in gone.places for key in place.keys])
        while len(self.places()) > self.most_places:
            column = next(item for item in reversed(self.columns) if len(item.places) > 1)
            self._merge(column.places.pop().keys)

    def even(self) -> None:
        """The usual shares: 56 % beside the rest, places of a column alike."""
        shares = {1: (1.0,), 2: (0.57, 0.43), 3: (0.45, 0.28, 0.27)}[max(1, len(self.columns))]
        for column, share in zip(self.columns, shares, strict=False):
            column.share = share
            for place in column.places:
                place.share = 1 / len(column.places)

    def boxes(self) -> list[tuple[Place, Box]]:
        """Every place with its pixels."""
        found: list[tuple[Place, Box]] = []
        left = 0
        widths = self._parts([column.share for column in self.columns], self.width)
        for column, width in zip(self.columns, widths, strict=True):
            top = 0
            heights = self._parts([place.share for place in column.places], self.height)
            for place, height in zip(column.places, heights, strict=True):
                found.append((place, Box(left, top, width, height)))
                top += height + GAP
            left += width + GAP
        return found

    def move_column(self, index: int, position: int) -> None:
        """Drag the line right of column ``index`` to ``position``; it snaps to 1/3, 1/2 and 56 %."""
        before = sum(column.share for column in self.columns[:index])
        pair = self.columns[index].share + self.columns[index + 1].share
        least = self.least_width / self.width
        snapped = next(
            (snap for snap in SNAPS if abs(position - snap * self.width) <= SNAP_WITHIN),
            position / self.width,
        )
        share = max(least, min(pair - least, snapped - before))
        self.columns[index].share, self.columns[index + 1].share = share, pair - share

    def move_place(self, column: Column, index: int, position: int) -> None:
        """Drag the line below place ``index`` of ``column``; it snaps to 1/3 and 1/2."""
        before = sum(place.share for place in column.places[:index])
        pair = column.places[index].share + column.places[index + 1].share
        least = LEAST_HEIGHT / self.height
        snaps = (1 / 3, 1 / 2, 2 / 3)
        snapped = next(
            (snap for snap in snaps if abs(position - snap * self.height) <= SNAP_WITHIN),
            position / self.height,
        )
        share = max(least, min(pair - least, snapped - before))
        column.places[index].share, column.places[index + 1].share = share, pair - share

    def _merge(self, keys: list[str]) -> None:
        self.places()[-1].keys.extend(keys)

    def _parts(self, shares: list[float], whole: int) -> list[int]:
        if not shares:
            return []
        room = max(0, whole - GAP * (len(shares) - 1))
        parts = [round(room * share / sum(shares)) for share in shares]
        parts[-1] = room - sum(parts[:-1])
        return parts
