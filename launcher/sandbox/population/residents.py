"""All residents of Lindehaugen."""

from __future__ import annotations

from launcher.sandbox.population import residents_ostfloyen, residents_skjermet, residents_vestfloyen
from launcher.sandbox.population.story import Story

RESIDENTS: tuple[Story, ...] = (
    *residents_vestfloyen.RESIDENTS,
    *residents_ostfloyen.RESIDENTS,
    *residents_skjermet.RESIDENTS,
)
