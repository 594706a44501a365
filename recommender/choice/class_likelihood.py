"""The likelihood of choices that people of several classes made, and its gradient, in one pass over tiles.

Panel likelihood: a person keeps his class over all his tasks, log L_n = log Σ_c π_nc Π_t P_ct. A tile holds
whole people, so that the class posterior of a person and with it the gradient (Fisher's identity: the
gradient of the expected complete-data likelihood, as in the EM algorithm) are known before the tile is left:
the rows are read once. Rows enter as differences to the row chosen, P = 1 / (1 + Σ exp(difference @ coef)).

Dempster, Laird and Rubin 1977; Train 2009, chapters 3 and 14.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from recommender.choice.artefact import Floats
from recommender.choice.panel import Panel
from recommender.choice.tasks import Places

TILE_TASKS = 2048
"""Tasks of a tile, more or less: its arrays stay in a second-level cache."""
KEPT_BYTES = 64 * 2**20
"""Differences up to this size are kept from pass to pass; larger ones are taken anew in each tile."""


@dataclass(frozen=True)
class Block:
    """Tasks of one size J in a tile: ``chosen`` [t] and ``others`` [J-1, t] row numbers, ``person`` [t]
    number within the tile, ``kept`` [(J-1)·t, K] the differences, None = taken anew."""

    chosen: Places
    others: Places
    person: Places
    kept: Floats | None

    def differences(self, X: Floats) -> Floats:  # noqa: N803 - the field's letter
        """Rows not chosen minus the row chosen: [(J-1)·t, K]."""
        if self.kept is not None:
            return self.kept
        gone: Floats = X[self.others]
        gone -= X[self.chosen]
        return gone.reshape(-1, X.shape[1])


@dataclass(frozen=True)
class Tile:
    """``people`` [n] numbers of people, all of whose tasks stand in ``blocks``."""

    people: Places
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Pass:
    """``log_likelihood`` of all people; its gradient by ``coef`` [C, K]; ``posterior`` [N, C]: class
    probabilities of each person given his choices."""

    log_likelihood: float
    coef: Floats
    posterior: Floats


class ClassLikelihood:
    """The choices of a panel, made ready for many passes. X is not copied beyond :data:`KEPT_BYTES`."""

    def __init__(self, panel: Panel, *, tile_tasks: int = TILE_TASKS) -> None:
        self.X = panel.X
        self.people = panel.people
        rows = len(panel.X) - len(panel.tasks)
        keep = rows * panel.X.shape[1] * 8 <= KEPT_BYTES
        self.tiles = tuple(_tiles(panel, tile_tasks, keep=keep))

    def first(self, tasks: int) -> ClassLikelihood:
        """The likelihood of the people of the first tiles that hold so many tasks together."""
        part = copy.copy(self)  # X stays the same array
        held = np.cumsum([sum(len(block.person) for block in tile.blocks) for tile in self.tiles])
        part.tiles = self.tiles[: int(np.searchsorted(held, tasks)) + 1]
        return part

    def differences_size(self) -> Floats:
        """Root mean square of each column's differences: [K]; 0 where a column never differs in a task."""
        squares, rows = np.zeros(self.X.shape[1]), 0
        for tile in self.tiles:
            for block in tile.blocks:
                gone = block.differences(self.X)
                squares += np.einsum("ij,ij->j", gone, gone)
                rows += len(gone)
        size: Floats = np.sqrt(squares / rows)
        return size

    def one_taste(self, coef: Floats) -> tuple[float, Floats, Floats]:
        """Log-likelihood, gradient [K] and negative Hessian [K, K] when all people share ``coef`` [K]."""
        size = len(coef)
        value, gradient, curvature = 0.0, np.zeros(size), np.zeros((size, size))
        for tile in self.tiles:
            for block in tile.blocks:
                gone = block.differences(self.X)
                share, log_chosen = _shares(coef[None, :], gone, len(block.person))
                value += float(log_chosen.sum())
                weighted = gone * share.reshape(-1, 1)
                centre = weighted.reshape(-1, len(block.person), size).sum(axis=0)
                gradient -= centre.sum(axis=0)
                curvature += gone.T @ weighted - centre.T @ centre
        return value, gradient, curvature

    def separates(self, coef: Floats) -> bool:
        """Whether ``coef`` [K] puts the row chosen first in every task: then no finite one is the most
        likely."""
        blocks = (block for tile in self.tiles for block in tile.blocks)
        return all(bool((block.differences(self.X) @ coef < 0.0).all()) for block in blocks)

    def classes(self, coef: Floats, log_membership: Floats) -> Pass:
        """One fused pass at part-worths ``coef`` [C, K] and log class probabilities [N, C]."""
        value, gradient = 0.0, np.zeros_like(coef)
        posterior = np.exp(log_membership)
        for tile in self.tiles:
            log_joint = np.ascontiguousarray(log_membership[tile.people].T)
            parts = []
            for block in tile.blocks:
                gone = block.differences(self.X)
                share, log_chosen = _shares(coef, gone, len(block.person))
                for joint, one in zip(log_joint, log_chosen, strict=True):
                    joint += np.bincount(block.person, weights=one, minlength=len(joint))
                parts.append((block.person, gone, share))
            most = log_joint.max(axis=0)
            weight = np.exp(log_joint - most)
            total = weight.sum(axis=0)
            value += float((most + np.log(total)).sum())
            weight /= total
            posterior[tile.people] = weight.T
            for person, gone, share in parts:
                share *= weight[:, person][:, None, :]
                gradient -= share.reshape(len(coef), -1) @ gone
        return Pass(value, gradient, posterior)


def log_share(utility: Floats) -> Floats:
    """Logarithm of the logit shares of each row: [N, C]."""
    found: Floats = utility - utility.max(axis=1, keepdims=True)
    found -= np.log(np.exp(found).sum(axis=1, keepdims=True))
    return found


def _shares(coef: Floats, gone: Floats, tasks: int) -> tuple[Floats, Floats]:
    """Probabilities of the rows not chosen [C, J-1, t] and the log-probability of the chosen one [C, t]."""
    share = (coef @ gone.T).reshape(len(coef), -1, tasks)
    most = np.maximum(share.max(axis=1), 0.0)
    share -= most[:, None, :]
    np.exp(share, out=share)
    total = share.sum(axis=1)
    total += np.exp(-most)
    share /= total[:, None, :]
    return share, -(most + np.log(total))


def _tiles(panel: Panel, tile_tasks: int, *, keep: bool) -> Iterator[Tile]:
    order = np.argsort(panel.person, kind="stable")
    person = panel.person[order]
    first = np.flatnonzero(np.append(True, person[1:] != person[:-1]))
    # a tile ends with the person in whose tasks a multiple of tile_tasks falls
    last_of_tile = np.flatnonzero(np.diff(np.append(first, len(order))[1:] // tile_tasks, append=-1))
    begin = 0
    for last in last_of_tile.tolist():
        people = person[first[begin : last + 1]]
        end = first[last + 1] if last + 1 < len(first) else len(order)
        chosen_tasks = order[first[begin] : end]
        local = np.repeat(np.arange(len(people)), np.diff(np.append(first[begin : last + 1], end)))
        yield Tile(people, tuple(_blocks(panel, chosen_tasks, local, keep=keep)))
        begin = last + 1


def _blocks(panel: Panel, tasks: Places, local: Places, *, keep: bool) -> Iterator[Block]:
    size = panel.tasks.size[tasks]
    for one in np.unique(size).tolist():
        mine = size == one
        start, chosen = panel.tasks.start[tasks[mine]], panel.tasks.chosen[tasks[mine]]
        # the J-1 places of a task that are not the chosen one, counted past it
        place = np.arange(one - 1)[:, None] + np.zeros(len(start), dtype=np.intp)
        others = start + place + (place >= chosen - start)
        block = Block(chosen, others, local[mine], None)
        yield Block(chosen, others, local[mine], block.differences(panel.X)) if keep else block
