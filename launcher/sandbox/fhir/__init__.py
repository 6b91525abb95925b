"""The sandbox's FHIR R4 server: synthetic people, real FHIR, reached only over HTTP."""

from launcher.sandbox.fhir.routes import AccessCheck
from launcher.sandbox.fhir.server import create_fhir_server, open_store
from launcher.sandbox.fhir.store import Store, load

__all__ = ["AccessCheck", "Store", "create_fhir_server", "load", "open_store"]
