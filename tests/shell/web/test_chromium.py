"""How Chromium is started, whoever starts it."""

from __future__ import annotations

from shell.web.chromium import (
    HOST_RULES,
    close_debug_doors,
    keep_host_rules,
    open_debug_door,
    program_arguments,
)


def test_flags_stand_after_the_word_that_qt_reads_them_from() -> None:
    arguments = program_arguments(["vaktrom", "--remote-debugging-port=1"])
    assert arguments[:2] == ["vaktrom", "--webEngineArgs"]
    assert f"--host-resolver-rules={HOST_RULES}" in arguments
    assert "--remote-debugging-port=1" not in arguments


def test_a_developers_flags_do_not_drop_the_host_rules() -> None:
    environment = {"QTWEBENGINE_CHROMIUM_FLAGS": "--enable-logging"}
    keep_host_rules(environment)
    assert (
        environment["QTWEBENGINE_CHROMIUM_FLAGS"] == f'--enable-logging --host-resolver-rules="{HOST_RULES}"'
    )
    untouched: dict[str, str] = {}
    keep_host_rules(untouched)
    assert untouched == {}


def test_a_shipped_program_takes_no_debugging_port() -> None:
    """Mutants: a variable of the user opens the door, or writes down the keys of TLS; a policy does not open it."""
    doors = {"QTWEBENGINE_REMOTE_DEBUGGING": "1", "QTWEBENGINE_CHROMIUM_FLAGS": "x", "SSLKEYLOGFILE": "/k"}
    environment = {**doors, "HOME": "/h"}
    close_debug_doors(environment, frozen=True)
    open_debug_door(environment, 0)
    assert environment == {"HOME": "/h"}
    open_debug_door(environment, 9222)
    assert environment["QTWEBENGINE_REMOTE_DEBUGGING"] == "127.0.0.1:9222"
