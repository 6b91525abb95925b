"""How a mutant is put in place inside a living process: a function's code is swapped, or a module's tables rebuilt."""

from __future__ import annotations

import functools
import gc
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.mutation.mutants import Mutant

Code = types.CodeType
Cache = Any
Place = tuple[str, str]
"""File and qualified name of a function."""


def living_functions(files: set[str]) -> dict[Place, list[types.FunctionType]]:
    """The function objects of the files, wherever they are kept (decorated, on classes, in tables)."""
    found: dict[Place, list[types.FunctionType]] = {}
    for thing in gc.get_objects():
        if isinstance(thing, types.FunctionType) and thing.__code__.co_filename in files:
            found.setdefault((thing.__code__.co_filename, thing.__code__.co_qualname), []).append(thing)
    return found


def caches() -> list[Cache]:
    """The product's functions that remember their answers."""
    found = (thing for thing in gc.get_objects() if isinstance(thing, functools._lru_cache_wrapper))
    return [thing for thing in found if (thing.__module__ or "").startswith("launcher.")]


def code_of(mutant: Mutant, path: Path) -> Code | None:
    """The mutated function's code; ``None`` where Python itself refuses the mutant."""
    try:
        waiting = [compile(mutant.source, str(path), "exec", dont_inherit=True)]
    except SyntaxError:
        return None
    while waiting:
        code = waiting.pop()
        if code.co_qualname == mutant.function:
            return code
        waiting.extend(inner for inner in code.co_consts if isinstance(inner, Code))
    return None


def swapped(functions: Sequence[types.FunctionType], code: Code) -> Callable[[], None]:
    """What gives the functions other code."""

    def swap() -> None:
        for function in functions:
            function.__code__ = code

    return swap


def rebuilt(module: types.ModuleType, mutant: Mutant) -> Callable[[], None]:
    """What runs the whole module anew from the mutant's text, and gives every other module what came of it."""

    def rebuild() -> None:
        before = dict(vars(module))
        after = {name: value for name, value in before.items() if name.startswith("__")}
        exec(compile(mutant.source, str(module.__file__), "exec", dont_inherit=True), after)
        instead = {
            id(before[name]): value
            for name, value in after.items()
            if not name.startswith("__") and name in before and before[name] is not value
        }
        for other in list(sys.modules.values()):
            names = getattr(other, "__dict__", {})
            for name, value in list(names.items()):
                if id(value) in instead:
                    names[name] = instead[id(value)]

    return rebuild


def called_while_built(module: types.ModuleType) -> set[str]:
    """The qualified names of the module's functions that its own tables are made with."""
    file = str(module.__file__)
    code = compile(Path(file).read_text("utf-8"), file, "exec", dont_inherit=True)
    called: set[str] = set()

    def note(frame: types.FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename == file:
            called.add(frame.f_code.co_qualname.partition(".<locals>")[0])

    namespace = {name: value for name, value in vars(module).items() if name.startswith("__")}
    sys.setprofile(note)
    try:
        exec(code, namespace)
    finally:
        sys.setprofile(None)
    return called


def users_of(module: types.ModuleType) -> Iterator[str]:
    """The files of the modules that took something over by name from this one."""
    own = {id(value) for name, value in vars(module).items() if _made_here(module, name, value)}
    for other in list(sys.modules.values()):
        file = getattr(other, "__file__", None)
        if file and any(id(value) in own for value in list(vars(other).values())):
            yield str(file)


def _made_here(module: types.ModuleType, name: str, value: object) -> bool:
    """False for what the module itself imported, and for what Python keeps only once."""
    if name.startswith("__") or isinstance(value, types.ModuleType | int | str | bytes | None):
        return False
    return getattr(value, "__module__", module.__name__) == module.__name__
