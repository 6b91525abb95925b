"""Makes what is installed: the frozen program, its archives and packages. ``python3 dev.py build`` runs it."""
