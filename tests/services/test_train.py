"""Training: rows as the recommendation makes them, a known shift found, no gain no change."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recommender.choice.evidence_model import EvidenceModel
from recommender.domain.buyer import Request
from recommender.domain.errors import Rejected
from recommender.domain.survey import Alternative, ChoiceTask, Respondent, Survey
from recommender.registry.load import load_registry
from recommender.services.market import make_market
from recommender.services.person import read_person
from recommender.services.recommend import recommend
from recommender.services.scoring import score
from recommender.services.shown_cars import shown_columns
from recommender.services.simulate import simulate_survey
from recommender.services.taste import taste_over
from recommender.services.train import Choices, clustered_error, encode_survey, fit_shift, prior_market, train
from recommender.storage.artefacts import read_artefact, write_artefact
from tests.builders import make_catalogue

TODAY = dt.date(2026, 11, 22)
REGISTRY = load_registry()
CATALOGUE = make_catalogue(REGISTRY)
MARKET = prior_market(REGISTRY, CATALOGUE)
PRIOR = MARKET.model.artefact
WORDS = Request(
    answers={
        "place": "340100",
        "daily_km": 90,
        "budget_cny": 300_000,
        "body_types": ("suv",),
        "brands_prefer": ("Beta",),
        "best": ("space",),
    },
    weights={"range": 2.0},
    date=TODAY,
)


@pytest.fixture(scope="module")
def survey() -> Survey:
    return simulate_survey(MARKET, people=60, tasks=2, alternatives=3, today=TODAY, seed=3)


def cars(*config_ids: str) -> tuple[Alternative, ...]:
    return tuple(Alternative(str(n), config_id) for n, config_id in enumerate(config_ids))


def test_a_training_row_is_a_serving_row() -> None:
    shown = cars("R1", "A1", "S1")
    taste = taste_over(shown, WORDS, MARKET)
    serving = score(read_person(WORDS, MARKET), MARKET)
    rows = np.array([MARKET.row_of[str(car.config_id)] for car in shown])
    np.testing.assert_array_equal(taste.design, serving.design(rows))
    np.testing.assert_allclose(taste.utility, serving.utility[rows], atol=1e-8)
    assert taste.design.shape[1] > len(taste.believed), "a wish for a brand has a column of its own"


def test_a_simulated_person_at_the_mean_has_the_serving_utility() -> None:
    taste = taste_over(cars("R1", "A1"), WORDS, MARKET)
    np.testing.assert_allclose(taste.utility_of(taste.believed), taste.utility, atol=1e-9)


def test_a_shift_moves_utility_as_the_design_says() -> None:
    task = ChoiceTask("t1", cars("R1", "A1", "S1"), 0, outside=False)
    choices = encode_survey(Survey((Respondent("p", WORDS, (task,)),), ""), MARKET)
    shift = np.linspace(-0.3, 0.3, len(PRIOR.columns))
    moved = make_market(REGISTRY, CATALOGUE, EvidenceModel(replace(PRIOR, means=PRIOR.means + shift)))
    serving = score(read_person(WORDS, moved), moved)
    rows = np.array([moved.row_of[name] for name in ("R1", "A1", "S1")])
    expected = choices.design @ shift + choices.offset
    np.testing.assert_allclose(serving.utility[rows], expected, atol=1e-8)


def test_values_of_a_car_replace_those_of_its_configuration() -> None:
    shown = (
        Alternative("1", "A1", {"price_cny": 90_000.0, "hud": True, "drive": "AWD"}),
        Alternative("2", None, {"seats": 5.0, "powertrain": "BEV"}),
    )
    columns = shown_columns(shown, MARKET)
    assert [columns[a].value(0) for a in ("price_cny", "hud", "drive", "seats")] == [90_000, True, "AWD", 5]
    assert [columns[a].value(1) for a in ("price_cny", "hud", "powertrain", "seats")] == [
        None,
        None,
        "BEV",
        5,
    ]
    assert CATALOGUE.columns["hud"].value(CATALOGUE.trim_index["A1"]) is False


def random_choices(shift: np.ndarray, people: int, seed: int) -> Choices:
    """Choices over random designs with the prior's columns and a common shift."""
    rng = np.random.default_rng(seed)
    tasks, size = people * 8, 3
    design = rng.standard_normal((tasks * size, len(shift)))
    offset = rng.standard_normal(tasks * size)
    noisy = (design @ shift + offset + rng.gumbel(size=tasks * size)).reshape(tasks, size)
    none = 0.5 + rng.gumbel(size=(tasks, 1))
    chosen = (noisy == noisy.max(axis=1, keepdims=True)) & (noisy > none)
    return Choices(
        design=design,
        offset=offset,
        task=np.repeat(np.arange(tasks), size),
        chosen=chosen.ravel(),
        outside=np.ones(tasks * size, dtype=np.bool_),
        person=np.repeat(np.arange(people), 8 * size),
    )


def test_a_known_shift_is_found_again() -> None:
    spread = PRIOR.sds.mean(axis=0)
    shift = spread * np.random.default_rng(1).standard_normal(len(spread))
    model = fit_shift(random_choices(shift, 600, 2), PRIOR, 0.0)
    used = spread > 0
    off = (model.coef_ - shift)[used] / model.coef_sd_[used]
    assert np.abs(off).max() < 4.5
    assert np.sqrt((off**2).mean()) == pytest.approx(1.0, abs=0.35)
    assert np.all(model.coef_[~used] == 0.0), "what has no prior spread stays"
    assert abs(model.outside_ - 0.5) < 3.5 * model.outside_sd_


def test_the_artefact_says_what_was_found_and_serves(survey: Survey, tmp_path: Path) -> None:
    artefact = train(survey, MARKET, seed=1)
    assert artefact.version.startswith("survey-")
    assert artefact.metrics["prior"] == PRIOR.version
    assert (artefact.metrics["persons"], artefact.metrics["tasks"]) == (60, 120)
    held_out = artefact.metrics["held_out"]
    assert isinstance(held_out, dict)
    assert held_out["size"] == {"persons": 15.0, "tasks": 30.0}
    assert held_out["uniform"]["ll"] == pytest.approx(-np.log(4.0)), "three cars and neither"
    assert artefact.metrics["kept"] == (held_out["fitted"]["ll"] > held_out["prior"]["ll"])
    for text in (f"{held_out['fitted']['ll']:.4f}", "60 people", artefact.version):
        assert text in artefact.card
    write_artefact(artefact, tmp_path)
    read = read_artefact(tmp_path, REGISTRY, artefact.version)
    market = make_market(REGISTRY, CATALOGUE, EvidenceModel(read))
    assert recommend(Request(date=TODAY), market).model_version == artefact.version


def test_the_same_survey_and_seed_give_the_same_model(survey: Survey) -> None:
    found = train(survey, MARKET, seed=4)
    assert found.version == train(survey, MARKET, seed=4).version
    assert found.metrics != train(survey, MARKET, seed=5).metrics


def of_one_mind(people: int, wanted: str) -> Survey:
    """Everybody always takes one car: a taste that the prior does not have."""
    others = [trim.trim_id for trim in CATALOGUE.trims if trim.trim_id != wanted]
    respondents = []
    for number in range(people):
        tasks = tuple(
            ChoiceTask(f"t{t}", cars(others[(number + t) % len(others)], wanted), 1, outside=False)
            for t in range(3)
        )
        respondents.append(Respondent(f"p{number}", Request(date=TODAY), tasks))
    return Survey(tuple(respondents), "sha256:0123456789abcdef")


def test_what_predicts_better_is_kept_and_marked() -> None:
    artefact = train(of_one_mind(40, "C2"), MARKET)
    assert artefact.metrics["kept"] is True
    assert not np.array_equal(artefact.means, PRIOR.means)
    np.testing.assert_allclose(
        artefact.means - PRIOR.means, np.tile((artefact.means - PRIOR.means)[0], (4, 1)), atol=2e-6
    )
    np.testing.assert_array_equal(artefact.sds, PRIOR.sds)
    market = make_market(REGISTRY, CATALOGUE, EvidenceModel(artefact))
    request = Request(date=TODAY, top=8, per_line=8, per_brand=8)
    rank = {
        name: next(i.rank for i in recommend(request, m).items if i.trim_id == "C2")
        for name, m in (("before", MARKET), ("after", market))
    }
    assert rank["after"] < rank["before"]
    assert "outside_utility" not in artefact.metrics, "neither was never offered"


def test_a_part_worth_that_the_data_taught_says_so() -> None:
    artefact = train(of_one_mind(400, "C2"), MARKET)
    taught = [k for k, said in enumerate(artefact.citations) if said != PRIOR.citations[k]]
    assert taught
    for k in taught:
        assert artefact.sources[k] == "survey"
        assert artefact.citations[k].startswith("400 people, sha256:0123456789: shift ")
        assert PRIOR.citations[k] in artefact.citations[k]
    assert {artefact.sources[k] for k in range(len(artefact.sources)) if k not in taught} <= set(
        PRIOR.sources
    )


def test_noise_changes_no_part_worth() -> None:
    rng = np.random.default_rng(0)
    names = [trim.trim_id for trim in CATALOGUE.trims]
    respondents = tuple(
        Respondent(
            f"p{n}",
            Request(date=TODAY),
            tuple(
                ChoiceTask(
                    f"t{t}", cars(*rng.permutation(names)[:2].tolist()), int(rng.integers(2)), outside=False
                )
                for t in range(2)
            ),
        )
        for n in range(8)
    )
    found = [train(Survey(respondents, ""), MARKET, seed=seed) for seed in range(8)]
    unkept = [artefact for artefact in found if not artefact.metrics["kept"]]
    assert unkept
    for artefact in unkept:
        np.testing.assert_array_equal(artefact.means, np.round(PRIOR.means, 6))
        assert artefact.sources == PRIOR.sources
        assert artefact.metrics["shifts"] == {}


def test_too_few_people_to_test_on(survey: Survey) -> None:
    few = Survey(survey.respondents[:7], "")
    with pytest.raises(Rejected) as refusal:
        train(few, MARKET)
    assert [p.code for p in refusal.value.problems] == ["survey_too_few_people"]


def test_clustered_error_by_hand() -> None:
    values = np.array([1.0, 2.0, 4.0, 5.0])
    # mean 3; cluster sums of differences: -3 and 3; sqrt((9 + 9) * 2 / 1) / 4
    assert clustered_error(values, np.array([0, 0, 1, 1])) == pytest.approx(np.sqrt(36.0) / 4)
    alone = clustered_error(values, np.arange(4))
    assert alone == pytest.approx(values.std(ddof=1) / np.sqrt(4))
    assert clustered_error(values, np.zeros(4, dtype=np.intp)) == np.inf
