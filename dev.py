"""Everything that a developer of Vaktrom runs; the same commands run in continuous integration.

``python3 dev.py run`` starts the desktop with its practice environment, ``python3 dev.py test`` passes the tests.
Standard library only: this file makes ``.venv``, installs exactly what ``requirements.lock`` says and hands over.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent
LOCK = ROOT / "requirements.lock"
ENVIRONMENT = ROOT / ".venv"
ENVIRONMENT_WITHOUT_QT = ROOT / ".venv-noqt"
STAMP = "vaktrom-lock.sha256"
QT_PACKAGES = ("pyside6", "pyside6-addons", "pyside6-essentials", "shiboken6", "pytest-qt")

# Debian package -> a file that it installs; verified in an empty Debian 12 (desktop).
DESKTOP_LIBRARIES = {
    "libegl1": "libEGL.so.1",
    "libgl1": "libGL.so.1",
    "libopengl0": "libOpenGL.so.0",
    "libdbus-1-3": "libdbus-1.so.3",
    "libfontconfig1": "libfontconfig.so.1",
    "libglib2.0-0": "libglib-2.0.so.0",
    "libxkbcommon0": "libxkbcommon.so.0",
    "libxkbcommon-x11-0": "libxkbcommon-x11.so.0",
    "libxcb-cursor0": "libxcb-cursor.so.0",
    "libxcb-icccm4": "libxcb-icccm.so.4",
    "libxcb-image0": "libxcb-image.so.0",
    "libxcb-keysyms1": "libxcb-keysyms.so.1",
    "libxcb-render-util0": "libxcb-render-util.so.0",
    "libxcb-shape0": "libxcb-shape.so.0",
    "libxcb-xkb1": "libxcb-xkb.so.1",
    "libxcb-util1": "libxcb-util.so.1",
    "libxcomposite1": "libXcomposite.so.1",
    "libxdamage1": "libXdamage.so.1",
    "libxrandr2": "libXrandr.so.2",
    "libxtst6": "libXtst.so.6",
    "libasound2": "libasound.so.2",
    "libgbm1": "libgbm.so.1",
    "libnss3": "libnss3.so",
    "libnspr4": "libnspr4.so",
}
TEST_LIBRARIES = {"libatomic1": "libatomic.so.1"}  # Node of the test environment
TEST_PROGRAMS = {
    "xvfb": "Xvfb",
    "xauth": "xauth",
    "gnome-keyring": "gnome-keyring-daemon",
    "dbus": "dbus-daemon",
    "chromium": "chromium",
    "libnss3-tools": "certutil",
}
INSTALLER_PROGRAMS = {
    "wixl": "wixl",
    "msitools": "msibuild",
    "gcc-mingw-w64-x86-64": "x86_64-w64-mingw32-gcc",
}
LONG_TEST_PROGRAMS = {
    **INSTALLER_PROGRAMS,
    "wine": "wine",
    "wine64": "wineserver",
    "debootstrap": "debootstrap",
}


@dataclass(frozen=True)
class Suite:
    """Tests that run in one process. One that measures what a user waits for has the machine to itself."""

    paths: tuple[str, ...]
    except_for: tuple[str, ...] = ()
    without_qt: bool = False
    screen: bool = False
    alone: bool = False


SANDBOX_TESTS = (
    "tests/launcher/identity",
    "tests/launcher/sandbox_fhir",
    "tests/launcher/sandbox_population",
)

# The longest first: two run beside each other.
SUITES = {
    "launcher": Suite(
        ("tests/launcher", "tests/conformance", "tests/mutation"), except_for=SANDBOX_TESTS, without_qt=True
    ),
    "shell": Suite(("tests/shell",), screen=True),
    "sandbox": Suite(SANDBOX_TESTS, without_qt=True),
    "plugins": Suite(("tests/plugins",), without_qt=True),
    "safety": Suite(("tests/safety", "tests/contract"), screen=True),
    "context": Suite(("tests/context",), without_qt=True),
    "story": Suite(("tests/story",), screen=True, alone=True),
    "frozen": Suite(("tests/frozen",), alone=True),
}
SUITES_AT_ONCE = 2


class Refusal(Exception):
    """Something that the developer has to do; one line that says what and how."""


def say(text: str) -> None:
    print(f"dev: {text}", flush=True)


def run(command: Sequence[str | Path], **options: object) -> None:
    subprocess.run([str(part) for part in command], check=True, **options)  # type: ignore[call-overload]


def environment_python(environment: Path) -> Path:
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


# -- system packages ------------------------------------------------------------------------------------------------


def install_system_packages(packages: Sequence[str], purpose: str) -> None:
    """Install Debian packages as root; otherwise say the exact command."""
    if not packages:
        return
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    if not sys.platform.startswith("linux") or shutil.which("apt-get") is None:
        raise Refusal(f"{purpose} needs these system packages, please install them: {' '.join(packages)}")
    if os.geteuid() != 0:
        raise Refusal(f"{purpose} needs system packages; run this once: sudo {' '.join(command)}")
    say(f"installing {len(packages)} system packages for {purpose} ...")
    quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
    run(["apt-get", "update", "-qq"], **quiet)
    run(command, **quiet)


def missing_libraries(libraries: Mapping[str, str]) -> list[str]:
    """The packages whose library the dynamic linker does not know."""
    if not sys.platform.startswith("linux"):
        return []
    linker = shutil.which("ldconfig") or "/sbin/ldconfig"
    known = subprocess.run([linker, "-p"], capture_output=True, text=True, check=False).stdout
    return [package for package, library in libraries.items() if f"{library} " not in known]


def prepare_desktop() -> None:
    install_system_packages(missing_libraries(DESKTOP_LIBRARIES), "the desktop")


def missing_programs(programs: Mapping[str, str]) -> list[str]:
    """The packages of programs that are not on the path."""
    return [package for package, program in programs.items() if shutil.which(program) is None]


def prepare_tests(long: bool = False) -> None:
    programs = {**TEST_PROGRAMS, **(LONG_TEST_PROGRAMS if long else {})}
    missing = missing_programs(programs)
    libraries = missing_libraries({**DESKTOP_LIBRARIES, **TEST_LIBRARIES})
    install_system_packages([*libraries, *missing] if sys.platform != "win32" else [], "the tests")


# -- environments ---------------------------------------------------------------------------------------------------


def lock_without(packages: Sequence[str]) -> str:
    """The lock file's text without the named packages."""
    kept: list[str] = []
    keeping = True
    for line in LOCK.read_text(encoding="utf-8").splitlines():
        if line and not line[0].isspace() and not line.startswith("#"):
            keeping = line.split("==")[0].split("[")[0].strip().lower() not in packages
        if keeping:
            kept.append(line)
    return "\n".join(kept) + "\n"


def ensure_environment(environment: Path, requirements: str) -> Path:
    """Make the virtual environment hold exactly ``requirements`` (hashed); returns its Python."""
    python = environment_python(environment)
    stamp = environment / STAMP
    wanted = stamp_of(requirements)
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    try:
        import ensurepip  # noqa: F401  (stock Debian leaves it out)
    except ModuleNotFoundError:
        install_system_packages(["python3-venv"], "a virtual environment")
    say(f"making {environment.name}, this takes a minute the first time ...")
    shutil.rmtree(environment, ignore_errors=True)
    run([sys.executable, "-m", "venv", environment])
    listed = environment / "requirements.lock"
    listed.write_text(requirements, encoding="utf-8")
    run([python, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "-r", listed])
    add_project(python)
    stamp.write_text(wanted)
    return python


def stamp_of(requirements: str) -> str:
    """What an environment remembers: it is made again when the lock or the Python changes."""
    return hashlib.sha256(f"{sys.version}\n{requirements}".encode()).hexdigest()


def add_project(python: Path) -> None:
    """Let the environment import the packages of this folder."""
    path_file = packages_folder(python) / "vaktrom-development.pth"
    path_file.write_text(f"{ROOT}\n", encoding="utf-8")
    add_command(python)


def add_command(python: Path) -> None:
    """Put ``vaktrom`` beside the interpreter, so that an activated environment finds it by name."""
    if sys.platform == "win32":
        (python.parent / "vaktrom.cmd").write_text('@"%~dp0python.exe" -m shell %*\n', encoding="ascii")
        return
    command = python.parent / "vaktrom"
    command.write_text(f'#!/bin/sh\nexec "{python}" -m shell "$@"\n', encoding="utf-8")
    command.chmod(0o755)


def main_environment() -> Path:
    python = ensure_environment(ENVIRONMENT, LOCK.read_text(encoding="utf-8"))
    add_command(python)
    return python


def packages_folder(python: Path) -> Path:
    question = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    answer = subprocess.run([str(python), "-c", question], capture_output=True, text=True, check=True)
    return Path(answer.stdout.strip())


def environment_without_qt() -> Path:
    """The second environment: every package of the lock except Qt's.

    Nothing is fetched or unpacked twice: it gets hard links to the files that the other packages have recorded in
    the main environment, and a file that no kept package has recorded is not there.
    """
    python = environment_python(ENVIRONMENT_WITHOUT_QT)
    stamp = ENVIRONMENT_WITHOUT_QT / STAMP
    wanted = stamp_of(lock_without(QT_PACKAGES))
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    source = packages_folder(main_environment())
    say(f"making {ENVIRONMENT_WITHOUT_QT.name} ...")
    shutil.rmtree(ENVIRONMENT_WITHOUT_QT, ignore_errors=True)
    run([sys.executable, "-m", "venv", "--without-pip", ENVIRONMENT_WITHOUT_QT])
    target = packages_folder(python)
    for record in source.glob("*.dist-info/RECORD"):
        if distribution_name(record.parent) not in QT_PACKAGES:
            link_recorded_files(record, source, target)
    attempt = subprocess.run([str(python), "-c", "import PySide6"], capture_output=True, check=False)
    if attempt.returncode == 0:
        raise Refusal(f"{ENVIRONMENT_WITHOUT_QT.name} has Qt in it, so it proves nothing")
    add_project(python)
    stamp.write_text(wanted)
    return python


def distribution_name(information: Path) -> str:
    """``pyside6-essentials`` of ``PySide6_Essentials-6.11.3.dist-info``."""
    return information.name.split("-")[0].lower().replace("_", "-")


def link_recorded_files(record: Path, source: Path, target: Path) -> None:
    """Link what a package installed below ``source`` to the same place below ``target``; its programs stay behind."""
    with record.open(encoding="utf-8", newline="") as rows:
        names = [row[0] for row in csv.reader(rows) if row]
    for name in names:
        if name.startswith("..") or not (source / name).is_file():
            continue
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source / name, target / name)
        except OSError:  # another file system, or one without hard links
            shutil.copy2(source / name, target / name)


def child_environment() -> dict[str, str]:
    """What our programs run with: no Chromium sandbox as root (it refuses to start), a private runtime directory."""
    variables = dict(os.environ)
    if sys.platform.startswith("linux"):
        if os.geteuid() == 0:
            variables["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
        runtime = variables.get("XDG_RUNTIME_DIR")
        if not runtime or not Path(runtime).is_dir():
            private = ROOT / ".state" / "runtime"
            private.mkdir(mode=0o700, parents=True, exist_ok=True)
            private.chmod(0o700)
            variables["XDG_RUNTIME_DIR"] = str(private)
    return variables


def on_screen(command: Sequence[str | Path], *, virtual: bool) -> list[str]:
    """Wrap a command in a virtual screen of 1920x1080."""
    parts = [str(part) for part in command]
    if virtual and sys.platform.startswith("linux"):
        return ["xvfb-run", "-a", "-s", "-screen 0 1920x1080x24 -nolisten tcp", *parts]
    return parts


# -- commands -------------------------------------------------------------------------------------------------------


def command_run(arguments: argparse.Namespace) -> int:
    prepare_desktop()
    python = main_environment()
    return subprocess.call([str(python), "-m", "shell", "run", *arguments.rest], env=child_environment())


def suite_command(suite: Suite, extra: Sequence[str]) -> list[str]:
    python = environment_without_qt() if suite.without_qt else main_environment()
    left_out = [f"--ignore={path}" for path in suite.except_for]
    command: list[str | Path] = [python, "-m", "pytest", *suite.paths, *left_out, *extra]
    return on_screen(command, virtual=suite.screen)


def run_suite(name: str, extra: Sequence[str], output: IO[bytes] | None) -> tuple[float, int]:
    """Run one suite in the environment it belongs to: its seconds, and pytest's exit code."""
    say(f"suite {name} ...")
    started = time.monotonic()
    command = suite_command(SUITES[name], extra)
    code = subprocess.call(
        command,
        env=child_environment(),
        cwd=ROOT,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
    )
    return time.monotonic() - started, code


def run_beside_another(name: str, extra: Sequence[str]) -> tuple[float, int]:
    """Run one suite and print what it said as a whole when it has ended."""
    with tempfile.TemporaryFile() as output:
        result = run_suite(name, extra, output)
        output.seek(0)
        say(f"suite {name} said:\n{output.read().decode(errors='replace').rstrip()}")
    return result


def run_suites(names: Sequence[str], extra: Sequence[str]) -> dict[str, tuple[float, int]]:
    """Run suites, some beside each other; name -> (seconds, pytest's exit code)."""
    together = [name for name in names if not SUITES[name].alone]
    results: dict[str, tuple[float, int]] = {}
    if len(together) > 1:
        with ThreadPoolExecutor(SUITES_AT_ONCE) as pool:
            found = pool.map(lambda name: run_beside_another(name, extra), together)
            results = dict(zip(together, found, strict=True))
    for name in names:
        if name not in results:
            results[name] = run_suite(name, extra, None)
    return results


def command_test(arguments: argparse.Namespace) -> int:
    prepare_tests(arguments.long)
    chosen = list(dict.fromkeys(arguments.suite)) or list(SUITES)
    for without_qt in {SUITES[name].without_qt for name in chosen}:  # before several ask for the same
        environment_without_qt() if without_qt else main_environment()
    started = time.monotonic()
    results = run_suites(chosen, ["-m", "long" if arguments.long else "not long", *arguments.rest])
    good = {0, 5} if arguments.long else {0}  # 5: nothing collected; a suite need not have long tests
    for name, (seconds, code) in results.items():
        say(f"{name:<10} {seconds:7.1f} s   {'passed' if code in good else 'FAILED'}")
    say(f"{'all':<10} {time.monotonic() - started:7.1f} s   ({SUITES_AT_ONCE} suites at once)")
    return 0 if all(code in good for _, code in results.values()) else 1


CHECKS: dict[str, tuple[str, ...]] = {
    "lint": ("-m", "ruff", "check", "."),
    "format": ("-m", "ruff", "format", "--check", "--quiet", "."),
    "types": ("-m", "mypy"),
    "import rules": (
        "-c",
        "import sys; from importlinter.cli import lint_imports_command as c; sys.exit(c())",
    ),
    "house rules": ("-m", "tests.contract.house_rules"),
}


def command_check(arguments: argparse.Namespace) -> int:
    del arguments
    python = main_environment()
    failed = []
    for name, parts in CHECKS.items():
        started = time.monotonic()
        code = subprocess.call([str(python), *parts], cwd=ROOT, env=child_environment())
        say(f"{name:<13} {time.monotonic() - started:6.1f} s   {'passed' if code == 0 else 'FAILED'}")
        if code:
            failed.append(name)
    return 1 if failed else 0


def command_screenshots(arguments: argparse.Namespace) -> int:
    prepare_tests()
    command = [main_environment(), "-m", "tests.story.screenshots", *arguments.rest]
    return subprocess.call(on_screen(command, virtual=True), env=child_environment(), cwd=ROOT)


def command_bench(arguments: argparse.Namespace) -> int:
    prepare_tests()
    command = [main_environment(), "-m", "tests.bench", *arguments.rest]
    return subprocess.call(on_screen(command, virtual=True), env=child_environment(), cwd=ROOT)


def command_build(arguments: argparse.Namespace) -> int:
    prepare_desktop()
    if "--msi" in arguments.rest:
        install_system_packages(missing_programs(INSTALLER_PROGRAMS), "the Windows installer")
    modules = os.pathsep.join((str(ROOT), str(ROOT / "packaging")))
    command = [main_environment(), "-m", "vaktrom_build", *arguments.rest]
    environment = {**child_environment(), "PYTHONPATH": modules, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.call([str(part) for part in command], env=environment, cwd=ROOT)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev.py", description="Run, test and measure Vaktrom.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="start the desktop (practice environment by default)").set_defaults(
        go=command_run
    )
    test = commands.add_parser("test", help="pass the tests")
    test.add_argument("suite", nargs="*", choices=[*SUITES, []], help="only these suites")
    test.add_argument("--long", action="store_true", help="what is too slow for continuous integration")
    test.set_defaults(go=command_test)
    for name, go, text in (
        ("check", command_check, "lint, types, import rules"),
        ("bench", command_bench, "print the measured ratios"),
        (
            "build",
            command_build,
            "freeze the program into dist/vaktrom; --tar, --deb and --msi make packages",
        ),
        ("screenshots", command_screenshots, "write a picture of every view into screenshots/"),
    ):
        commands.add_parser(name, help=text).set_defaults(go=go)
    known, rest = parser.parse_known_args(arguments)
    known.rest = rest
    return known


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036  (whoever starts this may have an older one)
        sys.stderr.write("dev: Python 3.11 or newer is needed.\n")
        return 2
    arguments = parse(sys.argv[1:])
    try:
        return int(arguments.go(arguments))
    except Refusal as refusal:
        sys.stderr.write(f"dev: {refusal}\n")
        return 2
    except subprocess.CalledProcessError as error:
        sys.stderr.write(
            f"dev: this step failed (exit code {error.returncode}): {' '.join(map(str, error.cmd))[:300]}\n"
        )
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
