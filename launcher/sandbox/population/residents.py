"""All residents of Lindehaugen."""

from __future__ import annotations

from launcher.sandbox.population import residents_vestfloyen
from launcher.sandbox.population.story import Story

RESIDENTS: tuple[Story, ...] = residents_vestfloyen.RESIDENTS
