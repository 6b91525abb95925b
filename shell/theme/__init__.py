"""Colours, type, icons and the one style sheet of the desktop, all from ``tokens.json``; ``tokens`` needs no Qt."""
