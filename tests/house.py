"""The rules of the house as plain functions: source in, list of complaints out.

`tests/test_house_rules.py` runs them over the project and, to show that each can fail, over bad snippets.
There is no list of exceptions; the two named ones (`cli/serve` and `cli/user` start `web`) are part of the
import table.
"""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent

# ------------------------------------------------------------------------------------------ the import table
# room -> rooms that it may import (itself always)
MAY_IMPORT: dict[str, frozenset[str]] = {
    "recommender": frozenset(),
    "__main__": frozenset({"cli"}),
    "domain": frozenset(),
    "registry": frozenset({"domain"}),
    "configurator": frozenset({"domain", "registry"}),
    "choice": frozenset({"domain", "registry"}),
    "ownership": frozenset({"domain", "registry"}),
    "matching": frozenset({"domain", "registry", "choice"}),
    "services": frozenset({"domain", "registry", "configurator", "choice", "ownership", "matching"}),
    "storage": frozenset({"domain", "registry", "choice"}),
    "settings": frozenset(),
    "workspace": frozenset({"services", "storage", "domain", "registry", "settings"}),
    "cli": frozenset({"workspace", "services", "storage", "domain", "registry", "settings"}),
    "web": frozenset({"workspace", "services", "domain", "registry", "settings"}),
}
# These may import `web`, inside a function only, so that the core does not load Flask.
STARTS_WEB = frozenset({"recommender.cli.serve", "recommender.cli.user"})

# library -> rooms where it lives; numpy is welcome everywhere, the standard library too, but for tomllib
LIVES_IN: dict[str, frozenset[str]] = {
    "tomllib": frozenset({"registry"}),
    "scipy": frozenset({"configurator", "choice", "matching"}),
    "pandas": frozenset({"choice", "storage"}),
    "sklearn": frozenset({"choice"}),
    "numba": frozenset({"choice", "matching"}),
    "sqlalchemy": frozenset({"storage"}),
    "alembic": frozenset({"storage"}),
    "psycopg": frozenset({"storage"}),
    "python_calamine": frozenset({"storage"}),
    "openpyxl": frozenset({"storage"}),
    "defusedxml": frozenset({"storage"}),
    "pydantic": frozenset({"settings"}),
    "pydantic_core": frozenset({"settings"}),
    "pydantic_settings": frozenset({"settings"}),
    "click": frozenset({"workspace", "cli"}),
    "rich": frozenset({"workspace", "cli"}),
    "gunicorn": frozenset({"cli", "web"}),
    "waitress": frozenset({"cli", "web"}),
    "structlog": frozenset({"cli", "web"}),
    "flask": frozenset({"web"}),
    "flask_limiter": frozenset({"web"}),
    "flask_wtf": frozenset({"web"}),
    "wtforms": frozenset({"web"}),
    "werkzeug": frozenset({"web"}),
    "jinja2": frozenset({"web"}),
    "markupsafe": frozenset({"web"}),
    "itsdangerous": frozenset({"web"}),
    "limits": frozenset({"web"}),
    "babel": frozenset({"web"}),
}
# What only the training half of `choice` may load, and the services that are allowed to reach that half.
TRAINING_LIBRARIES = frozenset({"scipy", "pandas", "sklearn"})
TRAINING_SERVICES = frozenset({"train", "evaluate"})

# ------------------------------------------------------------------------------------------ sizes and names
MODULE_LINES, TEST_LINES, FUNCTION_LINES, COMPLEXITY = 400, 500, 60, 10
VAGUE = frozenset({"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"})
TOP_LEVEL = frozenset(
    {"recommender", "web", "models", "data", "tests", "docs", "bench", "requirements", "pyproject.toml"}
    | {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", ".ci"}
    | {".gitignore", ".gitattributes"}
)
UNSAFE_MODULES = frozenset({"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "joblib"})
UNSAFE_CALLS = frozenset({"yaml.load", "pd.read_pickle", "pandas.read_pickle"})
MACHINE_PATH = re.compile(r"(?<![\w./:*-])(?:/(?:home|Users|root|work|mnt)/\w|[A-Za-z]:\\(?:Users|home)\\)")
REGISTRY_HOST = re.compile(
    r"\b(?:(?:test\.)?pypi\.(?:org|python\.org)|files\.pythonhosted\.org|registry\.npmjs\.org|"
    r"(?:deb|security)\.debian\.org|archive\.ubuntu\.com)\b"
)

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One Python file: dotted name, path for messages, source and its tree."""

    name: str
    path: str
    source: str
    tree: ast.Module
    package: bool

    @property
    def room(self) -> str:
        parts = self.name.split(".")
        return parts[0] if parts[0] == "web" or len(parts) == 1 else parts[1]


@dataclass(frozen=True)
class Import:
    """One imported dotted name; `deferred` when it stands inside a function or under TYPE_CHECKING."""

    target: str
    line: int
    deferred: bool
    in_function: bool


def module(path: str, source: str) -> Module:
    """Build a `Module` from a path relative to the project (or a made-up one) and its text."""
    parts = list(PurePosixPath(path).with_suffix("").parts)
    package = parts[-1] == "__init__"
    return Module(".".join(parts[:-1] if package else parts), path, source, ast.parse(source), package)


def listed(root: Path, *, with_new: bool = True) -> list[str]:
    """Paths that git tracks (with_new: and those it would add); without git, every file of the project."""
    extra = ["--others", "--exclude-standard"] if with_new else []
    command = ["git", "-c", "safe.directory=*", "ls-files", "--cached", *extra]
    answer = subprocess.run(command, cwd=root, capture_output=True, text=True)
    names = answer.stdout.splitlines()
    if answer.returncode != 0:
        files = (p.relative_to(root) for p in root.rglob("*") if p.is_file())
        names = [p.as_posix() for p in files if not {".venv", ".git", "var", "__pycache__"} & set(p.parts)]
    return sorted(name for name in set(names) if (root / name).is_file())


def modules(root: Path, *tops: str) -> list[Module]:
    """Every Python file under the given top folders."""
    paths = [p for p in listed(root) if p.endswith(".py") and p.split("/")[0] in tops]
    return [module(p, (root / p).read_text(encoding="utf-8")) for p in paths]


# ------------------------------------------------------------------------------------------ imports
def imports(mod: Module) -> list[Import]:
    """All imports of a module, relative ones resolved, each imported name of `from x import y` as `x.y`."""
    return list(_walk_imports(mod, mod.tree, deferred=False, in_function=False))


def _walk_imports(mod: Module, node: ast.AST, *, deferred: bool, in_function: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(a.name, child.lineno, deferred, in_function) for a in child.names)
        elif isinstance(child, ast.ImportFrom):
            base = _from_base(mod, child)
            yield from (Import(f"{base}.{a.name}", child.lineno, deferred, in_function) for a in child.names)
        else:
            function = isinstance(child, FunctionNode | ast.Lambda)
            typing_only = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
            yield from _walk_imports(
                mod, child, deferred=deferred or function or typing_only, in_function=in_function or function
            )


def _from_base(mod: Module, node: ast.ImportFrom) -> str:
    if node.level == 0:
        return node.module or ""
    parts = mod.name.split(".")
    kept = parts[: len(parts) - node.level + (1 if mod.package else 0)]
    return ".".join([*kept, *([node.module] if node.module else [])])


def room_of(target: str) -> str | None:
    """The room that a dotted name belongs to; None when it is no name of ours."""
    parts = target.split(".")
    if parts[0] == "web":
        return "web"
    if parts[0] != "recommender":
        return None
    return parts[1] if len(parts) > 1 and parts[1] in MAY_IMPORT else "recommender"


def wrong_imports(mod: Module) -> list[str]:
    """Imports that the table of rooms and libraries does not allow."""
    if mod.room not in MAY_IMPORT:
        return [f"{mod.path}: no room is called {mod.room!r}"]
    return [f"{mod.path}:{i.line}: {why}" for i in imports(mod) if (why := _refused(mod, i))]


def _refused(mod: Module, item: Import) -> str:
    room = room_of(item.target)
    if room is None:
        return _refused_library(mod, item)
    if room == "web" and mod.name in STARTS_WEB:
        return "" if item.in_function else "imports web outside a function"
    if room in (mod.room, "recommender") or room in MAY_IMPORT[mod.room]:
        return ""
    return f"{mod.room} must not import {room} ({item.target})"


def _refused_library(mod: Module, item: Import) -> str:
    library = item.target.split(".")[0]
    if library in LIVES_IN:
        if mod.room not in LIVES_IN[library]:
            return f"{library} does not live in {mod.room}"
        if library == "numba" and (PurePosixPath(mod.path).name != "kernels.py" or not item.in_function):
            return "numba belongs inside a function of a kernels.py"
        return ""
    known = library == "numpy" or library in sys.stdlib_module_names
    return "" if known else f"{library} has no room; give it one in tests/house.py and docs/decisions"


def import_graph(mods: Iterable[Module], *, deferred: bool = False) -> dict[str, set[str]]:
    """module -> modules of ours that it loads at import (deferred: or later)."""
    mods = list(mods)
    names = {m.name for m in mods}
    graph: dict[str, set[str]] = {}
    for mod in mods:
        wanted = [i.target for i in imports(mod) if deferred or not i.deferred]
        found = {t if t in names else t.rpartition(".")[0] for t in wanted}
        graph[mod.name] = (found & names) - {mod.name}
    return graph


def room_graph(mods: Iterable[Module]) -> dict[str, set[str]]:
    """room -> rooms that it imports anywhere, but for the two named starters of `web`."""
    graph: dict[str, set[str]] = {}
    for mod in mods:
        rooms = {room_of(i.target) for i in imports(mod)} - {None, mod.room, "recommender"}
        if mod.name in STARTS_WEB:
            rooms.discard("web")
        graph.setdefault(mod.room, set()).update(room for room in rooms if room)
    return graph


def circles(graph: Mapping[str, set[str]]) -> list[str]:
    """Every circle that a walk in depth meets, written `a -> b -> a`."""
    found: list[str] = []
    done: set[str] = set()

    def walk(name: str, trail: list[str]) -> None:
        if name in trail:
            found.append(" -> ".join([*trail[trail.index(name) :], name]))
            return
        if name in done:
            return
        for following in sorted(graph.get(name, ())):
            walk(following, [*trail, name])
        done.add(name)

    for start in sorted(graph):
        walk(start, [])
    return found


def training_leaks(mods: Iterable[Module]) -> list[str]:
    """Training modules of `choice` that serving (matching, and services but for training) loads at import."""
    mods = list(mods)
    by_name = {m.name: m for m in mods}
    graph = import_graph(mods)
    starts = [m.name for m in mods if m.room == "matching" or serves(m)]
    reached: set[str] = set()
    queue = list(starts)
    while queue:
        name = queue.pop()
        if name not in reached:
            reached.add(name)
            queue.extend(graph[name])
            # importing a.b.c runs a/b/__init__ first
            queue.extend({name.rpartition(".")[0]} & by_name.keys())
    return sorted(
        f"{by_name[name].path}: serving reaches it and it loads {i.target.split('.')[0]}"
        for name in reached
        if by_name[name].room == "choice"
        for i in imports(by_name[name])
        if not i.deferred and i.target.split(".")[0] in TRAINING_LIBRARIES
    )


def serves(mod: Module) -> bool:
    """Whether this is a service that answers buyers and dealers, not one that trains."""
    return mod.room == "services" and mod.name.rpartition(".")[2] not in TRAINING_SERVICES


# ------------------------------------------------------------------------------------------ sizes
def code_lines(source: str) -> set[int]:
    """Numbers of the lines that hold code: no blank, comment or docstring."""
    skip = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    skip |= {tokenize.ENCODING, tokenize.ENDMARKER}
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in skip:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | FunctionNode) and ast.get_docstring(node) is not None:
            lines -= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    return lines


def complexity(function: FunctionNode) -> int:
    """Ways through a function: one, and one more for each branch, loop, handler and case in it."""
    branches = ast.If | ast.For | ast.AsyncFor | ast.While | ast.ExceptHandler | ast.match_case | FunctionNode
    return sum(isinstance(node, branches) for node in ast.walk(function))


def too_big(mod: Module, most: int) -> list[str]:
    """Modules and functions beyond the sizes of the house."""
    lines = code_lines(mod.source)
    found = [f"{mod.path}: {len(lines)} lines, {most} at most"] if len(lines) > most else []
    for node in ast.walk(mod.tree):
        if isinstance(node, FunctionNode):
            size = sum(node.lineno <= line <= (node.end_lineno or 0) for line in lines)
            if size > FUNCTION_LINES:
                found.append(
                    f"{mod.path}:{node.lineno}: {node.name} has {size} lines, {FUNCTION_LINES} at most"
                )
            if complexity(node) > COMPLEXITY:
                found.append(f"{mod.path}:{node.lineno}: {node.name} has complexity {complexity(node)}")
    return found


# ------------------------------------------------------------------------------------------ names and habits
def vague_names(mod: Module) -> list[str]:
    """Files, folders, classes and functions whose names say nothing."""
    parts = PurePosixPath(mod.path).with_suffix("").parts
    found = [f"{mod.path}: {part!r} says nothing" for part in parts if VAGUE & set(part.lower().split("_"))]
    for node in ast.walk(mod.tree):
        if isinstance(node, ast.ClassDef | FunctionNode):
            words = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", node.name)}
            if VAGUE & words or node.name == "process_data":
                found.append(f"{mod.path}:{node.lineno}: {node.name!r} says nothing")
    return found


def unsafe_loading(mod: Module) -> list[str]:
    """Ways to run code that came with data: pickle and its kin, joblib, yaml.load, allow_pickle."""
    found = [
        f"{mod.path}:{i.line}: {i.target.split('.')[0]} is not used here"
        for i in imports(mod)
        if i.target.split(".")[0] in UNSAFE_MODULES
    ]
    for node in ast.walk(mod.tree):
        if isinstance(node, ast.Call):
            if ast.unparse(node.func) in UNSAFE_CALLS:
                found.append(f"{mod.path}:{node.lineno}: {ast.unparse(node.func)} is not used here")
            if any(k.arg == "allow_pickle" and ast.unparse(k.value) != "False" for k in node.keywords):
                found.append(f"{mod.path}:{node.lineno}: allow_pickle is not used here")
    return found


def silent_excepts(mod: Module) -> list[str]:
    """`except: pass`, `except Exception: pass` and `suppress(Exception)`."""
    broad = {"", "Exception", "BaseException"}
    found = []
    for node in ast.walk(mod.tree):
        if isinstance(node, ast.ExceptHandler):
            kind = ast.unparse(node.type) if node.type else ""
            if kind in broad and all(_does_nothing(statement) for statement in node.body):
                found.append(f"{mod.path}:{node.lineno}: an error is swallowed")
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "suppress":
            kinds = {ast.unparse(argument) for argument in node.args}
            found += [f"{mod.path}:{node.lineno}: an error is swallowed"] * bool(broad & kinds)
    return found


def _does_nothing(statement: ast.stmt) -> bool:
    constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return constant or isinstance(statement, ast.Pass | ast.Continue)


def foreign_text(path: str, text: str) -> list[str]:
    """Absolute paths of somebody's machine and hosts of package registries."""
    return [
        f"{path}:{number}: {match.group(0)!r}"
        for number, line in enumerate(text.splitlines(), start=1)
        for match in (*MACHINE_PATH.finditer(line), *REGISTRY_HOST.finditer(line))
    ]


def strangers(paths: Iterable[str]) -> list[str]:
    """Names at the top level that DESIGN does not list."""
    return sorted({path.split("/")[0] for path in paths} - TOP_LEVEL)


def loaded_by(statements: str, libraries: Iterable[str], root: Path = ROOT) -> set[str]:
    """Which of the libraries a fresh interpreter has loaded after the statements."""
    code = f"{statements}\nimport sys\nprint(*sorted(set({sorted(libraries)!r}) & set(sys.modules)))"
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    return set(answer.stdout.split())
