"""Rules that cannot be meant are named, all at once; what sound rules get wrong is found by the linter."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from recommender.configurator.builds import enumerate_builds
from recommender.configurator.faults import option_faults
from recommender.configurator.lint import lint_catalogue
from recommender.domain.catalogue import Catalogue, Option
from recommender.domain.errors import Rejected
from recommender.registry.load import load_registry
from recommender.registry.messages import problem_document
from recommender.registry.model import Registry
from tests.builders import make_catalogue
from tests.configurator.options import names, option


@cache
def registry() -> Registry:
    return load_registry()


def codes(options: list[Option]) -> list[str]:
    return [problem.code for problem in option_faults(options)]


def with_options(*options: Option) -> Catalogue:
    return make_catalogue(registry(), options=[replace(one, trim_id="A1") for one in options])


@pytest.mark.parametrize(
    ("options", "code", "path"),
    [
        ([option("a"), option("a")], "option_twice", "T/a:option_id"),
        ([option("a", requires=["z"])], "option_elsewhere", "T/a:requires"),
        ([option("a", excludes=["z"])], "option_elsewhere", "T/a:excludes"),
        ([option("a", included_with=["z"])], "option_elsewhere", "T/a:included_with"),
        ([option("a", -1)], "option_negative_price", "T/a:price_cny"),
        ([option("a", requires=["a"])], "option_contradiction", "T/a:requires"),
        ([option("a", requires=["b"], excludes=["b"]), option("b")], "option_contradiction", "T/a:requires"),
        ([option("a", requires=["b"]), option("b", excludes=["a"])], "option_contradiction", "T/a:requires"),
        (
            [option("a", group="g", requires=["b"]), option("b", group="g")],
            "option_contradiction",
            "T/a:requires",
        ),
        (
            [option("a", requires=["b"]), option("b", state="not_available")],
            "option_needs_unavailable",
            "T/a:requires",
        ),
        (
            [option("a", requires=["c"]), option("b", requires=["a"]), option("c", requires=["b"])],
            "option_cycle",
            "T/a:requires",
        ),
        (
            [option("a", included_with=["b"]), option("b", included_with=["a"])],
            "option_cycle",
            "T/a:included_with",
        ),
        (
            [option("a", state="standard", group="g"), option("b", state="standard", group="g")],
            "option_two_standards",
            "T/b:group",
        ),
        (
            [option("a", state="standard", excludes=["b"]), option("b", state="standard")],
            "option_standard_broken",
            "T/a:excludes",
        ),
        (
            [option("a", state="standard", requires=["b"]), option("b")],
            "option_standard_broken",
            "T/a:requires",
        ),
    ],
)
def test_a_fault_is_named_once_with_its_place(options: list[Option], code: str, path: str) -> None:
    (problem,) = option_faults(options)
    assert problem.code == code
    assert problem.path == f"options.csv:{path}"
    for lang in ("zh", "en"):
        words = problem_document(problem, registry(), lang)
        assert words["message"]
        assert words["remedy"]
        assert "{" not in words["message"] + words["remedy"]


def test_every_fault_is_named_at_once() -> None:
    faulty = [option("a", -5, requires=["z"]), option("b", requires=["c"]), option("c", requires=["b"])]
    assert sorted(codes(faulty)) == ["option_cycle", "option_elsewhere", "option_negative_price"]


def test_a_package_whose_content_needs_it_is_no_circle() -> None:
    assert codes([option("pack"), option("seat", requires=["pack"], included_with=["pack"])]) == []


def test_long_chains_are_walked_without_recursion() -> None:
    ids = names(99)
    chain = [option(name, requires=ids[place + 1 : place + 2]) for place, name in enumerate(ids)]
    assert codes(chain) == []
    assert codes([*chain[:-1], option(ids[-1], requires=ids[:1])]) == ["option_cycle"]


def test_a_faulty_catalogue_is_refused_whole() -> None:
    catalogue = with_options(option("a", -5), option("b", sets={"seats": "many", "no_such": "1"}))
    with pytest.raises(Rejected) as refusal:
        enumerate_builds(catalogue)
    assert [problem.code for problem in refusal.value.problems] == [
        "option_negative_price",
        "option_sets",
        "option_sets",
    ]
    assert lint_catalogue(catalogue) == refusal.value.problems


def test_an_option_of_a_trim_that_is_not_there_is_named() -> None:
    catalogue = replace(make_catalogue(registry()), options=(option("a"),))
    assert [problem.code for problem in lint_catalogue(catalogue)] == ["option_of_no_trim"]


def test_dead_options_are_found() -> None:
    catalogue = with_options(
        option("a", excludes=["s"]),
        option("b", requires=["a"]),
        option("c"),
        option("d", requires=["c", "e"]),
        option("e", excludes=["c"]),
        option("s", state="standard"),
    )
    problems = lint_catalogue(catalogue)
    assert [(problem.code, problem.value) for problem in problems] == [
        ("option_dead", "a"),
        ("option_dead", "b"),
        ("option_dead", "d"),
    ]
    rows = [options for options in enumerate_builds(catalogue).options if options]
    assert sorted(rows) == [("c",), ("e",)]


def test_two_values_for_one_attribute_are_found_unless_the_rules_decide() -> None:
    six, seven = {"seats": "6"}, {"seats": "7"}
    undecided = with_options(option("a", sets=six), option("b", sets=seven))
    assert [problem.code for problem in lint_catalogue(undecided)] == ["option_undecided"]
    apart = with_options(option("a", sets=six, group="seats"), option("b", sets=seven, group="seats"))
    in_order = with_options(option("a", sets=seven, requires=["b"]), option("b", sets=six))
    same = with_options(option("a", sets=six), option("b", sets=six))
    for sound in (apart, in_order, same):
        assert lint_catalogue(sound) == ()


def test_many_options_are_linted_without_listing_their_builds() -> None:
    ids = names(16)
    options = [option(name, sets={"seats": "6"} if name == "o03" else {}) for name in ids]
    assert lint_catalogue(with_options(*options, option("x", requires=ids[:1], excludes=ids[:1]))) != ()
    assert lint_catalogue(with_options(*options)) == ()
    clash = with_options(*options, option("x", sets={"seats": "7"}))
    assert [problem.code for problem in lint_catalogue(clash)] == ["option_undecided"]
