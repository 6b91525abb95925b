"""The manifest's rules: each mistake found, all at once, with the place and what to do (SAL-22, RFC 7591)."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.addresses import hosted_origin, packaged_origin
from plugins.manifest import read_manifest, resolve
from plugins.relations import RELATIONS
from plugins.rules import FIELDS
from plugins.schema_document import SCHEMA_FILE, schema_document, schema_text
from tests.plugins.conftest import GOOD

ABSOLUTE = {"launch_uri": "https://app.example/launch", "redirect_uris": ["https://app.example/cb"]}
FOLLOWER = "launch openid fhirUser user/Patient.rs fhircast/Patient-open.read fhircast/Patient-close.read"

MISTAKES: list[tuple[str, dict[str, Any], str, str]] = [
    ("manifest-version", {"manifest_version": 2}, "/manifest_version", "1"),
    ("string-type", {"id": 7}, "/id", "minapp"),
    ("id-shape", {"id": "Min App"}, "/id", "a-z"),
    ("id-shape", {"id": "minapp-"}, "/id", "a-z"),
    ("id-reserved", {"id": "vaktrom-shell"}, "/id", "annet navn"),
    ("text-length", {"client_name": " "}, "/client_name", "kort tekst"),
    ("text-length", {"client_name": "x" * 41}, "/client_name", "kort tekst"),
    ("string-type", {"client_name#en": 1}, "/client_name#en", "My app"),
    ("list", {"redirect_uris": []}, "/redirect_uris", "index.html"),
    ("list", {"redirect_uris": "index.html"}, "/redirect_uris", "index.html"),
    ("list", {"redirect_uris": ["a.html", "a.html"]}, "/redirect_uris", "index.html"),
    ("no-wildcard", {"redirect_uris": ["https://*.app.example/cb"]}, "/redirect_uris/0", "helt ut"),
    ("no-fragment", {"redirect_uris": ["index.html#/home"]}, "/redirect_uris/0", "#"),
    ("https-or-loopback", {"redirect_uris": ["http://app.example/cb"]}, "/redirect_uris/0", "https://"),
    ("https-or-loopback", {"launch_uri": "javascript:alert(1)"}, "/launch_uri", "https://"),
    ("https-or-loopback", {"launch_uri": "http://localhost.evil.example/"}, "/launch_uri", "https://"),
    ("https-or-loopback", {"launch_uri": "https://me:secret@app.example/"}, "/launch_uri", "https://"),
    ("exact-address", {"redirect_uris": ["index.html", "../cb.html"]}, "/redirect_uris/1", "hel adresse"),
    ("exact-address", {"launch_uri": "/launch.html"}, "/launch_uri", "hel adresse"),
    ("exact-address", {"launch_uri": "//evil.example/x"}, "/launch_uri", "hel adresse"),
    ("exact-address", {"launch_uri": "https://app.example/a/../b"}, "/launch_uri", "hel adresse"),
    ("exact-address", {"launch_uri": "https://app.example/å"}, "/launch_uri", "hel adresse"),
    ("exact-address", {"launch_uri": ".hidden.html"}, "/launch_uri", "hel adresse"),
    ("no-system-scope", {"scope": "launch system/Patient.rs"}, "/scope", "user/"),
    ("scope-grammar", {"scope": "launch patient/Observation.dus"}, "/scope", "cruds"),
    ("scope-grammar", {"scope": "launch  openid"}, "/scope", "mellomrom"),
    (
        "known-value",
        {"token_endpoint_auth_method": "client_secret_post"},
        "/token_endpoint_auth_method",
        "none",
    ),
    ("jwks-uri", {"jwks_uri": "jwks.json"}, "/jwks_uri", "https://"),
    ("jwks-keys", {"jwks": {"keys": [{"kty": "RSA", "kid": "1", "d": "x"}]}}, "/jwks", "privat"),
    ("contact", {"contacts": ["ring oss"]}, "/contacts/0", "hjelp@"),
    ("page-address", {"policy_uri": "personvern"}, "/policy_uri", "https://"),
    ("known-value", {"follows": "always"}, "/follows", "relaunch"),
    ("origin", {"origins": ["https://app.example/"]}, "/origins/0", "uten sti"),
    ("intent", {"intents": ["Order review"]}, "/intents/0", "order-review"),
    ("boolean-type", {"server_side": "yes"}, "/server_side", "false"),
    ("icon-name", {"icon": "icon.png"}, "/icon", "icon.svg"),
    ("launch-scope", {"scope": "openid"}, "/scope", "launch"),
    ("fhir-user-needs-openid", {"scope": "launch fhirUser"}, "/scope", "openid"),
    (
        "follower-events",
        {"follows": "fhircast", "scope": "launch fhircast/Patient-open.read"},
        "/scope",
        "Patient-close",
    ),
    (
        "follower-user-scopes",
        {"follows": "fhircast", "scope": FOLLOWER + " patient/Patient.rs"},
        "/scope",
        "user/",
    ),
    (
        "keys-for-private-key-jwt",
        {"token_endpoint_auth_method": "private_key_jwt"},
        "/token_endpoint_auth_method",
        "jwks_uri",
    ),
    (
        "one-key-place",
        {"jwks_uri": "https://a.example/k", "jwks": {"keys": [{"kty": "EC", "kid": "1"}]}},
        "/jwks",
        "jwks_uri",
    ),
    ("launch-address", {"launch_uri": None, "native": False}, "/launch_uri", '"native": true'),
    ("native-has-no-launch", {"native": True}, "/launch_uri", "Ta bort"),
    (
        "native-returns-to-itself",
        {"native": True, "launch_uri": None, "follows": "fhircast", "scope": FOLLOWER},
        "/redirect_uris",
        "http://127.0.0.1/callback",
    ),
    ("native-follows", {"native": True, "launch_uri": None}, "/follows", "fhircast"),
    ("boolean-type", {"native": "yes"}, "/native", "false"),
    ("server-needs-proof", {"server_side": True}, "/token_endpoint_auth_method", "private_key_jwt"),
    ("same-place", {"redirect_uris": ["https://app.example/cb"]}, "/redirect_uris", "samme slag"),
    ("origins-cover", {**ABSOLUTE, "origins": ["https://other.example"]}, "/origins", "Legg det til"),
    (
        "own-host",
        {"launch_uri": "http://x.localhost:1/l", "redirect_uris": ["http://x.localhost:1/r"]},
        "/redirect_uris",
        "localhost:PORT",
    ),
]


def findings_of(members: object) -> dict[tuple[str, str], Any]:
    reading = read_manifest(json.dumps(members).encode())
    assert (reading.manifest is None) == any(f.severity == "error" for f in reading.findings)
    return {(finding.rule, finding.pointer): finding for finding in reading.findings}


def test_a_correct_manifest_has_no_findings(good: dict[str, Any]) -> None:
    reading = read_manifest(json.dumps({**good, "client_name#en": "My app", "$schema": "x"}).encode())
    assert reading.findings == ()
    assert reading.manifest is not None
    assert reading.manifest.name("en") == "My app"
    assert reading.manifest.name("nb") == "Min app"
    assert reading.manifest.packaged


@pytest.mark.parametrize(("rule", "change", "pointer", "advice"), MISTAKES)
def test_each_mistake_is_named(rule: str, change: dict[str, Any], pointer: str, advice: str) -> None:
    found = findings_of({name: value for name, value in {**GOOD, **change}.items() if value is not None})
    assert (rule, pointer) in found, sorted(found)
    assert advice in found[(rule, pointer)].remedy.nb
    assert found[(rule, pointer)].sentence.en
    assert "{" not in found[(rule, pointer)].in_language("en").replace('{"keys"', "")


def test_a_program_of_its_own_has_neither_launch_nor_pages(good: dict[str, Any]) -> None:
    """RFC 8252. Mutant: launch_uri demanded of it; its loopback address taken for an origin of pages."""
    scope = FOLLOWER.removeprefix("launch ")
    native = {
        "native": True,
        "follows": "fhircast",
        "scope": scope,
        "redirect_uris": ["http://127.0.0.1/callback"],
    }
    del good["launch_uri"]
    reading = read_manifest(json.dumps({**good, **native}).encode())
    assert reading.findings == ()
    assert reading.manifest is not None
    assert not reading.manifest.packaged
    exact = resolve(reading.manifest, packaged_origin("minapp", 4711))
    assert (exact.launch_uri, exact.redirect_uris, exact.origins) == (
        None,
        ("http://127.0.0.1/callback",),
        (),
    )


def test_every_rule_has_a_mistake_that_breaks_it() -> None:
    tried = {rule for rule, *_ in MISTAKES}
    rules = {rule.name for field in FIELDS for rule in field.rules} | {
        relation.name for relation in RELATIONS
    }
    assert rules - tried == set()


def test_all_mistakes_are_reported_at_once() -> None:
    found = findings_of(
        {"id": "X", "redirect_uris": ["http://a.example", "https://*.b.example"], "scope": "launch x/y"}
    )
    required = {pointer for rule, pointer in found if rule == "required"}
    assert "/client_name" in required
    assert "/icon" in required
    assert {"/id", "/redirect_uris/0", "/redirect_uris/1", "/scope"} <= {pointer for _, pointer in found}
    assert "x/y" in found[("scope-grammar", "/scope")].sentence.nb


def test_unknown_fields_are_kept_and_a_near_name_is_guessed(good: dict[str, Any]) -> None:
    reading = read_manifest(json.dumps({**good, "redirect_uri": ["x"], "vendor_extra": 1}).encode())
    assert reading.manifest is not None
    assert reading.manifest.members["vendor_extra"] == 1
    told = {finding.pointer: finding for finding in reading.findings}
    assert "redirect_uris" in told["/redirect_uri"].remedy.nb
    assert told["/vendor_extra"].severity == "warning"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"id": "a", "id": "b"}', b"\xff\xfe", b'{"id": NaN}', b"[" * 60000, b" " * 70000],
)
def test_a_file_that_is_no_manifest_is_one_finding(content: bytes) -> None:
    reading = read_manifest(content)
    assert reading.manifest is None
    assert len(reading.findings) == 1
    assert reading.findings[0].sentence.nb


def test_relative_addresses_become_exact_ones(good: dict[str, Any]) -> None:
    manifest = read_manifest(
        json.dumps({**good, "redirect_uris": ["index.html", "sider/ferdig.html?a=b"]}).encode()
    ).manifest
    assert manifest is not None
    exact = resolve(manifest, packaged_origin("minapp", 4711))
    assert exact.launch_uri == "http://minapp.localhost:4711/launch.html"
    assert exact.redirect_uris == (
        "http://minapp.localhost:4711/index.html",
        "http://minapp.localhost:4711/sider/ferdig.html?a=b",
    )
    assert exact.origins == ("http://minapp.localhost:4711",)
    hosted = resolve(manifest, hosted_origin("minapp", "apps.example"))
    assert hosted.launch_uri == "https://minapp.apps.example/launch.html"


def test_absolute_addresses_stay_byte_for_byte(good: dict[str, Any]) -> None:
    manifest = read_manifest(json.dumps({**good, **ABSOLUTE}).encode()).manifest
    assert manifest is not None
    assert not manifest.packaged
    exact = resolve(manifest, "http://minapp.localhost:1")
    assert (exact.launch_uri, exact.redirect_uris) == (
        "https://app.example/launch",
        ("https://app.example/cb",),
    )
    assert exact.origins == ("https://app.example",)


def test_the_published_schema_is_the_table() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text()


OUTSIDE_THE_SCHEMA = {relation.name for relation in RELATIONS if relation.schema is None}


@pytest.mark.parametrize(("rule", "change", "pointer", "advice"), MISTAKES)
def test_schema_and_check_agree(rule: str, change: dict[str, Any], pointer: str, advice: str) -> None:
    schema = jsonschema_rs.validator_for(schema_document())
    assert schema.is_valid(GOOD)
    changed = {name: value for name, value in {**GOOD, **change}.items() if value is not None}
    assert schema.is_valid(changed) == (rule in OUTSIDE_THE_SCHEMA)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: st.one_of(
                st.sampled_from([value, 1, None, [], "", ["index.html", 2]]), st.text(max_size=12)
            )
            for name, value in GOOD.items()
        },
    )
)
def test_schema_and_check_agree_on_any_values(members: dict[str, Any]) -> None:
    reading = read_manifest(json.dumps(members).encode())
    errors = {finding.rule for finding in reading.findings if finding.severity == "error"}
    assert jsonschema_rs.validator_for(schema_document()).is_valid(members) == (
        errors - OUTSIDE_THE_SCHEMA == set()
    )
