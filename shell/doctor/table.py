"""The rows of ``vaktrom doctor``; a later part adds its own here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from plugins.findings import Text
from shell.doctor import machine_rows, network_rows, system_rows
from shell.doctor.diagnosis import Diagnosis
from shell.doctor.surroundings import Surroundings


@dataclass(frozen=True, slots=True)
class DoctorRow:
    """``look`` answers within seconds; what it raises or how long it takes beyond that harms no other row."""

    name: str
    title: Text
    look: Callable[[Surroundings], Diagnosis]


TABLE = (
    DoctorRow("network", Text("Nettverk", "Network"), network_rows.network),
    DoctorRow("proxy", Text("Proxy", "Proxy"), network_rows.proxy),
    DoctorRow("certificates", Text("Sertifikater", "Certificates"), network_rows.certificates),
    DoctorRow("clock", Text("Klokke", "Clock"), network_rows.clock),
    DoctorRow("identity-provider", Text("Innlogging", "Identity provider"), system_rows.identity_provider),
    DoctorRow("fhir-server", Text("FHIR-server", "FHIR server"), system_rows.fhir_server),
    DoctorRow("keyring", Text("Nøkkelring", "Keyring"), machine_rows.keyring),
    DoctorRow("gpu", Text("Grafikk", "Graphics"), machine_rows.graphics),
    DoctorRow("chromium", Text("Chromium", "Chromium"), machine_rows.chromium),
    DoctorRow("disk", Text("Disk", "Disk"), machine_rows.disk),
    DoctorRow("settings", Text("Innstillinger", "Settings"), machine_rows.settings),
)
