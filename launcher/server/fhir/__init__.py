"""The FHIR data plane of the gateway: ``/fhir/*`` over the policy in ``launcher.gateway``."""

from __future__ import annotations

from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from launcher.server.fhir.route import FhirRoute
from launcher.server.fhir.settings import FhirPlaneDependencies, FhirPlaneSettings


def data_plane(settings: FhirPlaneSettings, dependencies: FhirPlaneDependencies) -> list[BaseRoute]:
    """The routes below ``/fhir``, all but ``/.well-known/``. The caller closes ``dependencies.connection``."""

    def make() -> ASGIApp:
        from launcher.server.fhir.plane import FhirDataPlane

        return FhirDataPlane(settings, dependencies)

    return [FhirRoute(settings.prefix, make)]


def warm_up() -> None:
    """Import what the first request needs; from any thread."""
    import aiohttp  # noqa: F401
    import yarl  # noqa: F401

    import launcher.server.fhir.plane  # noqa: F401


__all__ = ["FhirPlaneDependencies", "FhirPlaneSettings", "data_plane", "warm_up"]
