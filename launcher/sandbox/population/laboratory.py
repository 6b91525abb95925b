"""Laboratory series with LOINC and NLK codes, reference ranges and flags (NLK: Volven 7280)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from launcher.sandbox.population.chance import Chance, fhir_id
from launcher.sandbox.population.codes import (
    LOINC,
    NLK,
    TERMINOLOGY,
    Json,
    coding,
    concept,
    quantity,
    reference,
)
from launcher.sandbox.population.moments import at, workday
from launcher.sandbox.population.observations import category, rounded
from launcher.sandbox.population.story import Story


@dataclass(frozen=True)
class Analysis:
    """``limits``: low and high for women, then for men; 0 is no limit."""

    loinc: str
    nlk: str
    text: str
    unit: str
    ucum: str
    decimals: int
    limits: tuple[float, float, float, float]
    spread: float


# key LOINC NLK name unit UCUM decimals low-high women low-high men spread
_TABLE = """
hba1c|59261-8|NPU27300|HbA1c|mmol/mol|mmol/mol|0|28 40 28 40|0.03
kol|14647-2|NPU01566|Kolesterol|mmol/l|mmol/L|1|3.3 6.9 3.3 6.9|0.03
ldl|22748-8|NPU01568|LDL-kolesterol|mmol/l|mmol/L|1|1.5 4.7 1.5 4.7|0.05
hdl|14646-4|NPU01567|HDL-kolesterol|mmol/l|mmol/L|1|1.0 2.7 0.8 2.1|0.04
tg|14927-8|NPU04094|Triglyserider|mmol/l|mmol/L|1|0.5 2.6 0.5 2.6|0.1
crp|30522-7|NPU19748|hs-CRP|mg/l|mg/L|1|0 5 0 5|0.15
krea|14682-9|NPU18016|Kreatinin|µmol/l|umol/L|0|45 90 60 105|0.04
egfr|62238-1||eGFR|ml/min/1,73 m²|mL/min/{1.73_m2}|0|60 0 60 0|0
k|2823-3|NPU03230|Kalium|mmol/l|mmol/L|1|3.5 5.0 3.5 5.0|0.03
na|2951-2|NPU03429|Natrium|mmol/l|mmol/L|0|137 145 137 145|0.008
hb|718-7|NPU28309|Hemoglobin|g/dl|g/dL|1|11.7 15.3 13.4 17.0|0.02
ferritin|2276-4|NPU19763|Ferritin|µg/l|ug/L|0|15 160 30 380|0.08
tsh|3016-3|NPU03577|TSH|mIE/l|m[IU]/L|1|0.2 4.3 0.2 4.3|0.08
ft4|14920-3|NPU03579|Fritt T4|pmol/l|pmol/L|1|8.0 21.0 8.0 21.0|0.04
alat|1742-6|NPU19651|ALAT|U/l|U/L|0|10 45 10 70|0.1
inr|6301-6|NPU01685|INR|INR|{INR}|1|0 0 0 0|0.06
probnp|33762-6|NPU21571|NT-proBNP|ng/l|ng/L|0|0 300 0 300|0.04
psa|2857-1|NPU08669|PSA|µg/l|ug/L|1|0 0 0 4.0|0.03
urat|14933-6|NPU03688|Urat|µmol/l|umol/L|0|155 350 230 480|0.03
vitd|62292-8|NPU10267|Vitamin D|nmol/l|nmol/L|0|50 150 50 150|0.06
b12|14685-2|NPU01700|Vitamin B12|pmol/l|pmol/L|0|150 650 150 650|0.05
ualbkrea|14959-1|NPU19661|U-albumin/kreatinin|mg/mmol|mg/mmol|1|0 2.5 0 2.5|0.1
leuk|6690-2|NPU02593|Leukocytter|10⁹/l|10*9/L|1|3.5 11.0 3.5 11.0|0.05
ttg|31017-7||Anti-transglutaminase IgA|U/ml|U/mL|1|0 7.0 0 7.0|0.05
"""


def _analyses() -> dict[str, Analysis]:
    made: dict[str, Analysis] = {}
    for row in _TABLE.strip().splitlines():
        key, loinc, nlk, text, unit, ucum, decimals, limits, spread = row.split("|")
        low, high, low_man, high_man = map(float, limits.split())
        made[key] = Analysis(
            loinc, nlk, text, unit, ucum, int(decimals), (low, high, low_man, high_man), float(spread)
        )
    return made


ANALYSES = _analyses()
_LABORATORY = reference("Organization/laboratorium", "Fjordvik medisinske laboratorium")


def egfr(creatinine: float, age: int, female: bool) -> float:
    """CKD-EPI 2009 from creatinine in µmol/l."""
    ratio = creatinine / 88.4 / (0.7 if female else 0.9)
    low, scale = (-0.329, 144.0) if female else (-0.411, 141.0)
    power = low if ratio <= 1 else -1.209
    return float(scale * ratio**power * 0.993**age)


def creatinine_for(rate: float, age: int, female: bool) -> int:
    """The creatinine that gives an eGFR, to the nearest whole number."""
    return min(range(30, 500), key=lambda value: abs(egfr(value, age, female) - rate))


def result(story: Story, key: str, value: float, when: str) -> Json:
    """One answer, marked high or low against the range for the sex."""
    found = ANALYSES[key]
    low, high = found.limits[:2] if story.female else found.limits[2:]
    number = rounded(value, found.decimals)
    codings = [coding(LOINC, found.loinc)] + ([coding(NLK, found.nlk, found.text)] if found.nlk else [])
    made: Json = {
        "resourceType": "Observation",
        "id": fhir_id("lab", story.id, key, when),
        "status": "final",
        "effectiveDateTime": when,
        "category": category("laboratory"),
        "code": concept(found.text, *codings),
        "subject": story.ref,
        "performer": [_LABORATORY],
        "valueQuantity": quantity(number, found.unit, found.ucum),
    }
    span = {
        name: quantity(rounded(limit, found.decimals), found.unit, found.ucum)
        for name, limit in (("low", low), ("high", high))
        if limit
    }
    if span:
        made["referenceRange"] = [span]
        mark = "L" if low and number < low else "H" if high and number > high else ""
        if mark:
            made["interpretation"] = [
                {"coding": [coding(f"{TERMINOLOGY}v3-ObservationInterpretation", mark)]}
            ]
    return made


def read_series(text: str) -> tuple[dict[str, tuple[float, float]], int | None]:
    """``hba1c 52>61; krea 84 @-3``: first and last value of each, and the day of the last sample."""
    last = re.search(r"@(-?\d+)", text)
    series: dict[str, tuple[float, float]] = {}
    for part in re.sub(r"@-?\d+", "", text).split(";"):
        if part.strip():
            key, values = part.split()
            first, _, end = values.partition(">")
            series[key] = (float(first), float(end or first))
    return series, int(last.group(1)) if last else None


def sample_days(story: Story, last: int | None) -> list[int]:
    """Six samples over four years, closer together towards the end; INR every fourth week."""
    chance = Chance("samples", story.id)
    newest = last if last is not None else -chance.whole(12, 150)
    if "svangerskap" in story.conditions:
        return [workday(newest - back) for back in (105, 42, 0)]
    days = [newest - back - chance.whole(0, 20) for back in (1290, 960, 640, 370, 185)] + [newest]
    return [workday(day) for day in days]


def series(story: Story, text: str) -> list[Json]:
    """All answers of an inhabitant; cholesterol and eGFR follow from the others."""
    values, last = read_series(text)
    days = sample_days(story, last)
    made: list[Json] = []
    for n, day in enumerate(days):
        share, chance = n / (len(days) - 1), Chance("answers", story.id, n)
        found: dict[str, float] = {}
        for key, (first, end) in values.items():
            value = first + (end - first) * share
            uneven = 0.0 if n == len(days) - 1 else chance.normal(ANALYSES[key].spread)
            found[key] = value * (1 + uneven)
        if "ldl" in found:
            found["kol"] = found["ldl"] + found["hdl"] + 0.45 * found["tg"]
        if "krea" in found and story.age() >= 18:
            found["egfr"] = egfr(found["krea"], story.age(), story.female)
        made += [
            result(story, key, value, at(day, 470 + Chance("drawn", story.id).whole(0, 60)))
            for key, value in found.items()
        ]
    if "inr" in values:
        made += _inr(story)
    return made


def _inr(story: Story) -> list[Json]:
    chance = Chance("inr", story.id)
    return [result(story, "inr", 2.5 + chance.normal(0.18), at(day, 490)) for day in range(-364, -20, 28)]


def residents_samples(story: Story) -> list[Json]:
    """What a nursing home takes: kidney, salts, haemoglobin, CRP; ``facts["prøver"]`` adds days of its own.

    ``-28 krea 118 k 4.4`` is a sample of that day; what it does not name is as usual.
    """
    chance = Chance("samples", story.id)
    usual = {
        "krea": float(creatinine_for(story.egfr, story.age(), story.female)),
        "k": 4.2 if story.egfr > 40 else 4.7,
        "na": 139.0,
        "hb": (12.6 if story.female else 13.6)
        - (1.8 if story.egfr < 30 or "palliativ" in story.topics else 0.0),
        "crp": 3.0,
    }
    if "diabetes" in story.conditions:
        usual["hba1c"] = 47 + 5 * (float(story.facts.get("sukker", "8")) - 7.4)
    if "hypotyreose" in story.conditions:
        usual["tsh"] = 2.4
    days: dict[int, dict[str, float]] = {}
    if "palliativ" not in story.topics:
        for day in (-84 + chance.whole(0, 9), -45 + chance.whole(0, 9)):
            days[day if day % 7 < 5 else day - 2] = {}
    for part in filter(None, (p.strip() for p in story.facts.get("prøver", "").split(";"))):
        known_day, *words = part.split()
        days[int(known_day)] = {key: float(value) for key, value in zip(words[::2], words[1::2], strict=True)}
    made: list[Json] = []
    for day, known in sorted(days.items()):
        if day <= -story.moved_in:
            continue
        values = {
            key: value * (1 + chance.normal(ANALYSES[key].spread)) for key, value in usual.items()
        } | known
        values["egfr"] = egfr(values["krea"], story.age(), story.female)
        made += [result(story, key, value, at(day, 500)) for key, value in values.items()]
    return made
