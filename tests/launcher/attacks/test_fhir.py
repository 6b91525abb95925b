"""A hostile app with a grant for Anna wants Berit: every answer, with its headers, is searched for Berit's canary.

``patient/*.cruds`` is the widest grant an app of one patient can have; the sandbox stands upstream. What the pure
policy does with an upstream that ignores every narrowing is in ``tests/launcher/gateway/test_isolation.py``.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from tests.fakes.gateway import RunningGateway, Shell
from tests.fakes.tampering import tampered
from tests.fakes.upstream_systems import ANNA, BERIT
from tests.launcher.attacks.conftest import FOLLOWER, HOSTILE

CANARY = "canary-of-berit"
SECRET = base64.b64encode(f"{CANARY} in an attachment".encode()).decode()
JSON = {"Content-Type": "application/fhir+json"}
Resource = dict[str, Any]


def about(patient: str, resource_type: str = "Observation", **more: Any) -> Resource:
    text = CANARY if patient == BERIT else "own"
    base: Resource = {
        "resourceType": resource_type,
        "subject": {"reference": f"Patient/{patient}", "display": text},
    }
    if resource_type == "Observation":
        base |= {
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}], "text": text},
        }
    if resource_type == "DocumentReference":
        base |= {
            "status": "current",
            "content": [{"attachment": {"contentType": "text/plain", "title": text}}],
        }
    if resource_type == "Condition":
        base |= {"code": {"text": text}}
    return {**base, **more}


@dataclass
class App:
    """A launched app: its token and what it can do with it."""

    gateway: RunningGateway
    tokens: dict[str, Any]

    def ask(self, method: str, target: str, body: Any = None, **headers: str) -> httpx2.Response:
        content = None if body is None else json.dumps(body).encode()
        given = {
            "Authorization": f"Bearer {self.tokens['access_token']}",
            **(JSON if body is not None else {}),
            **headers,
        }
        url = httpx2.URL(self.gateway.fhir_base).copy_with(raw_path=b"/fhir" + target.encode())
        return self.gateway.http.request(method, url, content=content, headers=given)


@dataclass
class House:
    """Berit's resources by type, and the app of Anna."""

    app: App
    shell: App
    foreign: dict[str, str]
    own: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def house(gateway: RunningGateway) -> House:
    shell = gateway.shell()
    topic = shell.context()
    shell.open_patient(topic, ANNA)
    hands = App(gateway, shell.tokens)

    def stored(resource: Resource) -> str:
        answer = hands.ask("POST", f"/{resource['resourceType']}", resource)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    house = House(App(gateway, shell.app(HOSTILE, topic)), hands, {})
    house.foreign["Binary"] = stored({"resourceType": "Binary", "contentType": "text/plain", "data": SECRET})
    attachment = {"contentType": "text/plain", "url": f"Binary/{house.foreign['Binary']}", "title": CANARY}
    for patient, found in ((BERIT, house.foreign), (ANNA, house.own)):
        for resource_type in ("Observation", "Condition", "DocumentReference"):
            found[resource_type] = stored(about(patient, resource_type))
    linked = about(BERIT, "DocumentReference", content=[{"attachment": attachment}])
    house.foreign["linked"] = stored(linked)
    return house


def told(answer: httpx2.Response) -> str:
    return f"{answer.status_code} {dict(answer.headers)} {answer.text}"


def assert_nothing_of_berit(answer: httpx2.Response) -> None:
    text = told(answer)
    assert CANARY not in text and SECRET not in text, text
    assert answer.status_code < 500, text


# reading


READS = [
    "/Patient/{p}", "/Patient?_id={p}", "/Patient?_id={a},{p}", "/Patient?_id={a}&_id={p}", "/Patient?name=Eng",
    "/Patient?identifier={p}", "/Patient/{p}/_history", "/Patient/{p}/_history/1", "/Patient/{p}/$everything",
    "/Patient/$everything", "/Patient/{a}/$everything?_type=Observation&patient={p}", "/Patient/{p}/Observation",
    "/Observation/{o}", "/Observation/{o}/_history", "/Observation/{o}/_history/1", "/Observation?patient={p}",
    "/Observation?subject=Patient/{p}", "/Observation?patient={a}&patient={p}", "/Observation?patient={a},{p}",
    "/Observation?patient={a}&subject={p}", "/Observation?patient=Patient%2F{p}", "/Observation?p%61tient={p}",
    "/Observation?subject:Patient={p}", "/Observation?patient:not={a}", "/Observation?patient:missing=false",
    "/Observation?patient.name=Eng", "/Observation?subject:Patient.name=Eng", "/Observation?_id={o}",
    "/Observation?_has:Provenance:target:agent=x", "/Patient?_has:Observation:patient:code=8867-4",
    "/Observation?_include=*", "/Observation?_include=Observation:subject&_include:iterate=*&_revinclude=*",
    "/Encounter?_revinclude=Observation:encounter", "/Practitioner?_revinclude=Encounter:practitioner",
    "/Organization?_revinclude=Encounter:service-provider&_revinclude:iterate=Observation:patient",
    "/Organization?_has:Encounter:service-provider:patient={p}", "/Observation?_elements=id,code",
    "/Observation?_summary=text", "/Observation?_format=xml", "/Observation?_format=html&patient={p}",
    "/Observation?_format=application/fhir%2Bjson&patient={p}", "/Observation?_list=x", "/Observation?_filter=1",
    "/Observation?_query=x", "/Observation?_content=canary", "/Observation?_text=canary", "/Observation?_contained=both",
    "//Patient/{p}", "/./Patient/{p}", "/Patient/{a}/../{p}", "/Patient/{a}%2f..%2f{p}", "/Patient%2f{p}",
    "/Patient/{p}%00", "/Patient/{p}/", "/Patient/%70-00000000bb", "/Patient;x/{p}", "/Patient/{p};x", "/patient/{p}",
    "/Patient/{a}?_id={p}", "/Observation/{o}?patient={a}", "/Binary/{b}", "/Binary/{b}/_history", "/Binary",
    "/Binary?_id={b}", "/DocumentReference/{d}", "/DocumentReference?location=Binary/{b}", "/DocumentReference?_id={d}",
    "/Observation?_page=AAAA", "/Observation?_page=", "/Observation?_cursor=1", "/Observation?_offset=100&_count=1",
    "/Observation?_getpages=1", "?_getpages=1", "/?_type=Observation", "/_history", "/_search?_type=Patient",
    "/metadata/../Patient/{p}", "/.well-known/../Patient/{p}", "/.well-known/..%2fPatient/{p}",
    "/Observation?code=8867-4&_sort=patient.name", "/Observation?_total=accurate&_summary=count&code:not=x",
    "/Group", "/List", "/Composition", "/Provenance", "/AuditEvent", "/Bundle", "/Linkage", "/Person", "/Subscription",
    "/Observation/$lastn?patient={p}", "/Observation/$meta", "/$export", "/Patient/$match", "/$graphql?query=x",
]  # fmt: skip


def filled(house: House, target: str) -> str:
    ids = {
        "p": BERIT,
        "a": ANNA,
        "o": house.foreign["Observation"],
        "b": house.foreign["Binary"],
        "d": house.foreign["linked"],
    }
    for name, value in ids.items():
        target = target.replace("{" + name + "}", value)
    return target


@pytest.mark.parametrize("target", READS)
def test_no_read_gets_through(house: House, target: str) -> None:
    target = filled(house, target)
    assert_nothing_of_berit(house.app.ask("GET", target))
    path, _, query = target.partition("?")
    if path.count("/") == 1 and query:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        spellings = (
            (f"{path}/_search", query),
            (f"{path}/_search?{query}", ""),
            (f"{path}/_search?{query}", f"patient={ANNA}"),
        )
        for spoken, content in spellings:
            given = {"Authorization": f"Bearer {house.app.tokens['access_token']}", **form}
            url = httpx2.URL(house.app.gateway.fhir_base).copy_with(raw_path=b"/fhir" + spoken.encode())
            assert_nothing_of_berit(house.app.gateway.http.post(url, content=content, headers=given))


def test_the_twins_do_get_their_own(house: House) -> None:
    own = [f"/{resource_type}/{key}" for resource_type, key in house.own.items()]
    for target in (f"/Patient/{ANNA}", *own):
        assert house.app.ask("GET", target).status_code == 200
    for target in (
        f"/Observation?patient={ANNA}",
        "/Observation?code=8867-4",
        f"/Patient/{ANNA}/$everything",
    ):
        answer = house.app.ask("GET", target)
        assert "own" in answer.text and CANARY not in answer.text
    assert CANARY in house.shell.ask("GET", f"/Observation?patient={BERIT}").text


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_no_method_is_overridden(house: House, name: str) -> None:
    answer = house.app.ask("GET", f"/Observation/{house.own['Observation']}", None, **{name: "DELETE"})
    assert answer.status_code == 400
    for method in ("PATCH", "HEAD", "TRACE", "get", "PROPFIND"):
        assert_nothing_of_berit(house.app.ask(method, f"/Observation/{house.foreign['Observation']}"))


def test_foreign_and_missing_are_one_answer(house: House) -> None:
    def shape(target: str, key: str) -> tuple[int, str, dict[str, str]]:
        answer = house.app.ask("GET", target)
        headers = {
            name: value
            for name, value in answer.headers.items()
            if name not in ("x-request-id", "date", "content-length")
        }
        return answer.status_code, answer.text.replace(key, "ID"), headers

    for resource_type in ("Observation", "Condition", "DocumentReference", "Binary"):
        for below in ("", "/_history", "/_history/1"):
            if resource_type == "Binary" and below:
                continue
            key = house.foreign[resource_type]
            foreign = shape(f"/{resource_type}/{key}{below}", key)
            assert foreign == shape(f"/{resource_type}/not-there{below}", "not-there")


# writing


def observation_of_berit(house: House) -> Resource:
    found: Resource = house.shell.ask("GET", f"/Observation/{house.foreign['Observation']}").json()
    return found


def refer(patient: str) -> Resource:
    return {"reference": f"Patient/{patient}"}


def borrowed(url: str, **more: Any) -> Resource:
    return about(ANNA, "DocumentReference", content=[{"attachment": {"url": url}}], **more)


NEW: Resource = {"resourceType": "Patient", "name": [{"family": "Ny"}]}
LIST: Resource = {"resourceType": "List", "status": "current", "mode": "working"}
WRITES: list[Callable[[House], tuple[str, str, Resource]]] = [
    lambda house: ("POST", "/Observation", about(BERIT)),
    lambda house: ("PUT", "/Observation/{o}", about(ANNA, id="{o}")),
    lambda house: ("PUT", "/Observation/{own}", about(BERIT, id="{own}")),
    lambda house: ("PUT", "/Observation/{own}", about(ANNA, id="{own}", focus=[{"reference": f"Patient/{BERIT}"}])),
    lambda house: ("PUT", "/Observation/{own}", about(ANNA, id="{o}")),
    lambda house: ("PUT", "/Observation/{own}", about(ANNA, id="{own}", subject={"reference": f"Patient/{BERIT}/_history/1"})),
    lambda house: ("PUT", "/Observation/{own}", about(ANNA, id="{own}", subject={"identifier": {"value": BERIT}})),
    lambda house: ("PUT", "/Observation/{own}", about(ANNA, id="{own}", subject=[refer(ANNA), refer(BERIT)])),
    lambda house: ("PUT", "/Observation/{own}", about(ANNA, id="{own}", subject={"reference": f"Patient?identifier={BERIT}"})),
    lambda house: ("PUT", "/Observation/{own}", about(ANNA, id="{own}", performer=[{"reference": f"Patient/{BERIT}"}])),
    lambda house: ("PUT", "/Observation?_id={o}", about(ANNA)),
    lambda house: ("PUT", f"/Patient/{BERIT}", {"resourceType": "Patient", "id": BERIT, "name": [{"family": "x"}]}),
    lambda house: ("POST", "/Patient", {"resourceType": "Patient", "id": ANNA, "name": [{"family": "Ny"}]}),
    lambda house: ("POST", "/Patient", {"resourceType": "Patient", "name": [{"family": "Ny"}]}),
    lambda house: ("PUT", f"/Patient/{ANNA}", {**NEW, "id": ANNA, "link": [{"other": refer(BERIT), "type": "refer"}]}),
    lambda house: ("POST", "/Practitioner", {"resourceType": "Practitioner"}),
    lambda house: ("POST", "/Binary", {"resourceType": "Binary", "contentType": "text/plain", "data": "SGVp"}),
    lambda house: ("POST", "/DocumentReference", borrowed("Binary/{b}")),
    lambda house: ("POST", "/DocumentReference", borrowed(house.app.gateway.fhir_base + "/Binary/{b}")),
    lambda house: ("PUT", "/DocumentReference/{doc}", borrowed("Binary/{b}", id="{doc}")),
    lambda house: ("POST", "/DocumentReference", borrowed("Binary/not-there")),
    lambda house: ("POST", "/List", {**LIST, "subject": refer(ANNA), "entry": [{"item": refer(BERIT)}]}),
]  # fmt: skip


def prepared(house: House, number: int) -> tuple[str, str, Resource]:
    method, target, body = WRITES[number](house)
    names = {
        "{doc}": house.own["DocumentReference"],
        "{o}": house.foreign["Observation"],
        "{own}": house.own["Observation"],
        "{b}": house.foreign["Binary"],
    }
    text = json.dumps(body)
    for name, value in names.items():
        target, text = target.replace(name, value), text.replace(name, value)
    return method, target, json.loads(text)


def state_of(house: House) -> tuple[Any, ...]:
    everybody = house.shell.ask("GET", "/Patient?_count=100").json()
    mine = house.shell.ask("GET", f"/Observation/{house.own['Observation']}").json()
    documents = house.shell.ask("GET", "/DocumentReference?_count=100").json()
    return (
        sorted(entry["resource"]["id"] + str(entry["resource"].get("meta")) for entry in everybody["entry"]),
        mine["subject"],
        sorted(entry["resource"]["id"] for entry in documents["entry"]),
        observation_of_berit(house),
    )


@pytest.mark.parametrize("number", range(len(WRITES)))
def test_no_write_leaves_the_grant(house: House, number: int) -> None:
    method, target, body = prepared(house, number)
    before = state_of(house)
    answer = house.app.ask(method, target, body)
    assert answer.status_code in (400, 403, 404, 405), told(answer)
    assert_nothing_of_berit(answer)
    entry = {"request": {"method": method, "url": target.removeprefix("/")}, "resource": body}
    for kind in ("batch", "transaction"):
        answer = house.app.ask("POST", "", {"resourceType": "Bundle", "type": kind, "entry": [entry]})
        assert_nothing_of_berit(answer)
    assert state_of(house) == before


@pytest.mark.parametrize("spelling", ["Binary/{}", "{base}/Binary/{}"])
def test_a_borrowed_attachment_stays_closed(house: House, spelling: str) -> None:
    """A document of Anna's that points to Berit's attachment, however it came there, does not open it."""
    binary = {"resourceType": "Binary", "contentType": "text/plain", "data": SECRET}
    secret = house.shell.ask("POST", "/Binary", binary).json()["id"]
    url = f"Binary/{secret}"
    theirs = {"attachment": {"url": spelling.format(secret, base=house.shell.gateway.fhir_base)}}
    assert (
        house.shell.ask(
            "POST", "/DocumentReference", about(BERIT, "DocumentReference", content=[theirs])
        ).status_code
        == 201
    )
    key = house.shell.ask("POST", "/DocumentReference", borrowed(url)).json()["id"]
    try:
        answer = house.app.ask("GET", f"/{url}")
        assert answer.status_code == 404
        assert_nothing_of_berit(answer)
        assert_nothing_of_berit(house.app.ask("GET", f"/{url}", None, Accept="text/plain"))
    finally:
        house.shell.ask("DELETE", f"/DocumentReference/{key}")


def test_an_own_attachment_is_open(house: House) -> None:
    binary = {
        "resourceType": "Binary",
        "contentType": "text/plain",
        "data": base64.b64encode(b"mine").decode(),
    }
    key = house.shell.ask("POST", "/Binary", binary).json()["id"]
    content = [{"attachment": {"url": f"Binary/{key}"}}]
    document = house.shell.ask(
        "POST", "/DocumentReference", about(ANNA, "DocumentReference", content=content)
    ).json()
    assert house.app.ask("GET", f"/Binary/{key}", None, Accept="text/plain").text == "mine"
    changed = house.app.ask(
        "PUT", f"/DocumentReference/{document['id']}", {**document, "description": "changed"}
    )
    assert changed.status_code == 200, changed.text


@pytest.mark.parametrize(
    "condition", ["patient={p}", "_id={o}", "code=8867-4&patient={p}", "subject=Patient/{p}", "code=8867-4"]
)
def test_a_conditional_create_learns_nothing_of_others(house: House, condition: str) -> None:
    headers = {"If-None-Exist": filled(house, condition)}
    answer = house.app.ask("POST", "/Observation", about(ANNA, note=[{"text": condition}]), **headers)
    assert_nothing_of_berit(answer)
    assert house.foreign["Observation"] not in told(answer)


def test_bodies_are_read_in_one_way_only(house: House) -> None:
    own = house.own["Observation"]
    parts = {"resourceType": "Observation", "id": own, "status": "final", "code": {}, "subject": refer(ANNA)}
    twice = f'{json.dumps(parts)[:-1]},"subject":{json.dumps(refer(BERIT))}}}'
    head = {"Authorization": f"Bearer {house.app.tokens['access_token']}", **JSON}
    for content in (
        twice.encode(), twice.encode("utf-16"), b"\xef\xbb\xbf" + json.dumps(about(ANNA, id=own)).encode(),
        json.dumps([about(ANNA)]).encode(), b"{" * 50_000, b"[" * 1_000_000, b'{"resourceType":"Observation","x":NaN}',
        twice.replace('"subject":', '"\\u0073ubject":', 1).encode(),
    ):  # fmt: skip
        answer = house.app.gateway.http.put(f"/fhir/Observation/{own}", content=content, headers=head)
        assert answer.status_code == 400, (content[:80], answer.text)
    xml = {**head, "Content-Type": "application/fhir+xml"}
    assert (
        house.app.gateway.http.put(f"/fhir/Observation/{own}", content=b"<a/>", headers=xml).status_code
        == 415
    )


ENTRIES: list[dict[str, Any]] = [
    {"method": "GET", "url": f"Patient/{BERIT}"}, {"method": "GET", "url": f"/Patient/{BERIT}"},
    {"method": "GET", "url": f"Patient/{ANNA}/../{BERIT}"}, {"method": "GET", "url": "Observation/{o}"},
    {"method": "GET", "url": f"Observation?patient={BERIT}"}, {"method": "DELETE", "url": "Observation/{o}"},
    {"method": "GET", "url": f"Patient/{ANNA}#/../{BERIT}"}, {"method": "GET", "url": f"Patient/{BERIT}/$everything"},
    {"method": "GET", "url": f"http://evil.example/fhir/Patient/{BERIT}"}, {"method": "PATCH", "url": "Observation/{o}"},
    {"method": "GET", "url": "metadata"}, {"method": "POST", "url": ""}, {"method": "GET", "url": ""},
    {"method": "DELETE", "url": f"Observation?patient={BERIT}"}, {"method": "HEAD", "url": "Observation/{o}"},
    {"method": "GET", "url": f"Observation/{'{o}'}", "ifNoneMatch": 'W/"1"'}, {},
]  # fmt: skip


@pytest.mark.parametrize("kind", ["batch", "transaction", "collection"])
@pytest.mark.parametrize("number", range(len(ENTRIES)))
def test_no_bundle_entry_gets_through(house: House, number: int, kind: str) -> None:
    request = json.loads(json.dumps(ENTRIES[number]).replace("{o}", house.foreign["Observation"]))
    nested = {"resourceType": "Bundle", "type": "batch", "entry": [{"request": request}]}
    for entry in ({"request": request}, {"request": request, "resource": nested}):
        answer = house.app.ask("POST", "", {"resourceType": "Bundle", "type": kind, "entry": [entry]})
        assert_nothing_of_berit(answer)
        assert observation_of_berit(house)["id"]


def test_a_transaction_smuggles_nothing_by_its_own_ids(house: House) -> None:
    urn, before = "urn:uuid:0b1f1c1e-0000-4000-8000-000000000001", state_of(house)
    patient = {"resourceType": "Patient", "id": ANNA, "name": [{"family": "Ny"}]}
    observation = about(ANNA, subject={"reference": urn}, performer=[{"reference": f"Patient/{ANNA}"}])
    entries = [
        {"fullUrl": urn, "resource": patient, "request": {"method": "POST", "url": "Patient"}},
        {"fullUrl": urn, "resource": about(ANNA), "request": {"method": "POST", "url": "Observation"}},
        {"resource": observation, "request": {"method": "POST", "url": "Observation"}},
    ]
    for chosen in (entries, entries[:1], [entries[0], entries[2]]):
        answer = house.app.ask("POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": chosen})
        assert answer.status_code in (400, 403), told(answer)
    assert state_of(house) == before


# pages, caches, size


def test_a_page_belongs_to_its_grant(house: House, shell: Shell, topic: str) -> None:
    found = house.shell.ask("GET", "/Observation?_count=1").json()
    url = next(link["url"] for link in found["link"] if link["relation"] == "next")
    page = url.removeprefix(house.shell.gateway.fhir_base)
    assert house.shell.ask("GET", page).status_code == 200
    assert house.app.ask("GET", page).status_code == 403
    assert App(shell.gateway, shell.tokens).ask("GET", page).status_code == 403
    for forged in (
        tampered(page),
        page + "A",
        page.replace("Observation?", "Condition?"),
        page + "&patient=" + BERIT,
    ):
        assert house.shell.ask("GET", forged).status_code in (400, 403)
    assert house.shell.gateway.base_url not in page and "127.0.0.1" not in page


def test_an_etag_of_somebody_else_tells_nothing(house: House) -> None:
    for tag in ('W/"1"', "*", '"1"'):
        answer = house.app.ask(
            "GET", f"/Observation/{house.foreign['Observation']}", None, **{"If-None-Match": tag}
        )
        assert answer.status_code == 404
        key = house.foreign["Observation"]
        answer = house.app.ask("PUT", f"/Observation/{key}", about(ANNA, id=key), **{"If-Match": 'W/"1"'})
        assert answer.status_code == 404, told(answer)


def test_repeated_headers_and_bodies_too_large_are_refused(house: House) -> None:
    token = house.app.tokens["access_token"]
    headers = [
        ("Authorization", f"Bearer {token}"),
        ("Authorization", f"Bearer {house.shell.tokens['access_token']}"),
    ]
    assert house.app.gateway.http.get(f"/fhir/Patient/{BERIT}", headers=headers).status_code in (400, 401)
    big = {"resourceType": "Observation", "x": "y" * 17_000_000}
    assert house.app.ask("POST", "/Observation", big).status_code == 413
    many = [{"request": {"method": "GET", "url": f"Patient/{ANNA}"}}] * 201
    assert (
        house.app.ask("POST", "", {"resourceType": "Bundle", "type": "batch", "entry": many}).status_code
        == 413
    )
    long = "/Observation?code=" + "a" * 10_000
    assert house.app.ask("GET", long).status_code == 414


def test_a_follower_without_a_patient_reads_nothing(gateway: RunningGateway, shell: Shell) -> None:
    empty = shell.context()
    app = App(gateway, shell.app(FOLLOWER, empty))
    for target in (
        f"/Patient/{ANNA}",
        "/Patient",
        "/Observation",
        f"/Patient/{ANNA}/$everything",
        "/Observation?_id=x",
    ):
        assert app.ask("GET", target).status_code == 403
    assert app.ask("POST", "/Observation", about(ANNA)).status_code == 403
    assert app.ask("POST", "/Patient", {"resourceType": "Patient"}).status_code == 403
