"""Holes where an editor asks for text, found by the syntax tree; definitions that a file imports; pairs of instruction and code.

A hole is (begin, end, kind).  In suffix-first order nothing marks where the prefix ends, so a model sees only the end of a
hole, where the suffix begins.  `LINE` holes end where the completer's own rule stops anyway.
"""
from __future__ import annotations

import ast
import random
import re
import warnings
from dataclasses import dataclass

LINE, INSIDE, BODY, STATEMENTS, BLOCK = range(5)
SHARES = (0.30, 0.22, 0.22, 0.16, 0.10)  # of the kinds, if a file has all of them
LONGEST = 12  # lines
TYPING = re.compile(r"[.(\[{=,:]|(?<=[=,:(\w]) |\b(?=\w)")
OPENING = {"(": ")", "[": "]", "{": "}"}
WANTED = re.compile(r"# [A-Za-z][\w ,'`.()-]+")
BODIES = ("body", "orelse", "finalbody")


@dataclass
class Hole:
    """A part of a text that may be missing."""

    begin: int
    end: int
    kind: int


class Source:
    """A parsed file; positions are characters."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.tree = ast.parse(text)

    def at(self, row: int, column: int) -> int:
        """The position of a row (from 1) and a column in UTF-8 bytes, as ast counts them."""
        line = self.lines[row - 1]
        return self.starts[row - 1] + (column if line.isascii() else len(line.encode()[:column].decode(errors="ignore")))

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Begin and end of a node, including its decorators."""
        row = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        column = node.col_offset
        return self.at(row, column), self.at(node.end_lineno, node.end_col_offset)

    def holes(self, rng: random.Random) -> list[list[Hole]]:
        """Holes of every kind."""
        found: list[list[Hole]] = [[] for _ in SHARES]
        for node in ast.walk(self.tree):
            for name in BODIES:
                body = getattr(node, name, None)
                if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
                    self.blocks(node, body, name, found, rng)
            inside = self.inside(node)
            if inside:
                found[INSIDE].append(Hole(*inside, INSIDE))
        for row, line in enumerate(self.lines):
            if line.strip() and not line.lstrip().startswith("#"):
                found[LINE].append(self.line(row, line, rng))
        return found

    def blocks(self, node: ast.AST, body: list[ast.stmt], name: str, found: list[list[Hole]], rng: random.Random) -> None:
        """Adds bodies after their headers, whole statements, and rests of blocks."""
        if not isinstance(node, ast.Module):
            first = int(name == "body" and len(body) > 1 and is_docstring(body[0]) and rng.random() < 0.7)
            begin, end = self.span(body[first])[0], self.span(body[-1])[1]
            if 0 < self.rows(begin, end) <= LONGEST:
                header = self.text.rfind("\n", 0, begin)
                own_line = self.text[header + 1:begin].strip() == ""
                found[BODY].append(Hole(header if own_line and rng.random() < 0.5 and header > 0 else begin, end, BODY))
        for kind in (STATEMENTS, BLOCK):
            i = rng.randrange(len(body))
            j = len(body) - 1 if kind == BLOCK else min(len(body) - 1, i + rng.choice((0, 0, 0, 1, 1, 2, 3)))
            begin, end = self.span(body[i])[0], self.span(body[j])[1]
            if self.rows(begin, end) <= LONGEST:
                found[kind].append(Hole(begin, end, kind))

    def rows(self, begin: int, end: int) -> int:
        """The number of lines in a span."""
        return self.text.count("\n", begin, end) + 1

    def inside(self, node: ast.AST) -> tuple[int, int] | None:
        """The range between brackets or quotes, which editors close by themselves."""
        if isinstance(node, ast.Call):
            begin = self.text.find("(", self.at(node.func.end_lineno, node.func.end_col_offset)) + 1
            end = self.at(node.end_lineno, node.end_col_offset) - 1
        elif isinstance(node, ast.Subscript):
            begin, end = self.span(node.slice)
        elif isinstance(node, (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.Constant)):
            begin, end = self.span(node)
            if isinstance(node, ast.Constant) and not (isinstance(node.value, str) and self.text[begin] in "\"'"
                                                       and self.text[begin:begin + 3] not in ('"""', "'''")):
                return None
            begin, end = begin + 1, end - 1
        else:
            return None
        if begin < 1 or end <= begin or end - begin > 300 or not self.text[begin:end].strip():
            return None
        return begin, end

    def line(self, row: int, line: str, rng: random.Random) -> Hole:
        """The rest of a line, from a place where people pause to think."""
        indent = len(line) - len(line.lstrip())
        places = [indent, *(found.end() for found in TYPING.finditer(line, indent) if found.end() < len(line))]
        begin = self.starts[row]
        return Hole(begin + rng.choice(places), begin + len(line), LINE)


def is_docstring(node: ast.stmt) -> bool:
    """Whether a statement is a bare string."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def draw(holes: list[list[Hole]], rng: random.Random) -> Hole | None:
    """A random hole, of a random kind among those that exist."""
    kinds = [kind for kind, some in enumerate(holes) if some]
    if not kinds:
        return None
    return rng.choice(holes[rng.choices(kinds, [SHARES[kind] for kind in kinds])[0]])


def definition(source: Source, node: ast.stmt, room: int = 900) -> str:
    """What another file needs to know about a definition: the whole of a small one, else headers and docstrings."""
    begin, end = source.span(node)
    whole = source.text[begin:end]
    if len(whole) <= 350 or not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return whole[:room]
    parts = [head(source, node)]
    if isinstance(node, ast.ClassDef):
        for member in node.body:
            if isinstance(member, (ast.FunctionDef, ast.AsyncFunctionDef)):
                parts.append(head(source, member) + ("" if documented(member) else " ..."))
            elif isinstance(member, (ast.AnnAssign, ast.Assign)):
                parts.append(" " * member.col_offset + source.text[slice(*source.span(member))])
    text = ""
    for part in parts:
        if len(text) + len(part) > room:
            break
        text += part + "\n"
    return text.rstrip("\n")


def documented(node: ast.AST) -> bool:
    """Whether the first statement is a docstring."""
    return bool(node.body) and is_docstring(node.body[0])


def head(source: Source, node: ast.AST) -> str:
    """The header of a definition, with the first line of its docstring."""
    start = source.starts[node.lineno - 1]
    first = source.span(node.body[0])[0]
    text = source.text[start:first].rstrip()
    text = re.sub(r"\n\s*(#.*)?$", "", text)
    if documented(node):
        summary = node.body[0].value.value.strip().split("\n")[0]
        text += f'\n{" " * node.body[0].col_offset}"""{summary}"""'
    return text


def imported(path: str, tree: ast.Module, known: dict[str, str]) -> list[tuple[str, str]]:
    """(path, name) of everything that a file imports from other files of its package; `known` maps module names to paths."""
    package = path.removesuffix(".py").split("/")[:-1]
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            parts = package[:len(package) - node.level + 1] if node.level else []
            module = ".".join([*parts, *([node.module] if node.module else [])])
            target = known.get(module)
            if target and target != path:
                found += [(target, alias.name) for alias in node.names]
    return found


def instructions(source: Source) -> list[tuple[str, str]]:
    """Pairs of instruction and code: docstrings and comments with the code below them."""
    pairs = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef) and documented(node) and len(node.body) > 1:
            pairs += from_function(source, node)
        elif isinstance(node, (ast.Assign, ast.Expr, ast.Return, ast.For, ast.If, ast.With)) and node.lineno > 1:
            above = source.lines[node.lineno - 2].strip()
            is_first = node.lineno < 3 or not source.lines[node.lineno - 3].strip().startswith("#")
            begin, end = source.span(node)
            if is_first and 14 <= len(above) <= 100 and WANTED.fullmatch(above) and source.rows(begin, end) <= 4:
                pairs.append((above[2:].rstrip("."), dedented(source.text[begin:end], node.col_offset)))
    return pairs


def from_function(source: Source, node: ast.FunctionDef) -> list[tuple[str, str]]:
    """A short function as an answer to its docstring: its expression if it only returns one, its body if it is a method."""
    summary = re.sub(r"\s+", " ", node.body[0].value.value.strip().split("\n\n")[0]).rstrip(".")
    begin, end = source.span(node.body[1])[0], source.span(node.body[-1])[1]
    if not 12 <= len(summary) <= 120 or ":" in summary or source.rows(begin, end) > LONGEST:
        return []
    names = [a.arg for a in node.args.args]
    is_method = names[:1] in (["self"], ["cls"])
    told = [f"`{name}`" for name in names if name not in ("self", "cls")]
    wanted = summary + (" given " + ", ".join(told) if 0 < len(told) < 4 else "")
    only = node.body[1]
    if len(node.body) == 2 and isinstance(only, ast.Return) and only.value is not None:
        return [(wanted, dedented(source.text[slice(*source.span(only.value))], only.col_offset))]
    if is_method:
        return [(wanted, dedented(source.text[begin:end], only.col_offset))]
    code = source.text[source.at(node.lineno, node.col_offset):source.span(node.body[0])[0]] + source.text[begin:end]
    return [(wanted, dedented(code, node.col_offset))]


def dedented(code: str, column: int) -> str:
    """Code with all lines except the first moved to the left."""
    first, *rest = code.split("\n")
    return "\n".join([first, *(line[column:] if not line[:column].strip() else line for line in rest)])
