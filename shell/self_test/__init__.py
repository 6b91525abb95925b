"""The self-test: the program proves on this machine that it is whole (``vaktrom doctor --self-test``)."""
