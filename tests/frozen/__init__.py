"""The frozen program and its packages."""
