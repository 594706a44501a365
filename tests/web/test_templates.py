"""Templates show view-models and decide nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import Environment, StrictUndefined, nodes

from tests.web.visitor import Site

FOLDER = Path(__file__).resolve().parents[2] / "web" / "templates"
STATIC = FOLDER.parent / "static"
TEMPLATES = sorted(FOLDER.glob("*.html"))
FILTERS = frozenset({"length", "join"})


def faults(source: str) -> list[str]:
    """What is against the rules in one template."""
    tree = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source)
    found = [f"filter {node.name}" for node in tree.find_all(nodes.Filter) if node.name not in FILTERS]
    found += [f"test {node.name}" for node in tree.find_all(nodes.Test)]
    found += ["set"] * len(list(tree.find_all((nodes.Assign, nodes.AssignBlock))))
    found += ["autoescape changed"] * len(list(tree.find_all(nodes.ScopedEvalContextModifier)))
    names = {node.name for node in tree.find_all(nodes.Name)}
    for node in tree.find_all(nodes.FromImport):
        imported = {name if isinstance(name, str) else name[1] for name in node.names}
        found += [f"unused import {name}" for name in sorted(imported - names)]
    if _depth(tree) > 2:
        found.append("if deeper than two")
    if len(source.splitlines()) > 500:
        found.append("too long")
    return found


def _depth(node: nodes.Node) -> int:
    inner = max((_depth(child) for child in node.iter_child_nodes()), default=0)
    return inner + isinstance(node, nodes.If)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_keep_the_rules(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("{{ x | safe }}", "filter safe"),
        ("{% set x = 1 %}", "set"),
        ("{% if x is defined %}{% endif %}", "test defined"),
        ('{% from "a.html" import b %}', "unused import b"),
        ("{% if a %}{% if b %}{% if c %}{% endif %}{% endif %}{% endif %}", "if deeper than two"),
        ("{% autoescape false %}{% endautoescape %}", "autoescape changed"),
        ("\n" * 501, "too long"),
    ],
)
def test_each_rule_can_be_broken(source: str, complaint: str) -> None:
    assert complaint in faults(source)


def test_undefined_names_are_errors_and_everything_is_escaped(shared_site: Site) -> None:
    environment = shared_site.app.jinja_env
    assert environment.undefined is StrictUndefined
    assert environment.select_autoescape if hasattr(environment, "select_autoescape") else True
    rendered = shared_site.app.jinja_env.get_template("_parts.html")
    assert rendered.environment.autoescape


def test_the_files_are_small_and_stay_on_this_site() -> None:
    assert (STATIC / "site.css").stat().st_size < 15_000
    script = (STATIC / "site.js").read_text(encoding="utf-8")
    assert len(script.splitlines()) < 100
    for words in ("innerHTML", "eval(", "document.write", "http"):
        assert words not in script
    assert not re.search(r"url\(|@import|https?:", (STATIC / "site.css").read_text(encoding="utf-8"))
