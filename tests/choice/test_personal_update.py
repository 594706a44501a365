"""What choices teach: against numeric integration, in any order, whatever is thrown at it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.choice.artefact import Floats
from recommender.choice.personal_update import Gaps, learn, stacked

SMALL = st.floats(-3.0, 3.0, allow_nan=False)


def choice(*gaps: tuple[float, ...], offset: float = 0.0) -> tuple[Floats, Floats]:
    return np.array(gaps), np.full(len(gaps), offset)


def integrated(rows: list[tuple[Floats, Floats]], mean: Floats, sd: Floats) -> tuple[float, Floats, Floats]:
    """Log evidence, mean and covariance of two part-worths on a fine grid."""
    z = np.linspace(-8.0, 8.0, 801)
    first, second = np.meshgrid(mean[0] + sd[0] * z, mean[1] + sd[1] * z, indexing="ij")
    points = np.stack([first.ravel(), second.ravel()], axis=1)
    prior = np.exp(-0.5 * (((points - mean) / sd) ** 2).sum(axis=1))
    fit = np.zeros(len(points))
    for design, offset in rows:
        fit -= np.log1p(np.exp(-(points @ design.T + offset)).sum(axis=1))
    weight = prior * np.exp(fit)
    centre = (points * weight[:, None]).sum(axis=0) / weight.sum()
    apart = points - centre
    return float(np.log(weight.sum() / prior.sum())), centre, (apart.T * weight) @ apart / weight.sum()


@pytest.mark.parametrize("size", [0.3, 1.0, 2.0])
def test_the_posterior_is_that_of_numeric_integration(size: float) -> None:
    rows = [
        choice((1.0, -0.4)),
        choice((0.3, 0.9), (-0.8, 0.5)),
        choice((-0.6, 0.2), offset=0.3),
        choice((1.0, -0.4), offset=-0.5),
    ]
    mean, sd = np.array([0.2, -0.3]) * size, np.array([1.0, 0.7]) * size
    evidence, centre, covariance = integrated(rows, mean, sd)
    found = learn(stacked(rows, 2), mean[None], sd[None])
    normals = np.random.default_rng(0).standard_normal((100_000, 2))
    spread = np.cov((found.spread(0, normals) * sd).T)
    assert found.evidence[0] == pytest.approx(evidence, abs=0.012 * size**2 + 0.01)
    assert found.mean[0] == pytest.approx(centre, abs=0.02 * sd.min())
    assert spread == pytest.approx(covariance, abs=0.06 * size * sd.max() ** 2)


def test_one_surprise_by_hand() -> None:
    """Prior N(0, 1) on the gap, chosen: the exact mean is twice the mean slope of the logistic curve."""
    found = learn(stacked([choice((1.0,))], 1), np.zeros((1, 1)), np.ones((1, 1)))
    z, weight = np.polynomial.hermite_e.hermegauss(60)
    slope = 1.0 / (2.0 + np.exp(z) + np.exp(-z))
    assert found.mean[0, 0] == pytest.approx(2.0 * (weight @ slope) / weight.sum(), abs=0.005)
    assert found.evidence[0] == pytest.approx(np.log(0.5), abs=0.02)


def test_segments_that_foresaw_the_choice_gain() -> None:
    rows = stacked([choice((1.0, 0.0))] * 3, 2)
    found = learn(rows, np.array([[2.0, 0.0], [0.0, 0.0], [-2.0, 0.0]]), np.full((3, 2), 0.2))
    assert found.evidence[0] > found.evidence[1] > found.evidence[2]
    assert np.all(found.mean[:, 0] > [2.0, 0.0, -2.0])
    assert found.mean[:, 1] == pytest.approx(0.0)


def test_no_choice_leaves_everything_as_it_was() -> None:
    mean, sd = np.array([[0.1, 0.2]]), np.array([[1.0, 2.0]])
    normals = np.random.default_rng(0).standard_normal((6, 2))
    for rows in ([], [choice()]):
        found = learn(stacked([(d.reshape(0, 2), o) for d, o in rows], 2), mean, sd)
        np.testing.assert_array_equal(found.mean, mean)
        np.testing.assert_array_equal(found.spread(0, normals), normals)
        assert found.evidence == pytest.approx(0.0)


def some_choices() -> st.SearchStrategy[list[tuple[Floats, Floats]]]:
    gap = st.tuples(SMALL, SMALL, SMALL)
    one = st.lists(gap, min_size=1, max_size=3).map(
        lambda gaps: (np.array(gaps), np.array([gap[0] for gap in gaps]))
    )
    return st.lists(one, min_size=1, max_size=6)


@given(some_choices(), st.randoms(use_true_random=False))
def test_order_changes_nothing(rows: list[tuple[Floats, Floats]], random: object) -> None:
    mean, sd = np.zeros((2, 3)), np.array([[1.0, 0.5, 0.0], [0.3, 2.0, 1.0]])
    shuffled = [(design[::-1], offset[::-1]) for design, offset in rows]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = learn(stacked(rows, 3), mean, sd), learn(stacked(shuffled, 3), mean, sd)
    for name in ("evidence", "mean", "basis", "shrink"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


@given(some_choices(), st.sampled_from([1e-6, 1.0, 30.0, 1e4]))
def test_extreme_and_contradictory_choices_stay_finite(
    rows: list[tuple[Floats, Floats]], size: float
) -> None:
    against = [(-design * size, -offset * size) for design, offset in rows]
    both = stacked([*((d * size, o * size) for d, o in rows), *against], 3)
    sd = np.array([[1.0, 5.0, 0.0]])
    found = learn(both, np.zeros((1, 3)), sd)
    normals = np.random.default_rng(0).standard_normal((4, 3))
    for values in (found.evidence, found.mean, found.spread(0, normals)):
        assert np.isfinite(values).all()
    assert found.mean[0, 2] == 0.0, "what has no spread learns nothing"


@given(some_choices(), st.tuples(SMALL, SMALL, SMALL))
def test_one_more_choice_raises_its_own_gap(
    rows: list[tuple[Floats, Floats]], gap: tuple[float, float, float]
) -> None:
    mean, sd = np.array([[0.2, -0.1, 0.0]]), np.array([[0.6, 0.4, 0.3]])
    before = learn(stacked(rows, 3), mean, sd)
    after = learn(stacked([*rows, choice(gap)], 3), mean, sd)
    spread = np.linalg.norm(np.array(gap) * sd)
    assert (after.mean - before.mean)[0] @ gap >= -1e-9 - 0.02 * spread**2
    alone = learn(stacked([choice(gap)], 3), mean, sd)
    assert (alone.mean - mean)[0] @ gap >= 0.0


def test_many_more_choices_than_part_worths() -> None:
    rng = np.random.default_rng(5)
    truth = np.array([0.8, -0.5])
    design = rng.standard_normal((4000, 1, 2))
    won = design[:, 0] @ truth + rng.logistic(size=4000) > 0
    signed = np.where(won[:, None, None], design, -design)
    gaps = Gaps(signed, np.zeros((4000, 1)), np.ones((4000, 1), dtype=np.bool_))
    found = learn(gaps, np.zeros((1, 2)), np.ones((1, 2)))
    assert found.mean[0] == pytest.approx(truth, abs=0.12)
