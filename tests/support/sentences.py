"""What the code can say, read from its source: every sentence as a template.

A value stands as `{}`.  A conditional, an `or` and a sum give each of their sentences; a name
gives what its function assigns to it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from itertools import islice, product
from pathlib import Path
from string import Formatter

Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Module
MANY = 64


@cache
def tree_of(path: Path) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def shape(template: str) -> str:
    """Return a table's template with its named places as `{}`."""
    return "".join(
        text.replace("{", "{{").replace("}", "}}") + ("" if name is None else "{}")
        for text, name, _, _ in Formatter().parse(template)
    )


def templates(value: ast.expr, scope: ast.AST | None = None) -> tuple[str, ...]:
    """Return what an expression can say.  scope: where its names are assigned."""
    return tuple(dict.fromkeys(islice(_said(value, scope, 3), MANY)))


def every_template(folder: Path) -> set[str]:
    """Return whatever stands as text anywhere in the source."""
    found: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Constant | ast.JoinedStr) or (
                isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)
            ):
                found.update(templates(node))
    return found


def functions(path: Path) -> Iterator[tuple[Scope, ast.Call]]:
    """Yield every call of a file with the function around it."""
    tree = tree_of(path)

    def within(node: ast.AST, scope: Scope) -> Iterator[tuple[Scope, ast.Call]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call):
                yield scope, child
            inner = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            yield from within(child, child if inner else scope)  # type: ignore[arg-type]

    yield from within(tree, tree)


def _said(value: ast.expr, scope: ast.AST | None, depth: int) -> Iterator[str]:
    match value:
        case ast.Constant(value=str() as text):
            yield text.replace("{", "{{").replace("}", "}}")
        case ast.JoinedStr(values=parts):
            yield "".join(
                str(part.value).replace("{", "{{").replace("}", "}}")
                if isinstance(part, ast.Constant)
                else "{}"
                for part in parts
            )
        case ast.IfExp(body=one, orelse=other):
            yield from _said(one, scope, depth)
            yield from _said(other, scope, depth)
        case ast.BoolOp(values=values):
            for item in values:
                yield from _said(item, scope, depth)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            ends = [list(islice(_said(side, scope, depth), MANY)) for side in (left, right)]
            yield from ("".join(pair) for pair in product(*ends))
        case ast.Name(id=name) if scope is not None and depth and (found := _given(name, scope)):
            for item in found:
                yield from _said(item, scope, depth - 1)
        case _:
            yield "{}"


def _given(name: str, scope: ast.AST) -> list[ast.expr]:
    """Return what is assigned to a name in a function, also as one of several."""
    found: list[ast.expr] = []
    for node in () if isinstance(scope, ast.Module) else ast.walk(scope):
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            if isinstance(target, ast.Name) and target.id == name:
                found.append(node.value)
            elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                found += [
                    given
                    for part, given in zip(target.elts, node.value.elts, strict=False)
                    if isinstance(part, ast.Name) and part.id == name
                ]
    return found
