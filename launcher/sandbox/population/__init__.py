"""The synthetic population of the sandbox: a nursing home and a GP list in a municipality that does not exist.

``resources(now)`` and ``resource_lines(now)`` give it with all times moved to ``now``;
``python -m launcher.sandbox.population.generate`` makes the files it is read from.
"""

from __future__ import annotations

from launcher.sandbox.population.reading import resource_lines, resources

__all__ = ["resource_lines", "resources"]
