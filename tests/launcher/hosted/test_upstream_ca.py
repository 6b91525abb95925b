"""Upstream systems under the organisation's own certificate authority: ``upstream_ca``, and ``limits``, of the file.

Five ways to break it: trusted though it was not named; named and not handed to one of the three connections; it replaces
the usual authorities; it switches the check of the name off; a file that holds nothing, found at the first login.
"""

from __future__ import annotations

import secrets
import ssl
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import pytest
import trustme

from context.subscription import HubLimits
from launcher.server.audit_sink import AuditSinkSettings, FhirAuditSink, SinkFailed
from launcher.server.configuration import read_configuration
from launcher.server.hub_limits import RANGES, HubSettings
from launcher.server.whole_gateway import WholeGateway, build_gateway
from launcher.upstream.fhir import UpstreamGone
from launcher.upstream.identity_errors import UpstreamIdentityError
from launcher.upstream.trusted_authorities import upstream_context
from shell.composition.hosted import HostedChoice, prepare_hosted
from tests.fakes.clock import MovedClock
from tests.fakes.hosted_gateway import Place
from tests.fakes.key_server import KeyServer, key_server


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeyServer]:
    """A system of the organisation, under its own authority."""
    with key_server(tmp_path_factory.mktemp("private")) as running:
        running.answers["/fhir/Patient/p-1"] = (200, {}, b'{"resourceType": "Patient", "id": "p-1"}')
        empty = b'{"resourceType": "Bundle", "entry": []}'
        running.answers["/fhir/AuditEvent?_tag=urn%3Avaktrom%3Aaudit-log%7Clog&_sort=-date&_count=200"] = (
            200,
            {},
            empty,
        )
        yield running


def built(place: Place, private: KeyServer, ca: str | None) -> WholeGateway:
    """The gateway as configured, its upstream systems at the private server; nothing is served."""
    provider = {"issuer": private.base, "client_id": "c", "key_file": "provider-key.json"}
    place.write(upstream_ca=ca, upstream_fhir=f"{private.base}/fhir", identity_provider=provider)
    prepared = prepare_hosted(HostedChoice(place.config), place.systems.clock.now())
    configuration = read_configuration(prepared.given)
    return build_gateway(
        configuration,
        lambda name, sealed: None,
        MovedClock(),
        lambda: secrets.token_urlsafe(24),
        secrets.token_bytes,
    )


@pytest.mark.parametrize("named", [True, False])
async def test_record_system_and_identity_provider(place: Place, private: KeyServer, named: bool) -> None:
    """With the authority both are asked; without it neither is."""
    gateway = built(place, private, private.ca_file if named else None)
    before = len(private.asked)
    try:
        for connection in (gateway.connection, gateway.own_connection):
            if named:
                assert (await connection.request("GET", "/Patient/p-1", {})).status == 200
            else:
                with pytest.raises(UpstreamGone):
                    await connection.request("GET", "/Patient/p-1", {})
        with pytest.raises(UpstreamIdentityError):
            await gateway.identity.begin("state", "nonce", "v" * 43, "https://x.example/")
        assert len(private.asked) - before == (3 if named else 0)
    finally:
        await gateway.close()


async def test_the_audit_sink_too(private: KeyServer) -> None:
    settings = AuditSinkSettings(f"{private.base}/fhir")
    trusting = FhirAuditSink(settings, upstream_context(private.ca_file))
    assert await trusting.anchors("log") == []
    await trusting.close()
    usual = FhirAuditSink(settings)
    with pytest.raises(SinkFailed):
        await usual.anchors("log")
    await usual.close()


async def test_the_name_is_still_checked(place: Place, private: KeyServer) -> None:
    gateway = built(place, private, private.ca_file)
    gateway.connection.base = gateway.connection.base.replace("127.0.0.1", "127.0.0.2")
    with pytest.raises(UpstreamGone):
        await gateway.connection.request("GET", "/Patient/p-1", {})
    await gateway.close()


def test_the_usual_authorities_stay(private: KeyServer) -> None:
    context, usual = upstream_context(private.ca_file), ssl.create_default_context()
    assert len(context.get_ca_certs()) == len(usual.get_ca_certs()) + 1
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert (context.check_hostname, context.verify_mode) == (True, ssl.CERT_REQUIRED)


def test_a_file_that_cannot_serve_is_told_at_the_start(refused: Callable[..., str], tmp_path: Path) -> None:
    assert "upstream_ca: " in refused(upstream_ca="nowhere.pem")
    (tmp_path / "empty.pem").write_text("no certificate", encoding="utf-8")
    assert "holds no certificate" in refused(upstream_ca="empty.pem")
    authority = trustme.CA()
    authority.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    assert "holds no certificate" in refused(upstream_ca="key.pem")


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({"refusals_brust": 5}, "there is no refusals_brust"),
        ({"refusals_burst": 0}, "whole number of 1 or more"),
        ({"refusals_burst": True}, "limits"),
        ({"refusals_burst": "5"}, "limits"),
    ],
)
def test_limits_are_named_numbers(refused: Callable[..., str], limits: dict[str, object], says: str) -> None:
    assert says in refused(limits=limits)


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({"calls_brust": 5}, "there is no calls_brust"),
        ({"acknowledgement_seconds": 11}, "acknowledgement_seconds must be a whole number from 2 to 10"),
        ({"frame_characters": 1_000_000}, "frame_characters must be"),
        ({"calls_burst": True}, "hub_limits"),
        ({"subscriptions_per_grant": 65}, "more than subscriptions_per_topic"),
        ({"queue_frames": "8"}, "hub_limits"),
    ],
)
def test_limits_of_the_hub_have_their_ranges(
    refused: Callable[..., str], limits: dict[str, object], says: str
) -> None:
    """Mutant: a number that lets a pane be silent for an hour, or nobody subscribe."""
    assert says in refused(hub_limits=limits)


def test_limits_of_the_hub_reach_it(place: Place) -> None:
    """Mutant: read and dropped."""
    place.write(hub_limits={"subscriptions_per_topic": 9, "queue_frames": 9})
    hub = read_configuration(
        prepare_hosted(HostedChoice(place.config), place.systems.clock.now()).given
    ).settings.hub
    assert (hub.of_topic().subscriptions_per_topic, hub.queue_frames, hub.calls_burst) == (9, 9, 120)
    assert HubSettings().of_topic() == HubLimits()
    assert set(RANGES) == {item.name for item in fields(HubSettings)}
    assert all(least <= getattr(HubSettings(), name) <= most for name, (least, most) in RANGES.items())


def test_limits_reach_the_gateway(place: Place) -> None:
    place.write(limits={"login_begins_burst": 5000, "session_seconds": 60})
    prepared = prepare_hosted(HostedChoice(place.config), place.systems.clock.now())
    limits = read_configuration(prepared.given).settings.limits
    assert (limits.login_begins_burst, limits.session_seconds, limits.code_seconds) == (5000, 60, 60)
