"""The FHIRcast hub on the wire: routes, channels and the runner of the pure hub in :mod:`context`."""

from launcher.server.hub.access import HubRefusal
from launcher.server.hub.audit import HubAudit
from launcher.server.hub.call import HubCall
from launcher.server.hub.ports import (
    AccessTokens,
    CurrentPatient,
    FenceKeeper,
    PaneFacts,
    PatientCheck,
    RunnerLimits,
    TopicDirectory,
)
from launcher.server.hub.routes import hub_routes
from launcher.server.hub.runner import HubRunner
from launcher.server.hub.topics import StateTopics

__all__ = [
    "AccessTokens",
    "CurrentPatient",
    "FenceKeeper",
    "HubAudit",
    "HubCall",
    "HubRefusal",
    "HubRunner",
    "PaneFacts",
    "PatientCheck",
    "RunnerLimits",
    "StateTopics",
    "TopicDirectory",
    "hub_routes",
]
