"""``recommender doctor``: look at everything that a running copy needs, and say what is wrong."""

from __future__ import annotations

import platform
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from recommender.cli.endings import DONE, NOTHING_FITS
from recommender.cli.options import in_format, in_language

if TYPE_CHECKING:
    from recommender.domain.errors import Problem
    from recommender.registry.model import Registry
    from recommender.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """One look: ``detail`` says what was found, ``problems`` what is wrong with it."""

    check: str
    detail: str = ""
    problems: tuple[Problem, ...] = ()


@click.command("doctor")
@in_language
@in_format
def command(lang: str | None, output_format: str) -> int:
    """Check settings, folders, catalogue, model and database. Exit status 1 when something is wrong."""
    from recommender.cli.output import console, grid, print_json
    from recommender.registry.load import load_registry
    from recommender.registry.messages import problem_document
    from recommender.settings import load_settings

    settings = load_settings(lang=lang)
    registry = load_registry()
    findings = tuple(_findings(settings, registry))
    told = [
        {
            "check": finding.check,
            "ok": not finding.problems,
            "detail": finding.detail,
            "errors": [problem_document(problem, registry, settings.lang) for problem in finding.problems],
        }
        for finding in findings
    ]
    if output_format == "json":
        print_json({"checks": told})
    else:
        rows = [
            (
                "ok" if not finding.problems else "!!",
                finding.check,
                "\n".join(
                    [finding.detail, *(f"{e['path']}: {e['message']} {e['remedy']}" for e in errors)]
                ).strip(),
            )
            for finding, errors in zip(findings, (entry["errors"] for entry in told), strict=True)
            if isinstance(errors, list)
        ]
        console().print(grid(("", "check", "detail"), rows))
    return NOTHING_FITS if any(finding.problems for finding in findings) else DONE


def _findings(settings: Settings, registry: Registry) -> Iterator[Finding]:
    yield Finding("python", f"{platform.python_version()} {sys.platform}")
    yield Finding("registry", f"{len(registry.attributes)} attributes, {registry.fingerprint[:12]}")
    yield _state_folder(settings)
    yield _looked("catalogue", lambda: _catalogue(settings, registry))
    yield _looked("model", lambda: _model(settings, registry))
    yield _looked("database", lambda: _database(settings))
    yield _looked("secret key", lambda: _secret(settings))


def _looked(check: str, look: Callable[[], Finding]) -> Finding:
    """A look that may be refused."""
    from recommender.domain.errors import Problem, Rejected
    from recommender.settings import SettingsError
    from recommender.storage.stored import DatabaseError

    try:
        return look()
    except Rejected as refusal:
        return Finding(check, problems=refusal.problems)
    except DatabaseError as error:
        return Finding(check, problems=(error.problem,))
    except SettingsError as error:
        faults = (Problem(f.variable, f.code, f.value, f.params) for f in error.faults)
        return Finding(check, problems=tuple(faults))


def _state_folder(settings: Settings) -> Finding:
    from recommender.domain.errors import Problem

    folder = settings.state_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".doctor"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        params = {"detail": error.strerror or str(error)}
        return Finding("state folder", problems=(Problem(str(folder), "folder_not_writable", params=params),))
    return Finding("state folder", str(folder))


def _catalogue(settings: Settings, registry: Registry) -> Finding:
    from recommender.storage.catalogue import read_catalogue

    catalogue = read_catalogue(settings.catalogue_dir, registry)
    lines = len({trim.model_id for trim in catalogue.trims})
    return Finding("catalogue", f"{settings.catalogue_dir}: {len(catalogue.trims)} trims, {lines} lines")


def _model(settings: Settings, registry: Registry) -> Finding:
    from recommender.storage.artefacts import read_model

    return Finding("model", read_model(settings.models_dir, registry).artefact.version)


def _database(settings: Settings) -> Finding:
    from recommender.storage.database import open_database, wal_is_safe
    from recommender.storage.migrate import check

    database = open_database(settings.database, state_dir=settings.state_dir)
    engine = f"SQLite {sqlite3.sqlite_version}, {'WAL' if wal_is_safe() else 'DELETE'}"
    detail = engine if database.engine.dialect.name == "sqlite" else "PostgreSQL"
    problems = check(database)
    database.close()
    return Finding("database", f"{database.name} ({detail})", problems)


def _secret(settings: Settings) -> Finding:
    from recommender.settings import secret_key

    if settings.secret_key.get_secret_value():
        return Finding("secret key", "RECOMMENDER_SECRET_KEY")
    secret_key(settings)
    path = settings.state_dir / "secret_key"
    return Finding("secret key", f"{path}, mode {stat.S_IMODE(path.stat().st_mode):o}")
