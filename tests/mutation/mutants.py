"""Mutants of Python source, made with ``ast``: one small change each, the way a slip of a hand would make it.

Only code inside functions is changed: the tables at module level are data, and other tests go through them row by row.
Sentences that are written for a person stay as they are.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Mutant:
    """``function`` is the qualified name in its module; ``source`` the whole module's text, changed."""

    function: str
    line: int
    change: str
    source: str

    @property
    def name(self) -> str:
        """Stable while the function's text is: no line number."""
        return f"{self.function}: {self.change}"


def mutants_of(source: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its text."""
    tree = ast.parse(source)
    for name, function in _functions(tree.body, ""):
        seen: dict[str, int] = {}
        places = [node for statement in _without_docstring(function) for node in _walk(statement)]
        for node in places:
            for change, replace in _changes(node):
                undo = replace()
                text = ast.unparse(tree)
                undo()
                number = seen[change] = seen.get(change, 0) + 1
                told = change if number == 1 else f"{change} ({number})"
                yield Mutant(name, getattr(node, "lineno", function.lineno), told, text)


def _functions(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, Function]]:
    for node in body:
        if isinstance(node, Function):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node.body, f"{prefix}{node.name}.")


def _without_docstring(function: Function) -> list[ast.stmt]:
    first = function.body[0]
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return function.body[1:] if is_text else function.body


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """In order; annotations and f-strings are left alone."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns") or isinstance(node, ast.JoinedStr):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _walk(child)


Undo = Callable[[], None]
Change = tuple[str, Callable[[], Undo]]


def _changes(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Compare):
        yield from _comparisons(node)
    elif isinstance(node, ast.BoolOp):
        yield from _boolean(node)
    elif isinstance(node, ast.Constant):
        yield from _constant(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield f"{_short(node)} -> {_short(node.operand)}", _swap_in_place(node, node.operand)
    elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in OPERATORS:
        other = OPERATORS[type(node.op)]()
        yield f"{_short(node)}: {type(other).__name__}", _field(node, "op", other)
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        for value in (True, False):
            if not (isinstance(node, ast.While) and value):
                told = ast.Constant(value)
                yield f"if {_short(node.test)} -> {value}", _field(node, "test", told)
    elif isinstance(node, ast.comprehension):
        for number, test in enumerate(node.ifs):
            kept = [other for at, other in enumerate(node.ifs) if at != number]
            yield f"filter {_short(test)} left out", _field(node, "ifs", kept)
    elif isinstance(node, ast.Return) and node.value is not None:
        if not _says_no(node.value):
            yield f"return {_short(node.value)} -> None", _field(node, "value", ast.Constant(None))
    elif isinstance(node, ast.Expr | ast.AugAssign | ast.Raise) and not _is_yield(node):
        yield f"{_short(node)} -> pass", _swap_in_place(node, ast.Pass())
    elif isinstance(node, ast.Continue):
        yield "continue -> break", _swap_in_place(node, ast.Break())
    elif isinstance(node, ast.Break):
        yield "break -> continue", _swap_in_place(node, ast.Continue())


def _comparisons(node: ast.Compare) -> Iterator[Change]:
    for number, operator in enumerate(node.ops):
        for other in COMPARISONS.get(type(operator), ()):
            changed = [*node.ops[:number], other(), *node.ops[number + 1 :]]
            yield f"{_short(node)}: {other.__name__}", _field(node, "ops", changed)


def _boolean(node: ast.BoolOp) -> Iterator[Change]:
    other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield f"{_short(node)}: {type(other).__name__}", _field(node, "op", other)


def _constant(node: ast.Constant) -> Iterator[Change]:
    value = node.value
    if isinstance(value, bool):
        yield f"{value} -> {not value}", _field(node, "value", not value)
    elif isinstance(value, int):
        yield f"{value} -> {value + 1}", _field(node, "value", value + 1)
    elif isinstance(value, str) and not _is_sentence(value):
        yield f"{value[:40]!r} -> changed", _field(node, "value", f"XX{value}XX")
    elif isinstance(value, bytes):
        yield f"{value[:40]!r} -> changed", _field(node, "value", b"XX" + value)


def _is_sentence(text: str) -> bool:
    """Words for a person, which tests leave free."""
    return text.count(" ") > 1


def _says_no(value: ast.expr) -> bool:
    """``None`` and ``False``: a condition takes them for the same, and ``False`` is changed as a constant."""
    return isinstance(value, ast.Constant) and (value.value is None or value.value is False)


def _is_yield(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield | ast.YieldFrom)


def _field(node: ast.AST, name: str, value: object) -> Callable[[], Undo]:
    def replace() -> Undo:
        before = getattr(node, name)
        setattr(node, name, value)
        return lambda: setattr(node, name, before)

    return replace


def _swap_in_place(node: ast.AST, other: ast.AST) -> Callable[[], Undo]:
    """``node`` becomes ``other`` without its parent being known: class and fields are exchanged."""

    def replace() -> Undo:
        kind, fields = node.__class__, dict(node.__dict__)
        substitute = copy.copy(other)
        node.__class__ = substitute.__class__
        node.__dict__.update(substitute.__dict__)

        def undo() -> None:
            node.__dict__.clear()
            node.__class__ = kind
            node.__dict__.update(fields)

        return undo

    return replace


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 70 else f"{text[:67]}..."
