"""The ward list and the GP's day as the mock-ups show them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime

from rapidfuzz.distance import Levenshtein

from .conftest import MOMENTS, NIGHT, Json, Population, text_of, time_of

# ruff: noqa: E501
WARD = """
201 Aasen, Gunvor 91|Alzheimers sykdom|04:00 Snu i seng|00:30 Sover||
202 Bakke, Olav 84|Kols, oksygen 1 l/min|03:15 SpO₂|23:10 SpO₂ 90 %||
203 Dahl, Ingebjørg 88|Hjerneslag, høyre side|02:30 Snu i seng|22:50 BT 152/84|Ny forordning|
204 Haugen, Marit 87|Hjertesvikt, lungebetennelse|03:40 Mål NEWS2|02:40 Temp 38.3 °C|Feber 02:40|Penicillin – anafylaksi
205 Hovland, Arne 79|Parkinsons sykdom|06:00 Madopar|23:40 Sover||
206 Iversen, Bjørg 93|Palliativ fase|03:30 Smertevurdering|01:45 ESAS smerte 4|Datter er her|Trimetoprim-sulfa – blemmer i hud og slimhinner
207 Johansen, Kåre 82|Diabetes type 2, fotsår|02:00 Blodsukker|20:15 Blodsukker 6.1 mmol/l||
208 Kristiansen, Åse 90|Lårhalsbrudd, operert 12.11.|04:30 Snu i seng|02:10 Smerte 2 av 10||Latex – anafylaksi
209 Lien, Torbjørn 76|Avlastning i to uker|06:30 Blodtrykk|22:20 BT 138/76|Kom 22.11.|
210 Måseide, Olav 85|Demens, går om natten|03:15 Tilsyn|02:15 Oppe og gikk||
211 Haugan, Marit 85|Beinskjørhet, brudd i rygg|05:00 Tilsyn|00:50 Sover||ASA – bronkospasme
212 Nygård, Solfrid 80|MS, kateter|03:00 Tøm pose|23:55 Diurese 450 ml||
213 Ødegård, Per 95|Skrøpelig, ernæring|06:00 Næringsdrikk|23:30 Drukket 200 ml|Vekt −1,2 kg|
214 Sæther, Ragnhild 89|Hjertesvikt|07:00 Vekt|23:15 Hevelse i bein||
"""


def age(patient: Json, on: date) -> int:
    born = date.fromisoformat(patient["birthDate"])
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def shown(observation: Json) -> str:
    clock = time_of(observation).strftime("%H:%M")
    text = observation["code"]["text"]
    if "valueString" in observation:
        return f"{clock} {observation['valueString']}"
    if "valueInteger" in observation:
        return f"{clock} {text} {observation['valueInteger']}"
    if "component" in observation:
        return f"{clock} {text} " + "/".join(
            str(c["valueQuantity"]["value"]) for c in observation["component"]
        )
    quantity = observation["valueQuantity"]
    return f"{clock} {text} {quantity['value']} {quantity['unit']}"


def row(everything: Population, stay: Json) -> str:
    patient = next(
        p for p in everything.of("Patient") if f"Patient/{p['id']}" == stay["subject"]["reference"]
    )
    name = patient["name"][0]
    tasks = [t for t in everything.about("Task", patient["id"]) if t["status"] == "requested"]
    task = min(tasks, key=lambda t: t["executionPeriod"]["end"])
    last = max(everything.about("Observation", patient["id"]), key=time_of)
    news = "".join(c["payload"][0]["contentString"] for c in everything.about("Communication", patient["id"]))
    cave = "".join(
        f"{a['code']['text']} – {a['reaction'][0]['manifestation'][0]['text']}"
        for a in everything.about("AllergyIntolerance", patient["id"])
        if a.get("criticality") == "high" and stay["location"][0]["location"]["display"] != "215"
    )
    due = f"{task['executionPeriod']['end'][11:16]} {task['code']['text']}"
    room = stay["location"][0]["location"]["display"]
    head = f"{room} {name['family']}, {name['given'][0]} {age(patient, date(2026, 11, 23))}"
    return "|".join([head, stay["reasonCode"][0]["text"], due, shown(last), news, cave])


def stays(everything: Population, ward: str) -> list[Json]:
    found = [e for e in everything.of("Encounter") if e["status"] == "in-progress"]
    found = [e for e in found if e["serviceProvider"]["reference"] == f"Organization/{ward}"]
    return sorted(found, key=lambda e: int(e["location"][0]["location"]["display"]))


def test_ward_list_of_the_mock_up(population: Population) -> None:
    rows = [row(population, stay) for stay in stays(population, "vestfloyen")]
    assert rows[:14] == WARD.strip().splitlines()
    assert len(rows) == 16
    assert sum(bool(r.split("|")[4]) for r in rows) == 6


def test_three_wards_of_sixteen_with_short_reasons(population: Population) -> None:
    for ward, first in (("vestfloyen", 201), ("ostfloyen", 101), ("skjermet", 301)):
        found = stays(population, ward)
        assert [int(e["location"][0]["location"]["display"]) for e in found] == list(range(first, first + 16))
        assert all(
            e["location"][0]["location"]["reference"] == f"Location/rom-{first + n}"
            for n, e in enumerate(found)
        )
        assert all(0 < len(e["reasonCode"][0]["text"]) <= 32 for e in found)
    assert all(70 <= age(p, date(2026, 11, 23)) <= 101 for p in population.residents())


def test_medicines_and_notes_of_room_204_as_on_the_mock_up(population: Population) -> None:
    patient = population.in_room(204)["id"]
    given = {
        m["medicationCodeableConcept"]["text"]: time_of(m).strftime("%H:%M")
        for m in sorted(population.about("MedicationAdministration", patient), key=time_of)
    }
    assert given["Zopiklon 3,75 mg tablett"] == "21:10"
    assert given["Paracetamol 1 g tablett"] == "02:40"
    notes = sorted(population.about("DocumentReference", patient), key=time_of)[-3:]
    assert [(time_of(n).strftime("%d.%m. %H:%M"), n["author"][0]["display"], text_of(n)) for n in notes] == [
        ("22.11. 07:20", "Eva Lie, helsefagarbeider", "Sov godt, oppe én gang. Stelt i seng."),
        ("22.11. 14:05", "Anne Moe, sykepleier", "Ringt lege: fortsett doksysyklin. Veies hver morgen."),
        (
            "22.11. 22:40",
            "Jonas Berg, sykepleier",
            "Kveldsvakt: Slapp, lite matlyst. Drukket 600 ml. Lett hoste.",
        ),
    ]
    flags = {f["code"]["text"] for f in population.about("Flag", patient)}
    assert flags == {"Fallrisiko", "HLR minus"}


def test_allergies_known_none_and_not_recorded(population: Population) -> None:
    counts = Counter(len(population.about("AllergyIntolerance", p["id"])) for p in population.residents())
    assert counts[0] >= 2
    none_known = [
        a
        for a in population.of("AllergyIntolerance")
        if a["code"].get("coding", [{}])[0].get("code") == "716186003"
    ]
    assert len(none_known) > 20
    assert {"Smittevern: MRSA", "HLR minus", "Fallrisiko"} <= {
        f["code"]["text"] for f in population.of("Flag")
    }


def similar(patients: list[Json]) -> set[frozenset[str]]:
    """Pairs with names within edit distance 2 of each other, given name included."""
    found = set()
    for n, one in enumerate(patients):
        for other in patients[n + 1 :]:
            a, b = (f"{p['name'][0]['family']} {p['name'][0]['given'][0]}" for p in (one, other))
            if Levenshtein.distance(a, b) <= 2:
                found.add(frozenset([a, b]))
    return found


def test_confusingly_similar_names(population: Population) -> None:
    def on(ward: str) -> list[Json]:
        refs = {e["subject"]["reference"] for e in stays(population, ward)}
        return [p for p in population.of("Patient") if f"Patient/{p['id']}" in refs]

    assert frozenset(["Haugen Marit", "Haugan Marit"]) in similar(on("vestfloyen"))
    assert frozenset(["Olsen Kari", "Olsson Kari"]) in similar(on("ostfloyen"))
    assert frozenset(["Kvam Inger", "Kvamme Inger"]) in similar(on("skjermet"))
    assert frozenset(["Karlsen Anna", "Karlsson Anna"]) in similar(population.listed())
    families = Counter(p["name"][0]["family"] for p in on("ostfloyen"))
    assert families["Berge"] == 2


def test_gp_list_and_the_day(at: Callable[[datetime], Population]) -> None:
    everything = at(MOMENTS[1])
    helge = "Practitioner/helge-solberg"
    listed = [p for p in everything.of("Patient") if p["generalPractitioner"][0]["reference"] == helge]
    assert len(listed) == 60
    ages = [age(p, date(2026, 11, 23)) for p in listed]
    assert min(ages) == 0
    assert max(ages) >= 88
    today = sorted(
        (a for a in everything.of("Appointment") if a["start"].startswith("2026-11-23")),
        key=lambda a: a["start"],
    )
    assert len(today) == 19
    states = [a["status"] for a in today]
    assert states[:9] == ["fulfilled"] * 4 + ["noshow", "checked-in", "arrived", "booked", "arrived"]
    assert set(states[9:]) == {"booked"}
    assert [a["reasonCode"][0]["text"] for a in today[:3]] == [
        "Kontroll blodtrykk",
        "Ørevondt",
        "Warfarin, INR",
    ]
    ways = Counter(a["appointmentType"]["text"] for a in today)
    assert ways == {"Kontor": 15, "Telefon": 2, "Video": 2}
    going = [e for e in everything.of("Encounter") if e["status"] == "in-progress" and "appointment" in e]
    assert [e["reasonCode"][0]["text"] for e in going] == ["Hodepine"]
    assert "end" not in going[0]["period"]
    inbox = Counter(t["code"]["text"] for t in everything.of("Task") if t["owner"]["reference"] == helge)
    assert inbox == {"Prøvesvar": 7, "E-konsultasjon": 3, "Reseptfornyelse": 5, "Epikriser": 2}


def test_appointments_in_the_night_are_all_booked(population: Population) -> None:
    assert {a["status"] for a in population.of("Appointment")} == {"booked"}
    assert population.now == NIGHT
