"""How well models foretell the choices of people they have not seen: one data set, one document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recommender.choice.choice_metrics import clustered, metrics_document
from recommender.choice.choice_table import ChoiceTable
from recommender.choice.contenders import BASELINE, CONTENDERS
from recommender.choice.design import column_problems
from recommender.choice.evaluation import (
    WARM,
    Evaluation,
    ModelRefused,
    Prediction,
    Protocol,
    Split,
    evaluate,
    parse_protocol,
    splits,
)
from recommender.domain.errors import Problem, Rejected
from recommender.registry.columns_file import ColumnsFile
from recommender.registry.problem_list import ProblemList

_TIE = 1e-9
_DEFAULT_MODELS = ("uniform", "mnl", "latent_class", "mixture")
PROTOCOLS = ("cold", "warm", "warm0 ... warm12", "curve")


@dataclass(frozen=True)
class Plan:
    """What is to be compared: ``models`` by name in the order asked, ``protocols`` without repeats."""

    models: tuple[str, ...]
    protocols: tuple[Protocol, ...]
    folds: int = 5
    seed: int = 0


@dataclass(frozen=True)
class PredictedRow:
    """One row of the file of predictions."""

    protocol: str
    person_id: str
    task: str
    alt: str
    prob: float
    model: str


@dataclass(frozen=True)
class Evaluated:
    """``document``: JSON of the contract; ``heading``, ``metrics`` (by protocol and model), ``fit_seconds``
    (all fits together) and ``notes``: its parts for people. ``below``: (protocol, model) with a mean
    log-likelihood under that of equal shares."""

    document: Mapping[str, object]
    heading: str
    metrics: Mapping[str, Mapping[str, Mapping[str, float | int]]]
    fit_seconds: Mapping[str, float]
    notes: tuple[str, ...]
    evaluation: Evaluation
    below: tuple[tuple[str, str], ...]


def make_plan(models: str | None, protocols: str, *, folds: int = 5, seed: int = 0) -> Plan:
    """Names separated by commas; ``models`` None = the usual ones.

    Raises Rejected (evaluate_model_unknown, evaluate_protocol_unknown).
    """
    problems = ProblemList()
    usual = [name for name in _DEFAULT_MODELS if name in CONTENDERS]
    asked = usual if models is None else _names(models)
    for name in asked:
        if name not in CONTENDERS:
            problems.add("--model", "evaluate_model_unknown", name, known=tuple(CONTENDERS))
    found: dict[str, Protocol] = {}
    words = _names(protocols)
    for word in words:
        try:
            found.update({protocol.name: protocol for protocol in parse_protocol(word)})
        except ValueError:
            problems.add("--protocol", "evaluate_protocol_unknown", word, known=PROTOCOLS)
    if not asked:
        problems.add("--model", "evaluate_model_unknown", "", known=tuple(CONTENDERS))
    if not words:
        problems.add("--protocol", "evaluate_protocol_unknown", "", known=PROTOCOLS)
    problems.raise_if_any()
    return Plan(tuple(asked), tuple(found.values()), folds, seed)


def evaluate_choices(
    columns: ColumnsFile, table: ChoiceTable, test: ChoiceTable | None, plan: Plan
) -> Evaluated:
    """Fit on ``table`` and score ``test``, or the folds of ``table`` where there is none.

    Raises Rejected: columns_level_unknown, evaluate_too_few_people, evaluate_no_warm,
    evaluate_model_refused.
    """
    problems = list(column_problems(columns, table))
    if test is None and len(table.people) < plan.folds:
        problems.append(_too_few(len(table.people), plan.folds))
    scored = table if test is None else test
    warm = [protocol.name for protocol in plan.protocols if protocol.known is not None]
    if warm and int(scored.tasks_of_person.max()) < 2:
        problems.append(Problem("--protocol", "evaluate_no_warm", ",".join(warm)))
    if problems:
        raise Rejected(problems)
    parts = list(splits(table, columns.dataset, plan.folds)) if test is None else [Split(table, test)]
    try:
        found = evaluate(columns, parts, plan.models, plan.protocols, seed=plan.seed)
    except ModelRefused as refusal:
        raise Rejected([_refused(refusal)]) from refusal
    metrics = {p.protocol.name: _metrics(p) for p in found.predictions}
    notes = _notes(table, test, scored, plan, found)
    split = f"{plan.folds} folds" if test is None else "held out"
    document = {
        "dataset": columns.dataset,
        "split": split,
        "people": {"fitted": len(table.people), "scored": len(scored.people)},
        "models": list(plan.models),
        "baseline": BASELINE,
        "protocols": metrics,
        "paired": {p.protocol.name: _paired(p) for p in found.predictions},
        "calibration": {p.protocol.name: _calibration(p) for p in found.predictions},
        "fit_seconds": {name: list(seconds) for name, seconds in found.fit_seconds.items()},
        "notes": notes,
    }
    return Evaluated(
        document=document,
        heading=f"{columns.dataset}: {split}, {len(scored.people)} people scored",
        metrics=metrics,
        fit_seconds={name: sum(seconds) for name, seconds in found.fit_seconds.items()},
        notes=tuple(notes),
        evaluation=found,
        below=_below(found, plan.models),
    )


def predicted_rows(evaluated: Evaluated, model: str) -> list[PredictedRow]:
    """Probabilities of one model, protocol after protocol, each in the order of folds and files."""
    return [
        PredictedRow(prediction.protocol.name, person, task, alternative, probability, model)
        for prediction in evaluated.evaluation.predictions
        for person, task, alternative, probability in zip(
            prediction.person,
            prediction.task,
            prediction.alternative,
            prediction.probability[model].tolist(),
            strict=True,
        )
    ]


def _too_few(people: int, folds: int) -> Problem:
    return Problem("--folds", "evaluate_too_few_people", str(people), {"least": folds})


def _refused(refusal: ModelRefused) -> Problem:
    return Problem("--model", "evaluate_model_refused", refusal.model, {"detail": refusal.detail})


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(name for part in text.split(",") if (name := part.strip())))


def _metrics(prediction: Prediction) -> dict[str, dict[str, float | int]]:
    base, person = prediction.scores[BASELINE], prediction.scored.person
    return {name: metrics_document(found, base, person) for name, found in prediction.scores.items()}


def _paired(prediction: Prediction) -> dict[str, dict[str, dict[str, float]]]:
    """Row minus column: log-likelihood a task and its error, of every two models."""
    matrix: dict[str, dict[str, dict[str, float]]] = {}
    for row, one in prediction.scores.items():
        for column, other in prediction.scores.items():
            if row != column:
                gain = clustered(one.ll - other.ll, prediction.scored.person)
                matrix.setdefault(row, {})[column] = {"d_ll": gain.value, "d_ll_se": gain.error}
    return matrix


def _calibration(prediction: Prediction) -> dict[str, list[dict[str, float | int]]]:
    return {
        name: [{"probability": mean, "chosen": share, "rows": count} for mean, share, count in found.bins]
        for name, found in prediction.scores.items()
    }


def _below(found: Evaluation, models: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (prediction.protocol.name, name)
        for prediction in found.predictions
        for name in models
        if float((prediction.scores[name].ll - prediction.scores[name].uniform).mean()) < -_TIE
    )


def _notes(
    table: ChoiceTable, test: ChoiceTable | None, scored: ChoiceTable, plan: Plan, found: Evaluation
) -> list[str]:
    notes = []
    counts = scored.tasks_of_person
    if any(protocol.known is not None for protocol in plan.protocols):
        if int(counts.min()) > WARM:
            notes.append(f"warm: tasks after the {WARM}th of each person are predicted")
        else:
            notes.append("warm: the last fifth of each person's tasks (at least one) is predicted")
        if int(counts.min()) < 2:
            notes.append(f"warm: {int((counts < 2).sum())} people with a single task are left out")
    if test is not None and (both := len(set(table.people) & set(test.people))):
        notes.append(f"{both} people stand in both files: their figures are not of new people")
    notes += [f"{level}: not seen in training, counted as nothing" for level in found.unseen]
    return [*notes, *found.notes]
