"""How a command ends: the exit status, and every problem said in words or as JSON on standard error."""

from __future__ import annotations

import json
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from recommender.domain.errors import Problem, Rejected

DONE, NOTHING_FITS, BAD_INPUT, OUR_FAULT, INTERRUPTED = 0, 1, 2, 3, 130
_BAD_SETTING = ("database_address", "database_folder")
"""Codes of a database that cannot because its address is wrong: nothing for a log."""
_TITLES = {422: "Unprocessable Entity", 500: "Internal Server Error", 503: "Service Unavailable"}
_DETAILS = {422: "problems.detail", 500: "problems.fault", 503: "problems.unavailable"}


@dataclass(frozen=True, slots=True)
class Manner:
    """How to speak: ``json`` or words, in ``lang``."""

    json: bool
    lang: str


def manner_of(arguments: Sequence[str]) -> Manner:
    """What the arguments say of format and language, also when they cannot be parsed as a whole."""
    lang = _value_of("--lang", arguments) or os.environ.get("RECOMMENDER_LANG", "")
    return Manner(_value_of("--format", arguments) == "json", lang if lang in ("zh", "en") else "zh")


def _value_of(flag: str, arguments: Sequence[str]) -> str | None:
    value = None
    for place, argument in enumerate(arguments):
        if argument == flag and place + 1 < len(arguments):
            value = arguments[place + 1]
        elif argument.startswith(flag + "="):
            value = argument.partition("=")[2]
    return value


def ended(arguments: Sequence[str], work: Callable[[], object]) -> int:
    """Do ``work`` and turn whatever it raises into an exit status and words; never a traceback."""
    manner = manner_of(arguments)
    try:
        status = _told(work, manner)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (head, less) has seen enough; Python would complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = DONE
    return status


def _told(work: Callable[[], object], manner: Manner) -> int:
    try:
        status = work()
        return status if isinstance(status, int) else DONE
    except click.exceptions.NoArgsIsHelpError as wish:
        click.echo(wish.format_message(), err=True)
        return BAD_INPUT
    except click.ClickException as error:
        tell([_usage_problem(error)], manner)
        return BAD_INPUT
    except Rejected as refusal:
        tell(refusal.problems, manner)
        return BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - the outermost place: logged there, never shown as a traceback
        return _unforeseen(error, manner)


def _unforeseen(error: Exception, manner: Manner) -> int:
    """Bad settings are bad input; a database that cannot and everything else goes to the log."""
    from recommender.settings import SettingsError
    from recommender.storage.stored import DatabaseError

    if isinstance(error, SettingsError):
        tell([Problem(f.variable, f.code, f.value, f.params) for f in error.faults], manner)
        return BAD_INPUT
    if isinstance(error, DatabaseError) and error.problem.code in _BAD_SETTING:
        tell([error.problem], manner)
        return BAD_INPUT
    log_file = write_log(error)
    if isinstance(error, DatabaseError):
        tell([error.problem], manner, status=503, log_file=log_file)
    else:
        internal = Problem("", "internal", type(error).__name__, {"log": str(log_file)})
        tell([internal], manner, status=500, log_file=log_file)
    return OUR_FAULT


def tell(
    problems: Iterable[Problem], manner: Manner, *, status: int = 422, log_file: Path | None = None
) -> None:
    """Say every problem on standard error: a line each, or one problem document under ``--format json``."""
    documents, detail = _worded(problems, manner.lang, _DETAILS[status])
    if manner.json:
        document = {
            "type": "about:blank",
            "title": _TITLES[status],
            "status": status,
            "detail": detail,
            "errors": documents,
        }
        click.echo(json.dumps(document, ensure_ascii=False, indent=1), err=True)
        return
    for entry in documents:
        words = " ".join(part for part in (entry["message"], entry["remedy"]) if part)
        line = f"{entry['path']}: {words}" if entry["path"] else words
        if log_file is not None and str(log_file) not in line:
            line += f" [{log_file}]"
        click.echo(line, err=True)


def _worded(problems: Iterable[Problem], lang: str, detail: str) -> tuple[list[dict[str, str]], str]:
    from recommender.registry.load import load_registry
    from recommender.registry.messages import problem_document

    try:
        registry = load_registry()
    except Rejected as refusal:
        # The sentences themselves cannot be read: codes are all that is left to say.
        found = [*problems, *refusal.problems]
        return [_bare(problem) for problem in found], "The registry is faulty."
    return [problem_document(problem, registry, lang) for problem in problems], registry.message(detail, lang)


def _bare(problem: Problem) -> dict[str, str]:
    return {
        "path": problem.path,
        "code": problem.code,
        "value": problem.value,
        "message": f"{problem.code} {problem.value}".rstrip(),
        "remedy": "",
    }


def _usage_problem(error: click.ClickException) -> Problem:
    context = getattr(error, "ctx", None)
    parameter = getattr(error, "param", None)
    names = [*getattr(parameter, "opts", []), *getattr(parameter, "secondary_opts", [])]
    path = max(names, key=len) if names else getattr(error, "option_name", None) or ""
    command = context.command_path if context is not None else "recommender"
    return Problem(str(path), "usage", "", {"detail": error.format_message(), "command": command})


def write_log(error: BaseException) -> Path:
    """Append the traceback to the log in the state folder, or in the temporary one; returns its path."""
    for path in (_log_file(), Path(tempfile.gettempdir()) / "recommender.log"):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handler = logging.FileHandler(path, encoding="utf-8")
        except OSError:
            continue
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        logger = logging.Logger("recommender.cli")
        logger.addHandler(handler)
        logger.error("fault", exc_info=error)
        handler.close()
        return path
    return Path()


def _log_file() -> Path:
    from recommender.settings import SettingsError, load_settings

    try:
        return load_settings().log_file
    except SettingsError:
        return Path(os.environ.get("RECOMMENDER_STATE_DIR") or "var") / "log" / "recommender.log"
