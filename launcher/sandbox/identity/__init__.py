"""The sandbox's OpenID provider: an upstream like any other, reached over HTTP only.

Start reading at :mod:`launcher.sandbox.identity.model` (the words), then :mod:`launcher.sandbox.identity.provider`.
"""

from launcher.sandbox.identity.model import (
    Clock,
    DemoUser,
    IdentityProviderSettings,
    ProviderClient,
    ProviderLimits,
)
from launcher.sandbox.identity.provider import create_identity_provider
from launcher.sandbox.identity.sessions import BROWSER_COOKIE, SESSION_COOKIE
from launcher.sandbox.identity.token_check import AccessRefused, UpstreamTokenCheck
from launcher.sandbox.identity.users import DEMO_USERS

__all__ = [
    "BROWSER_COOKIE",
    "DEMO_USERS",
    "SESSION_COOKIE",
    "AccessRefused",
    "Clock",
    "DemoUser",
    "IdentityProviderSettings",
    "ProviderClient",
    "ProviderLimits",
    "UpstreamTokenCheck",
    "create_identity_provider",
]
