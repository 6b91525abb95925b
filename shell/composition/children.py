"""The programs that run as children of this one, by name; only the one that is asked for is imported."""

from __future__ import annotations

import gc


def serve(name: str) -> int:
    """Run the child called ``name`` until its standard input ends; its exit code, 2 when there is no such child."""
    gc.disable()  # what is imported stays: looking for garbage in it costs a tenth of the start
    if name == "gateway":
        from shell.composition.gateway_child import main
    elif name == "sandbox":
        from shell.composition.sandbox_child import main
    elif name == "graphics":
        from shell.self_test.graphics_child import tell_graphics as main
    elif name == "chromium":
        from shell.self_test.graphics_child import tell_chromium as main
    else:
        return 2
    gc.enable()
    return main()
