"""Every estimator keeps the contract of :mod:`tests.choice.contracts`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from recommender.choice.conditional_logit import ConditionalLogit
from recommender.choice.latent_class_logit import LatentClassLogit, PooledLatentClassLogit
from recommender.choice.mixture_logit import MixtureLogit
from tests.choice.contracts import CHECKS, Case

CASES = (
    Case("ConditionalLogit", partial(ConditionalLogit, random_state=0), ("max_iter", 77), people=False),
    Case(
        "LatentClassLogit",
        partial(LatentClassLogit, 2, n_starts=3, membership_ridge=1.0, tol=1e-6, random_state=0),
        ("ridge", 0.25),
        people=True,
    ),
    Case(
        "PooledLatentClassLogit",
        partial(
            PooledLatentClassLogit,
            3,
            class_numbers=(2, 3),
            n_starts=3,
            membership_ridge=1.0,
            tol=1e-6,
            random_state=0,
        ),
        ("n_fits", 7),
        people=True,
    ),
    Case(
        "MixtureLogit",
        partial(MixtureLogit, answer_scale=0.3, warm_up=80, n_iter=80, random_state=0),
        ("thin", 7),
        people=True,
    ),
    Case(
        "MixtureLogit, two components with tails",
        partial(MixtureLogit, 2, answer_scale=0.3, tails=5.0, warm_up=80, n_iter=80, random_state=0),
        ("thin", 7),
        people=True,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_contract_holds(case: Case, check: Callable[[Case], None]) -> None:
    check(case)
