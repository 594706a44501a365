"""Which two cars to ask about next: the pair whose answer is expected to improve the top list most.

Value of information over the draws of one person (Chajewska, Koller, Parr 2000): for each answer the
posterior mean of every car's utility, the worth of the best list, averaged over the answers, less its worth
now. It is about the list, not about the part-worths: what cannot change the list is not asked. Only numpy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.choice.artefact import Floats

PLACES: Floats = np.array([2.0, 1.0, 1.0])
"""What the places of the list count: the first three, and the first once more, as one car is bought."""
_NEARLY = 0.9
"""Of pairs that are worth nearly as much the one that is easiest to compare is asked."""
_BLOCK = 512


@dataclass(frozen=True)
class Pair:
    """Places of the two cars; ``gain``: what asking about them is expected to add to the list."""

    first: int
    second: int
    gain: float


def all_pairs(count: int) -> NDArray[np.intp]:
    """int [P, 2]: every pair of so many cars, the leading first."""
    return np.column_stack(np.triu_indices(count, 1)).astype(np.intp)


def expected_gains(utilities: Floats, pairs: NDArray[np.intp], neither: float) -> Floats:
    """float64 [P], none below 0: what each pair is expected to gain.

    ``utilities`` float64 [S, n]: draws with equal weights of the utility of cars that can be in the list.
    ``neither``: utility of not buying, which may be answered too.
    """
    now = float(_worth(utilities.mean(axis=0)[None])[0])
    gains = [_gains(utilities, pairs[k : k + _BLOCK], neither) for k in range(0, len(pairs), _BLOCK)]
    return np.asarray(np.maximum(np.concatenate([np.zeros(0), *gains]) - now, 0.0))


def best_pair(
    utilities: Floats, pairs: NDArray[np.intp], neither: float, effort: NDArray[np.intp]
) -> Pair | None:
    """The pair to ask about, None without any. ``effort`` int [P]: in how many respects the two cars differ.

    Among pairs worth at least 90 % of the best the one with the fewest differences, then the largest gain,
    then the leading one.
    """
    if not len(pairs):
        return None
    gains = np.round(expected_gains(utilities, pairs, neither), 9)
    close = np.flatnonzero(gains >= _NEARLY * gains.max())
    place = close[np.lexsort((close, -gains[close], effort[close]))[0]]
    first, second = pairs[place].tolist()
    return Pair(first, second, float(gains[place]))


def _gains(utilities: Floats, pairs: NDArray[np.intp], neither: float) -> Floats:
    """Worth of the list after each answer, averaged over the answers: float64 [P].

    Weighing by the probability of the answer and then not dividing by it gives the same sum.
    """
    worth = np.stack([utilities[:, pairs[:, 0]], utilities[:, pairs[:, 1]]])
    worth = np.concatenate([worth, np.full((1, *worth.shape[1:]), neither)])
    answers = np.exp(worth - worth.max(axis=0))
    answers /= answers.sum(axis=0)
    means = np.swapaxes(answers, 1, 2) @ utilities / len(utilities)
    return np.asarray(_worth(means.reshape(-1, means.shape[2])).reshape(3, -1).sum(axis=0))


def _worth(means: Floats) -> Floats:
    """Worth of the best list of each row."""
    size = min(len(PLACES), means.shape[1])
    leading = np.sort(np.partition(means, means.shape[1] - size, axis=1)[:, -size:], axis=1)
    return np.asarray(leading[:, ::-1] @ PLACES[:size])
