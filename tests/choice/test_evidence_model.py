"""Membership and part-worths of the evidence model, by hand and by property."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.choice.artefact import Artefact, CarClasses, ColumnSpec
from recommender.choice.evidence_model import DRAWS, EvidenceModel
from recommender.choice.seam import Evidence, MadeChoice
from recommender.registry.model import Encoding

NOTHING = np.zeros(3)
RANGE = Encoding("linear", 400, 100, 100, 700, 300)
SHARES = np.array([0.5, 0.3, 0.1, 0.1])
MEANS = np.array([[0.2, 1.0], [0.4, 0.0], [0.0, 0.5], [0.1, -0.5]])


def model() -> EvidenceModel:
    return EvidenceModel(
        Artefact(
            version="hand",
            registry_fingerprint="",
            seed=7,
            segments=("families", "young_urban", "outdoor", "rural"),
            columns=(
                ColumnSpec("electric_range_km", None, RANGE, NOTHING),
                ColumnSpec("drive", "AWD", None, NOTHING),
            ),
            classes=CarClasses(
                np.array([5e4, 1e5, 2e5]), {}, np.array([3000.0, 5000.0]), np.array([5e4, 2e5])
            ),
            means=MEANS,
            sds=np.full((4, 2), 0.1),
            sources=("evidence", "survey"),
            citations=("", ""),
            shares=SHARES,
            membership={
                ("child_seats", "1.."): np.log([5.0, 1.0, 1.0, 1.0]),
                ("rough_days", "more"): np.log([1.0, 1.0, 5.0, 1.0]),
            },
        )
    )


def told(*fired: tuple[str, str], **parts: dict[str, float]) -> Evidence:
    return Evidence(fired, parts.get("shifts", {}), parts.get("multipliers", {}), {})


def test_without_answers_the_shares_are_the_prior_and_the_mean_is_their_mixture() -> None:
    posterior = model().posterior(told())
    assert [s.probability for s in posterior.segments] == pytest.approx(SHARES)
    assert posterior.mean == pytest.approx(SHARES @ MEANS)
    assert posterior.sources == ("evidence", "survey")


def test_a_likelihood_ratio_moves_the_odds_by_its_saturated_size() -> None:
    found = model().posterior(told(("child_seats", "1..")))
    odds = found.segments[0].probability / found.segments[1].probability
    assert odds == pytest.approx(0.5 / 0.3 * np.exp(3.0 * np.tanh(np.log(5.0) / 3.0)))


def test_the_same_thing_told_often_never_makes_a_segment_certain() -> None:
    found = model().posterior(told(*[("rough_days", "more")] * 50))
    assert found.segments[2].probability < 0.85
    assert found.segments[2].low < found.segments[2].probability


@given(st.lists(st.sampled_from([("child_seats", "1.."), ("rough_days", "more"), ("x", "y")]), max_size=6))
def test_shares_sum_to_one_inside_their_intervals(fired: list[tuple[str, str]]) -> None:
    segments = model().posterior(told(*fired)).segments
    assert sum(s.probability for s in segments) == pytest.approx(1.0)
    assert all(0.0 <= s.low <= s.probability <= s.high <= 1.0 for s in segments)


def test_draws_have_the_mean_and_are_the_same_every_time() -> None:
    first, second = model().posterior(told()), model().posterior(told())
    assert first.draws.shape == (DRAWS, 2)
    assert first.draws.mean(axis=0) == pytest.approx(first.mean, abs=1e-5)
    assert (first.draws == second.draws).all()


def test_a_stated_shift_wins_over_the_segment_and_saturates() -> None:
    posterior = model().posterior(told(shifts={"drive=AWD": -0.5, "electric_range_km": 10.0}))
    before = model().posterior(told())
    assert posterior.mean[1] - before.mean[1] == pytest.approx(0.8 * np.tanh(-0.5 / 0.8))
    assert posterior.mean[0] - before.mean[0] == pytest.approx(0.25, abs=1e-6)
    assert posterior.sources == ("stated", "stated")


def test_a_multiplier_multiplies_and_zero_silences() -> None:
    posterior = model().posterior(told(multipliers={"drive": 2.0, "electric_range_km": 0.0}))
    before = model().posterior(told())
    assert posterior.mean == pytest.approx([0.0, 2.0 * before.mean[1]])
    assert not posterior.draws[:, 0].any()


def test_a_wish_for_a_level_without_a_column_gets_one() -> None:
    posterior = model().posterior(told(shifts={"brand=Alpha": 0.6}))
    assert posterior.columns[-1].name == "brand=Alpha"
    assert posterior.mean[-1] == pytest.approx(0.6), "told once, counted in full"
    assert posterior.sources[-1] == "stated"


def test_a_trade_off_moves_the_part_worth_towards_what_was_chosen() -> None:
    longer_range = np.array([[3.0, 0.0], [0.0, 0.0]])
    before = model().posterior(told()).mean
    after = model().posterior(told(), [MadeChoice(longer_range, 0)]).mean
    against = model().posterior(told(), [MadeChoice(longer_range, 1)]).mean
    assert against[0] < before[0] < after[0]


FAR_AND_AWD = np.array([[3.0, 0.0], [0.0, 1.0]])


def test_trade_offs_move_membership_too() -> None:
    before = model().posterior(told())
    after = model().posterior(told(), [MadeChoice(FAR_AND_AWD, 1)])
    assert after.segments[2].probability > before.segments[2].probability, "most for AWD against range"
    assert sum(share.probability for share in after.segments) == pytest.approx(1.0)
    assert all(share.low <= share.probability <= share.high for share in after.segments)


def test_neither_tells_something() -> None:
    before = model().posterior(told())
    after = model().posterior(told(), [MadeChoice(FAR_AND_AWD, None, neither=0.0)])
    assert np.all(FAR_AND_AWD @ after.mean < FAR_AND_AWD @ before.mean)
    mild = model().posterior(told(), [MadeChoice(FAR_AND_AWD, None, neither=5.0)])
    assert np.all(FAR_AND_AWD @ after.mean < FAR_AND_AWD @ mild.mean), "a good alternative explains it"


def test_mean_and_draws_agree_after_trade_offs_in_any_order() -> None:
    made = [MadeChoice(FAR_AND_AWD, 1), MadeChoice(FAR_AND_AWD, None, 0.4), MadeChoice(FAR_AND_AWD[:1], 0)]
    words = told(("rough_days", "more"), shifts={"brand=Alpha": 0.6, "drive=AWD": 0.3})
    found = model().posterior(words, made)
    assert found.draws.mean(axis=0) == pytest.approx(found.mean, abs=1e-5)
    again = model().posterior(words, made[::-1])
    assert (found.draws == again.draws).all()
    assert (found.mean == again.mean).all()
    assert found.draws[:, 1].std() < model().posterior(words).draws[:, 1].std()


def test_a_choice_says_nothing_of_an_attribute_that_does_not_count() -> None:
    silent = told(multipliers={"electric_range_km": 0.0})
    found = model().posterior(silent, [MadeChoice(FAR_AND_AWD, 0)])
    assert found.mean[0] == 0.0
    assert found.mean[1] < model().posterior(silent).mean[1]


def test_a_stated_wish_counts_when_choices_are_read() -> None:
    """The brand explains the choice, so the range has less to explain."""
    cars = np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    wished = told(shifts={"brand=Alpha": 3.0})
    plain = model().posterior(told(), [MadeChoice(cars[:, :2], 0)]).mean[0]
    assert model().posterior(wished, [MadeChoice(cars, 0)]).mean[0] < plain
