"""Generated examples take as long as a busy machine needs: none of these tests is about time."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("any machine", settings.default, deadline=None)
settings.load_profile("any machine")
