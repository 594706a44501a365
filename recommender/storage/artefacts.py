"""Trained models on disk: ``preference/<version>/`` with a manifest, and ``current.json`` that names one.

A model is a folder of readable tables; nothing is executed on loading. A folder appears complete (written
beside, then renamed) and is refused by name when a file is missing, cut or changed, when a number is not
finite, or when it was made for another registry.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from recommender.choice.artefact import Artefact, Floats
from recommender.choice.evidence_model import EvidenceModel
from recommender.choice.seam import PreferenceModel
from recommender.domain.errors import Problem, Rejected, shown
from recommender.registry.model import Registry
from recommender.storage.artefact_tables import FARTHEST, FILES, Faults, Tables, read_tables, tables

FORMAT = 1
_FOLDER, _CURRENT, _MANIFEST = "preference", "current.json", "manifest.json"
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


def write_artefact(artefact: Artefact, models_dir: Path) -> Path:
    """Write ``preference/<version>/`` whole or not at all; returns the folder.

    Writing the same model again changes nothing. Raises Rejected (model_version_taken) when the version
    holds another model, (model_version_name) when it cannot be a folder's name, (model_not_finite) when a
    number is NaN, infinite or beyond what readers take.
    """
    _refuse_name(artefact.version)
    _refuse_not_finite(artefact, models_dir)
    contents = tables(artefact)
    contents[_MANIFEST] = _packed(_manifest(artefact, contents))
    target = models_dir / _FOLDER / artefact.version
    draft = target.with_name(f".{artefact.version}.{secrets.token_hex(4)}")
    draft.mkdir(parents=True)
    try:
        for name, content in contents.items():
            _write_through(draft / name, content)
        if not _same(target, contents):
            draft.rename(target)
    except OSError as error:
        if target.exists():
            raise Rejected([Problem(_place(target), "model_version_taken", artefact.version)]) from error
        raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def promote(models_dir: Path, version: str, registry: Registry) -> None:
    """Make a version current, after reading it whole. Atomic. Raises Rejected as :func:`read_artefact`."""
    read_artefact(models_dir, registry, version)
    draft = models_dir / f".{_CURRENT}.{secrets.token_hex(4)}"
    try:
        _write_through(draft, _packed({_FOLDER: version}))
        draft.replace(models_dir / _CURRENT)
    finally:
        draft.unlink(missing_ok=True)


def versions(models_dir: Path) -> tuple[str, ...]:
    """Versions on disk, in alphabetical order."""
    folder = models_dir / _FOLDER
    if not folder.is_dir():
        return ()
    return tuple(sorted(path.name for path in folder.iterdir() if _VERSION.fullmatch(path.name)))


def current_version(models_dir: Path) -> str:
    """The version that ``current.json`` names. Raises Rejected (model_none_current, model_broken,
    model_version_name: a path is no name, whatever it leads to)."""
    path = models_dir / _CURRENT
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise Rejected([Problem(str(path), "model_none_current")]) from None
    except (OSError, ValueError, RecursionError) as error:
        raise Rejected([Problem(str(path), "model_broken", params={"detail": str(error)})]) from error
    version = document.get(_FOLDER) if isinstance(document, dict) else None
    if not isinstance(version, str):
        raise Rejected([Problem(str(path), "model_broken", params={"detail": _FOLDER})])
    _refuse_name(version)
    return version


def read_model(models_dir: Path, registry: Registry, version: str | None = None) -> PreferenceModel:
    """The current (or the named) preference model. Raises Rejected as :func:`read_artefact`."""
    return EvidenceModel(read_artefact(models_dir, registry, version))


def read_artefact(models_dir: Path, registry: Registry, version: str | None = None) -> Artefact:
    """Read and check one artefact, by default the current one.

    Raises Rejected with every fault: model_none_current, model_version_name, model_version_unknown,
    model_file_missing, model_file_cut, model_file_changed, model_not_finite, model_broken,
    model_other_registry.
    """
    version = current_version(models_dir) if version is None else version
    _refuse_name(version)
    folder = models_dir / _FOLDER / version
    if not folder.is_dir():
        known = ", ".join(versions(models_dir)) or "–"
        raise Rejected([Problem(_place(folder), "model_version_unknown", version, {"known": known})])
    faults = Faults(_place(folder))
    manifest = _read_manifest(folder, faults)
    contents = _read_files(folder, manifest, faults)
    _refuse(faults)
    segments = tuple(str(name) for name in _mapping(manifest, "shares"))
    parsed = read_tables(contents, segments, faults)
    _refuse(faults)
    artefact = _artefact(version, manifest, parsed, faults)
    _check_shapes(artefact, faults)
    if artefact.registry_fingerprint != registry.fingerprint:
        faults.add(_MANIFEST, "model_other_registry", version)
    _refuse(faults)
    return artefact


def _artefact(version: str, manifest: Mapping[str, object], parsed: Tables, faults: Faults) -> Artefact:
    shares = _mapping(manifest, "shares")
    values = [faults.number(str(value), _MANIFEST, 1, "shares") for value in shares.values()]
    seed = manifest.get("seed")
    if type(seed) is not int or manifest.get("version") != version:
        faults.add(_MANIFEST, "model_broken", detail="version, seed")
    return Artefact(
        version=version,
        registry_fingerprint=str(manifest.get("registry_fingerprint", "")),
        seed=seed if type(seed) is int else 0,
        segments=tuple(shares),
        columns=parsed.columns,
        classes=parsed.classes,
        means=parsed.means,
        sds=parsed.sds,
        sources=parsed.sources,
        citations=parsed.citations,
        shares=np.array(values, dtype=np.float64),
        membership=parsed.membership,
        metrics=parsed.metrics,
        card=parsed.card,
    )


def _check_shapes(artefact: Artefact, faults: Faults) -> None:
    """What the arithmetic takes for granted."""
    knots = artefact.classes.knots_cny
    if not (np.all(knots > 0) and np.all(np.diff(knots) > 0)):
        faults.add("encoding.csv:1", "model_broken", detail="unknown_at_… ascending")
    if not (np.all(artefact.shares > 0) and abs(float(artefact.shares.sum()) - 1.0) < 1e-6):
        faults.add(_MANIFEST, "model_broken", detail="shares > 0, sum 1")
    if np.any(artefact.sds < 0):
        faults.add("part_worths.csv", "model_broken", detail="sd < 0")
    if len(artefact.column_index) != len(artefact.columns):
        faults.add("encoding.csv", "model_broken", detail="attribute, level twice")


def _manifest(artefact: Artefact, contents: Mapping[str, bytes]) -> dict[str, object]:
    return {
        "format": FORMAT,
        "version": artefact.version,
        "registry_fingerprint": artefact.registry_fingerprint,
        "seed": artefact.seed,
        "shares": {name: float(p) for name, p in zip(artefact.segments, artefact.shares, strict=True)},
        "made_with": {"python": platform.python_version(), "numpy": np.__version__},
        "files": {
            name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in contents.items()
        },
    }


def _read_manifest(folder: Path, faults: Faults) -> Mapping[str, object]:
    try:
        manifest = json.loads((folder / _MANIFEST).read_bytes())
    except FileNotFoundError:
        faults.add(_MANIFEST, "model_file_missing")
        return {}
    except (OSError, ValueError, RecursionError) as error:
        faults.add(_MANIFEST, "model_broken", detail=str(error))
        return {}
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        faults.add(_MANIFEST, "model_broken", detail=f"format {FORMAT}")
        return {}
    return manifest


def _read_files(folder: Path, manifest: Mapping[str, object], faults: Faults) -> dict[str, bytes]:
    """Content of every file, compared with the manifest (when there is one)."""
    listed = _mapping(manifest, "files")
    contents = {}
    for name in FILES:
        try:
            contents[name] = (folder / name).read_bytes()
        except FileNotFoundError:
            faults.add(name, "model_file_missing")
            continue
        except OSError as error:
            faults.add(name, "model_broken", detail=str(error))
            continue
        entry = listed.get(name)
        expected = entry if isinstance(entry, dict) else {}
        if manifest and hashlib.sha256(contents[name]).hexdigest() != expected.get("sha256"):
            size = expected.get("bytes")
            cut = isinstance(size, int) and len(contents[name]) < size
            faults.add(name, "model_file_cut" if cut else "model_file_changed")
    return contents


def _mapping(document: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = document.get(key)
    return value if isinstance(value, dict) else {}


def _refuse(faults: Faults) -> None:
    if faults.found:
        raise Rejected(faults.found)


def _refuse_name(version: str) -> None:
    if not _VERSION.fullmatch(version):
        raise Rejected([Problem(_FOLDER, "model_version_name", shown(version))])


def _refuse_not_finite(artefact: Artefact, models_dir: Path) -> None:
    arrays: dict[str, list[Floats]] = {
        "encoding.csv": [c.unknown for c in artefact.columns] + [artefact.classes.knots_cny],
        "classes.csv": [
            np.array(list(artefact.classes.lines.values())),
            artefact.classes.lengths_mm,
            artefact.classes.lengths_cny,
        ],
        "part_worths.csv": [artefact.means, artefact.sds],
        "membership.csv": list(artefact.membership.values()),
        _MANIFEST: [artefact.shares],
    }
    # NaN is no less than anything
    bad = [name for name, parts in arrays.items() if not all((abs(p) <= FARTHEST).all() for p in parts)]
    if bad:
        place = _place(models_dir / _FOLDER / artefact.version)
        raise Rejected([Problem(f"{place}/{name}", "model_not_finite") for name in bad])


def _same(folder: Path, contents: Mapping[str, bytes]) -> bool:
    return all(
        (folder / name).is_file() and (folder / name).read_bytes() == content
        for name, content in contents.items()
    )


def _place(folder: Path) -> str:
    return folder.as_posix()


def _packed(document: Mapping[str, object]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode("utf-8")


def _write_through(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
