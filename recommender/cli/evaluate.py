"""``recommender evaluate``: how well models foretell the choices of people they have not seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recommender.cli.options import in_format, in_language

if TYPE_CHECKING:
    from recommender.domain.errors import Problem
    from recommender.services.evaluate import Evaluated

_FILE = click.Path(path_type=Path)
_FOLDS = 5


@click.command("evaluate")
@click.option("--choices", required=True, type=_FILE, help="Choices, one row an alternative.")
@click.option("--people", type=_FILE, default=None, help="Answers, one row a person.")
@click.option("--columns", "columns_file", required=True, type=_FILE, help="What the columns mean (TOML).")
@click.option("--test-choices", type=_FILE, default=None, help="Choices of others, to be predicted.")
@click.option("--test-people", type=_FILE, default=None, help="Their answers.")
@click.option(
    "--folds",
    type=click.IntRange(2, 100),
    default=None,
    help=f"Without --test-choices: parts, by person.  [default: {_FOLDS}]",
)
@click.option(
    "--model",
    "models",
    default=None,
    help="Names, comma between.  [default: uniform,mnl,latent_class,mixture]",
)
@click.option(
    "--protocol",
    "protocols",
    default="cold,warm",
    show_default=True,
    help="cold, warm (12 choices known), warmN, curve (0, 1, 2, 4, 8, 12).",
)
@click.option("--predictions", type=_FILE, default=None, help="Write the last model's probabilities here.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@in_language
@in_format
def command(
    choices: Path,
    people: Path | None,
    columns_file: Path,
    test_choices: Path | None,
    test_people: Path | None,
    folds: int | None,
    models: str | None,
    protocols: str,
    predictions: Path | None,
    seed: int,
    lang: str | None,
    output_format: str,
) -> int:
    """Fit models to choices and predict people they have not seen: those of --test-choices, or each fold.

    The pooled logit (mnl) always stands beside. Exit status 1: a model asked for predicts worse than equal
    shares. docs/columns/README.md describes the columns file.
    """
    from recommender.cli.output import print_json
    from recommender.services.evaluate import evaluate_choices, make_plan, predicted_rows
    from recommender.storage.choice_files import read_data_set
    from recommender.storage.prediction_file import write_predictions

    _refuse_usage(test_choices, test_people, folds)
    plan = make_plan(models, protocols, folds=folds or _FOLDS, seed=seed)
    if predictions is not None:
        _refuse_target(predictions, (choices, people, columns_file, test_choices, test_people))
    data = read_data_set(columns_file, choices, people, test_choices, test_people)
    evaluated = evaluate_choices(data.columns, data.table, data.test, plan)
    if predictions is not None:
        _write(
            predictions, lambda: write_predictions(predictions, predicted_rows(evaluated, plan.models[-1]))
        )
    if output_format == "json":
        print_json(evaluated.document)
    else:
        _print_tables(evaluated)
    return 1 if evaluated.below else 0


def _refuse_usage(test_choices: Path | None, test_people: Path | None, folds: int | None) -> None:
    if test_people is not None and test_choices is None:
        raise click.BadOptionUsage("--test-people", "--test-people needs --test-choices.")
    if test_choices is not None and folds is not None:
        raise click.BadOptionUsage("--folds", "--folds and --test-choices exclude each other.")


def _refuse_target(predictions: Path, inputs: Iterable[Path | None]) -> None:
    from recommender.cli.output_folder import refuse_unwritable
    from recommender.domain.errors import Problem, Rejected

    try:
        folder, target = predictions.is_dir(), predictions.resolve()
        overwritten = any(path is not None and path.resolve() == target for path in inputs)
    except OSError as error:  # a name too long, a loop of links
        raise Rejected([_unwritable(predictions, error)]) from error
    if folder:
        raise Rejected([Problem(str(predictions), "evaluate_target_is_folder")])
    if overwritten:
        raise Rejected([Problem(str(predictions), "evaluate_target_is_input")])
    refuse_unwritable(predictions.parent)


def _write(predictions: Path, write: Callable[[], None]) -> None:
    """A place that takes no file after all (a full disk) is said by its name."""
    from recommender.domain.errors import Rejected

    try:
        write()
    except OSError as error:
        raise Rejected([_unwritable(predictions, error)]) from error


def _unwritable(path: Path, error: OSError) -> Problem:
    from recommender.domain.errors import Problem

    detail = error.strerror or type(error).__name__
    return Problem(str(path), "evaluate_target_unwritable", params={"detail": detail})


def _print_tables(evaluated: Evaluated) -> None:
    from recommender.cli.output import console, grid

    out = console()
    out.print(evaluated.heading)
    headings = ("model", "log-likelihood", "above mnl", "hit", "Brier", "ECE", "fit s")
    for protocol, by_model in evaluated.metrics.items():
        first = next(iter(by_model.values()))
        out.print(f"\n{protocol}: {first['tasks']} choices of {first['persons']} people")
        rows = [_row(name, found, evaluated.fit_seconds[name]) for name, found in by_model.items()]
        out.print(grid(headings, rows, numbers=range(1, len(headings)), whole=(0,)))
    for note in evaluated.notes:
        out.print(note)
    for protocol, model in evaluated.below:
        out.print(f"{protocol}: {model} predicts worse than equal shares")


def _row(name: str, found: Mapping[str, float | int], seconds: float) -> tuple[str, ...]:
    return (
        name,
        f"{found['ll']:.4f} ± {found['ll_se']:.4f}",
        f"{found['d_ll']:+.4f} ± {found['d_ll_se']:.4f}",
        f"{found['hit']:.3f}",
        f"{found['brier']:.4f}",
        f"{found['ece']:.4f}",
        f"{seconds:.2f}",
    )
