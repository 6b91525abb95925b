"""How Chromium is started, whoever starts it."""

from __future__ import annotations

from shell.web.chromium import HOST_RULES, close_debug_doors, keep_host_rules, program_arguments


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
    environment = {"QTWEBENGINE_REMOTE_DEBUGGING": "1", "QTWEBENGINE_CHROMIUM_FLAGS": "x", "HOME": "/h"}
    close_debug_doors(environment, frozen=True)
    assert environment == {"HOME": "/h"}
