"""Synthetic people: valid answers, shares as given, logit choices; the same seed gives the same people."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import numpy as np
import pytest

from recommender.choice.evidence_model import EvidenceModel
from recommender.choice.simulation import Interview, choose, simulate_person
from recommender.registry.answers import parse_request
from recommender.registry.load import load_registry
from recommender.registry.vocabulary import Vocabulary
from recommender.services.evidence_artefact import evidence_artefact
from recommender.services.market import make_market
from recommender.services.simulate import interview, simulate_customers, simulate_inventory, simulate_survey
from tests.builders import CARS, PLACES, make_catalogue

TODAY = dt.date(2026, 11, 22)
REGISTRY = load_registry()
CATALOGUE = make_catalogue(REGISTRY)
ARTEFACT = evidence_artefact(REGISTRY, CATALOGUE)
MARKET = make_market(REGISTRY, CATALOGUE, EvidenceModel(ARTEFACT))


def test_every_answer_is_one_that_the_parser_takes() -> None:
    every = Interview(
        tuple(q for q, question in REGISTRY.questions.items() if question.kind != "brands"),
        {"place": ("340100", "310000")},
        answered=1.0,
    )
    rng = np.random.default_rng(1)
    vocabulary = Vocabulary(places=PLACES)
    seen: Counter[str] = Counter()
    for _ in range(60):
        answers = simulate_person(ARTEFACT, REGISTRY, every, rng).answers
        document = {q: list(a) if isinstance(a, tuple) else a for q, a in answers.items()}
        parsed = parse_request({"answers": document}, REGISTRY, vocabulary, TODAY)
        assert dict(parsed.answers) == dict(answers)
        seen.update(answers)
    assert set(every.questions) <= seen.keys(), "each question is answered by somebody"


def test_segments_come_at_their_shares_and_colour_the_answers() -> None:
    asked = Interview(("child_seats",), {"child_seats": (0, 2)}, answered=1.0)
    rng = np.random.default_rng(2)
    people = [simulate_person(ARTEFACT, REGISTRY, asked, rng) for _ in range(3000)]
    counts = Counter(person.segment for person in people)
    for name, share in zip(ARTEFACT.segments, ARTEFACT.shares, strict=True):
        assert counts[name] / 3000 == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 3000))
    seats = {name: [p.answers["child_seats"] for p in people if p.segment == name] for name in counts}
    assert np.mean(seats["families"]) > 2 * np.mean(seats["young_urban"])


def test_part_worths_have_the_segments_mean_and_spread() -> None:
    rng = np.random.default_rng(3)
    asked = Interview((), {})
    people = [simulate_person(ARTEFACT, REGISTRY, asked, rng) for _ in range(4000)]
    family = np.array([person.part_worths for person in people if person.segment == "families"])
    g = ARTEFACT.segments.index("families")
    used = ARTEFACT.sds[g] > 0
    error = ARTEFACT.sds[g] / np.sqrt(len(family))
    assert np.all(np.abs(family.mean(axis=0) - ARTEFACT.means[g])[used] < 4.5 * error[used])
    np.testing.assert_allclose(family.std(axis=0)[used], ARTEFACT.sds[g][used], rtol=0.12)


def test_choices_follow_the_logit() -> None:
    rng = np.random.default_rng(4)
    utility = np.log([2.0, 1.0])
    made = Counter(choose(utility, np.log(3.0), rng) for _ in range(6000))
    assert [made[c] / 6000 for c in (0, 1, None)] == pytest.approx([2 / 6, 1 / 6, 3 / 6], abs=0.03)
    assert None not in {choose(utility, None, rng) for _ in range(200)}


def test_a_seed_gives_the_same_files_and_another_one_others() -> None:
    def made(seed: int) -> tuple[object, ...]:
        survey = simulate_survey(MARKET, people=3, tasks=2, alternatives=3, today=TODAY, seed=seed)
        customers = simulate_customers(MARKET, count=5, today=TODAY, seed=seed)
        return survey, customers, simulate_inventory(MARKET, count=5, today=TODAY, seed=seed)

    assert made(0) == made(0)
    assert all(a != b for a, b in zip(made(0), made(1), strict=True))


def test_a_task_shows_different_cars_and_always_offers_neither() -> None:
    survey = simulate_survey(MARKET, people=20, tasks=2, alternatives=3, today=TODAY, seed=0)
    tasks = [task for person in survey.respondents for task in person.tasks]
    assert len(tasks) == survey.task_count == 40
    for task in tasks:
        assert task.outside
        assert len({car.config_id for car in task.alternatives}) == 3
    assert 0 < sum(task.chosen is None for task in tasks) < 40


def test_a_used_unit_is_no_older_than_its_model_year_allows() -> None:
    cars = make_catalogue(REGISTRY, [{**car, "model_year": 2024} for car in CARS])
    market = make_market(REGISTRY, cars, EvidenceModel(evidence_artefact(REGISTRY, cars)))
    units = [u for seed in range(12) for u in simulate_inventory(market, count=8, today=TODAY, seed=seed)]
    used = [unit for unit in units if unit.condition == "used"]
    assert used
    for unit in used:
        assert unit.first_registration is not None
        assert unit.first_registration >= dt.date(2023, 12, 1)
        assert (unit.mileage_km or 0) > 0
    assert all(unit.mileage_km is None for unit in units if unit.condition == "new")


def test_places_are_asked_only_where_the_catalogue_has_some() -> None:
    nowhere = make_catalogue(REGISTRY, places=())
    market = make_market(REGISTRY, nowhere, MARKET.model)
    assert "place" not in interview(market).questions
    assert "place" in interview(MARKET).questions
