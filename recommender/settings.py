"""Settings from the environment: every variable of the contract, with the prefix ``RECOMMENDER_``.

Nothing is read at import. :func:`load_settings` reads the environment once and names every bad value at once.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "RECOMMENDER_"
_SECRET_BYTES = 32
_KEY_FILE = "secret_key"
_DATABASE_FILE = "recommender.db"
_RATE = re.compile(
    r"[1-9]\d*\s*(?:/|\s?per\s)\s*(?:[1-9]\d*\s*)?(?:second|minute|hour|day|month|year)s?",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class SettingFault:
    """One bad variable. ``code`` names the sentence ``problem.<code>`` of the registry's messages."""

    variable: str
    code: str
    value: str
    params: Mapping[str, object] = field(default_factory=dict)


class SettingsError(ValueError):
    """The environment is refused; carries every fault found."""

    def __init__(self, faults: tuple[SettingFault, ...]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{fault.variable}: {fault.code}" for fault in faults))


class Settings(BaseSettings):
    """What the environment decides. Folders are relative to the current one unless absolute.

    ``port`` 0 asks the system for a free port. ``rate_limit`` "0" switches the limit off; a rate of nothing
    ("0/minute") is refused. ``database_url`` empty means a SQLite file in ``state_dir``. Secrets never appear
    in ``repr``.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", frozen=True, str_strip_whitespace=True
    )

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8000, ge=0, le=65535)
    workers: int = Field(default=2, ge=1, le=64)
    base_url: str = ""
    database_url: str = Field(default="", repr=False)
    state_dir: Path = Path("var")
    catalogue_dir: Path = Path("data/catalogue")
    models_dir: Path = Path("models")
    secret_key: SecretStr = SecretStr("")
    lang: Literal["zh", "en"] = "zh"
    rate_limit: str = "600/minute"
    upload_mb: int = Field(default=10, ge=1, le=1000)
    dealer_token: SecretStr = SecretStr("")
    demo: bool = False

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments only: :func:`load_settings` reads the environment, so that a test can hand in its own."""
        return (init_settings,)

    @field_validator("base_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            good = parts.scheme in ("http", "https") and parts.hostname and not parts.query
        except ValueError:  # brackets that do not match
            good = False
        if value and not good:
            raise PydanticCustomError("setting_base_url", "no web address")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        scheme, mark, rest = value.partition("://")
        if value and (not mark or scheme not in ("sqlite", "postgres", "postgresql", "postgresql+psycopg")):
            raise PydanticCustomError("setting_database_url", "no known database")
        if scheme == "sqlite" and rest.strip("/") in ("", ":memory:"):
            raise PydanticCustomError("setting_database_memory", "workers cannot share it")
        return value

    @field_validator("rate_limit")
    @classmethod
    def _known_rate(cls, value: str) -> str:
        if value != "0" and not all(_RATE.fullmatch(part.strip()) for part in re.split("[;,]", value)):
            raise PydanticCustomError("setting_rate_limit", "no rate")
        return value

    @property
    def database(self) -> str:
        """Address of the database: ``database_url``, or a SQLite file in the state folder."""
        return self.database_url or f"sqlite:///{(self.state_dir / _DATABASE_FILE).as_posix()}"

    @property
    def https(self) -> bool:
        """Whether people reach the site by https (then cookies are Secure and HSTS is sent)."""
        return self.base_url.startswith("https://")

    @property
    def log_file(self) -> Path:
        return self.state_dir / "log" / "recommender.log"


def load_settings(environ: Mapping[str, str] | None = None, **overrides: object) -> Settings:
    """Settings from ``environ`` (default: this process's); ``overrides`` that are not None win.

    An empty variable counts as not set. Folders that are not set are those of the current folder, or of the
    project's own when the current one holds no catalogue. Raises SettingsError with every fault.
    """
    source = os.environ if environ is None else environ
    given: dict[str, object] = {
        name: text
        for name in Settings.model_fields
        if (text := source.get(PREFIX + name.upper(), "").strip())
    }
    given.update({name: value for name, value in overrides.items() if value is not None})
    home = _home()
    for name in ("state_dir", "catalogue_dir", "models_dir"):
        if name not in given:
            given[name] = home / Settings.model_fields[name].default
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        raise SettingsError(_faults(error)) from None


def _home() -> Path:
    """Empty path (the current folder), or the project's folder when only that one has a catalogue."""
    folder = Path("data/catalogue")
    project = Path(__file__).resolve().parent.parent
    return project if not folder.is_dir() and (project / folder).is_dir() else Path()


_CODES = {
    "int_parsing": "setting_integer",
    "int_from_float": "setting_integer",
    "int_type": "setting_integer",
    "greater_than_equal": "setting_bounds",
    "less_than_equal": "setting_bounds",
    "literal_error": "setting_choice",
    "bool_parsing": "setting_boolean",
    "bool_type": "setting_boolean",
    "string_too_short": "setting_empty",
}
_BOUNDS = {"port": (0, 65535), "workers": (1, 64), "upload_mb": (1, 1000)}


def _faults(error: ValidationError) -> tuple[SettingFault, ...]:
    found = []
    for item in error.errors(include_url=False):
        name = str(item["loc"][0]) if item["loc"] else ""
        code = _CODES.get(
            item["type"], item["type"] if item["type"].startswith("setting_") else "setting_bad"
        )
        value = "" if name in ("secret_key", "dealer_token") else str(item["input"])
        if name == "database_url":
            value = re.sub(r"://[^@/]*@", "://…@", value)  # the address may hold a password
        low, high = _BOUNDS.get(name, ("", ""))
        found.append(SettingFault(PREFIX + name.upper(), code, value, {"low": low, "high": high}))
    return tuple(found)


def secret_key(settings: Settings) -> str:
    """The signing key: the variable's, or the one in the state folder, made once (mode 600).

    Several processes may start together: the file appears complete or not at all, and the first wins.
    Raises SettingsError when the file cannot be made or holds too little.
    """
    given = settings.secret_key.get_secret_value()
    if given:
        return given
    path = settings.state_dir / _KEY_FILE
    try:
        if not path.exists():
            _make_secret(path)
        key = path.read_text(encoding="ascii").strip()
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            path.chmod(0o600)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not text"
        raise SettingsError((_secret_fault(path, "setting_secret_file", reason),)) from error
    if len(key) < _SECRET_BYTES:
        raise SettingsError((_secret_fault(path, "setting_secret_short", str(len(key))),))
    return key


def _secret_fault(path: Path, code: str, reason: str) -> SettingFault:
    return SettingFault(PREFIX + "SECRET_KEY", code, str(path), {"file": str(path), "reason": reason})


def _make_secret(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{_KEY_FILE}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(_SECRET_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        # A hard link fails when the name exists, unlike a rename: a key once given out never changes.
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink(missing_ok=True)
