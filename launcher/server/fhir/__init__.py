"""The FHIR data plane of the gateway: ``/fhir/*`` over the policy in ``launcher.gateway``."""

from __future__ import annotations

from starlette.routing import BaseRoute

from launcher.server.fhir.plane import FhirDataPlane, FhirRoute
from launcher.server.fhir.settings import FhirPlaneDependencies, FhirPlaneSettings


def data_plane(settings: FhirPlaneSettings, dependencies: FhirPlaneDependencies) -> list[BaseRoute]:
    """The routes below ``/fhir``, all but ``/.well-known/``. The caller closes ``dependencies.connection``."""
    return [FhirRoute(settings.prefix, FhirDataPlane(settings, dependencies))]


__all__ = ["FhirPlaneDependencies", "FhirPlaneSettings", "data_plane"]
