"""Dates as intervals: every prefix against every kind of overlap (FHIR R4 search.html#prefix)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.sandbox.fhir.fhir_time import NorwegianTime, instant, interval, microseconds
from tests.fakes.sandbox_fhir import RunningServer
from tests.launcher.sandbox_fhir.answers import ids
from tests.launcher.sandbox_fhir.people import patient

PERIODS = {
    "before": {"start": "2026-05-01", "end": "2026-05-09"},
    "into": {"start": "2026-05-05", "end": "2026-05-10"},
    "inside": {"start": "2026-05-10T08:00:00+02:00", "end": "2026-05-10T09:00:00+02:00"},
    "day": {"start": "2026-05-10", "end": "2026-05-10"},
    "across": {"start": "2026-05-05", "end": "2026-05-15"},
    "out": {"start": "2026-05-10", "end": "2026-05-15"},
    "after": {"start": "2026-05-11", "end": "2026-05-15"},
    "open-end": {"start": "2026-05-05"},
    "open-start": {"end": "2026-05-05"},
}
MEANING = {
    "eq": {"inside", "day"},
    "": {"inside", "day"},
    "ne": {"before", "into", "across", "out", "after", "open-end", "open-start"},
    "gt": {"across", "out", "after", "open-end"},
    "ge": {"across", "out", "after", "open-end", "inside", "day"},
    "lt": {"before", "into", "across", "open-end", "open-start"},
    "le": {"before", "into", "across", "open-end", "open-start", "inside", "day"},
    "sa": {"after"},
    "eb": {"before", "open-start"},
}


@pytest.fixture(scope="module")
def stays(server: RunningServer) -> httpx2.Client:
    server.client.put("/Patient/dates", json=patient("dates", "Dates", "A", "1950"))
    for name, period in PERIODS.items():
        body = {
            "resourceType": "EpisodeOfCare",
            "id": f"d-{name}",
            "status": "active",
            "patient": {"reference": "Patient/dates"},
            "period": period,
        }
        assert server.client.put(f"/EpisodeOfCare/d-{name}", json=body).status_code == 201
    return server.client


@pytest.mark.parametrize("prefix", MEANING)
@pytest.mark.parametrize("how", ["EpisodeOfCare?date={}", "EpisodeOfCare?patient=dates&date={}"])
def test_prefixes(stays: httpx2.Client, prefix: str, how: str) -> None:
    found = ids(stays.get("/" + how.format(f"{prefix}2026-05-10")))
    assert {name.removeprefix("d-") for name in found} == MEANING[prefix]


def test_approximately_grows_with_the_distance(stays: httpx2.Client) -> None:
    """The clock stands in November: a tenth of half a year is 19 days."""
    found = ids(stays.get("/EpisodeOfCare?date=ap2026-05-28"))
    assert {name.removeprefix("d-") for name in found} == set(PERIODS) - {"before", "open-start"}
    assert "d-after" not in ids(stays.get("/EpisodeOfCare?date=ap2026-07-28"))


@pytest.mark.parametrize(
    ("precision", "found"),
    [
        ("2026", True),
        ("2026-05", True),
        ("2026-05-10", True),
        ("2026-05-10T08:00", False),
        ("2026-05-10T08:00:00%2B02:00", False),
        ("ge2026-05-10T08:59:59%2B02:00", True),
        ("ge2026-05-10T08:59:59 02:00", True),
        ("sa2026-05-10T05:59:59Z", True),
        ("sa2026-05-10T06:00:00Z", False),
        ("2025", False),
    ],
)
def test_partial_precision(stays: httpx2.Client, precision: str, found: bool) -> None:
    assert ("d-inside" in ids(stays.get(f"/EpisodeOfCare?patient=dates&date={precision}"))) is found


@pytest.mark.parametrize(
    ("text", "low", "length"),
    [
        ("2026", "2025-12-31T23:00:00.000Z", timedelta(days=365)),
        ("2026-03", "2026-02-28T23:00:00.000Z", timedelta(days=31) - timedelta(hours=1)),
        ("2026-10-25", "2026-10-24T22:00:00.000Z", timedelta(hours=25)),
        ("2026-07-01T12:00", "2026-07-01T10:00:00.000Z", timedelta(minutes=1)),
        ("2026-07-01T12:00:00Z", "2026-07-01T12:00:00.000Z", timedelta(seconds=1)),
        ("2026-07-01T12:00:00.5Z", "2026-07-01T12:00:00.500Z", timedelta(milliseconds=100)),
        ("2026-12-31", "2026-12-30T23:00:00.000Z", timedelta(days=1)),
    ],
)
def test_intervals(text: str, low: str, length: timedelta) -> None:
    start, end = interval(text, NorwegianTime())
    assert instant(start) == low
    assert end - start == length // timedelta(microseconds=1)


@pytest.mark.parametrize(
    "text",
    ["", "26", "2026-1", "2026-13", "2026-02-30", "2026-01-01T25:00", "2026-01-01T10:00:00+15:00", "x"],
)
def test_not_an_interval(text: str) -> None:
    with pytest.raises(ValueError):
        interval(text, UTC)


@given(st.datetimes(datetime(1900, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC)))
def test_an_instant_lies_in_every_coarser_interval_of_itself(moment: datetime) -> None:
    at = microseconds(moment)
    text = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    for part in (text[:4].rjust(4, "0"), text[:7], text[:10], text):
        low, high = interval(part, UTC)
        assert low <= at < high


@given(st.datetimes(datetime(1980, 1, 2), datetime(2100, 1, 1)))
def test_norwegian_days_meet_without_gap(moment: datetime) -> None:
    today, tomorrow = moment.strftime("%Y-%m-%d"), (moment + timedelta(days=1)).strftime("%Y-%m-%d")
    assert interval(today, NorwegianTime())[1] == interval(tomorrow, NorwegianTime())[0]
