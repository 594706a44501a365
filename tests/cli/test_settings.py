"""Settings: the environment of the contract, every bad value named, one secret key."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from recommender.registry.load import load_registry
from recommender.settings import PREFIX, Settings, SettingsError, load_settings, secret_key
from tests.needs import ROOT


def faults(**variables: str) -> dict[str, str]:
    """Variable -> code of what is refused."""
    with pytest.raises(SettingsError) as refusal:
        load_settings({PREFIX + name: value for name, value in variables.items()})
    return {fault.variable.removeprefix(PREFIX): fault.code for fault in refusal.value.faults}


def test_the_defaults_are_those_of_the_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    settings = load_settings({})
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8000, 2)
    assert (settings.base_url, settings.https, settings.demo) == ("", False, False)
    assert settings.database == "sqlite:///var/recommender.db"
    assert (settings.state_dir, settings.catalogue_dir) == (Path("var"), Path("data/catalogue"))
    assert (settings.models_dir, settings.lang) == (Path("models"), "zh")
    assert (settings.rate_limit, settings.upload_mb) == ("600/minute", 10)
    assert settings.secret_key.get_secret_value() == settings.dealer_token.get_secret_value() == ""


def test_every_variable_of_the_contract_is_read() -> None:
    settings = load_settings(
        {
            "RECOMMENDER_HOST": "0.0.0.0",  # noqa: S104 - nothing is bound
            "RECOMMENDER_PORT": " 0 ",
            "RECOMMENDER_WORKERS": "4",
            "RECOMMENDER_BASE_URL": "https://cars.example/",
            "RECOMMENDER_DATABASE_URL": "postgresql://u:p@db/cars",
            "RECOMMENDER_STATE_DIR": "/srv/state",
            "RECOMMENDER_CATALOGUE_DIR": "/srv/cars",
            "RECOMMENDER_MODELS_DIR": "/srv/models",
            "RECOMMENDER_SECRET_KEY": "k" * 40,
            "RECOMMENDER_LANG": "en",
            "RECOMMENDER_RATE_LIMIT": "0",
            "RECOMMENDER_UPLOAD_MB": "20",
            "RECOMMENDER_DEALER_TOKEN": "t" * 40,
            "RECOMMENDER_DEMO": "1",
            "RECOMMENDER_SOMETHING_ELSE": "is nobody's business",
        }
    )
    assert (settings.host, settings.port, settings.workers) == ("0.0.0.0", 0, 4)  # noqa: S104 - as above
    assert (settings.base_url, settings.https) == ("https://cars.example", True)
    assert settings.database == "postgresql://u:p@db/cars"
    assert settings.state_dir == Path("/srv/state")
    assert (settings.catalogue_dir, settings.models_dir) == (Path("/srv/cars"), Path("/srv/models"))
    assert secret_key(settings) == "k" * 40
    assert settings.dealer_token.get_secret_value() == "t" * 40
    assert (settings.lang, settings.rate_limit, settings.upload_mb, settings.demo) == ("en", "0", 20, True)
    assert not {"k" * 40, "t" * 40, "u:p"} & set(repr(settings).replace("'", " ").split())
    assert "p@db" not in repr(settings)


def test_an_empty_variable_counts_as_not_set() -> None:
    assert load_settings({"RECOMMENDER_PORT": "", "RECOMMENDER_LANG": "  "}) == load_settings({})


def test_arguments_win_over_the_environment() -> None:
    settings = load_settings({"RECOMMENDER_PORT": "1", "RECOMMENDER_WORKERS": "3"}, port=2, workers=None)
    assert (settings.port, settings.workers) == (2, 3)


def test_the_database_is_in_the_state_folder_unless_named() -> None:
    assert load_settings({"RECOMMENDER_STATE_DIR": "/x"}).database == "sqlite:////x/recommender.db"


def test_elsewhere_the_folders_are_those_of_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings({}).catalogue_dir == ROOT / "data" / "catalogue"
    (tmp_path / "data" / "catalogue").mkdir(parents=True)
    assert load_settings({}).catalogue_dir == Path("data/catalogue")


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("PORT", "eighty", "setting_integer"),
        ("PORT", "80.5", "setting_integer"),
        ("PORT", "65536", "setting_bounds"),
        ("PORT", "-1", "setting_bounds"),
        ("WORKERS", "0", "setting_bounds"),
        ("UPLOAD_MB", "nan", "setting_integer"),
        ("LANG", "fr", "setting_choice"),
        ("DEMO", "perhaps", "setting_boolean"),
        ("BASE_URL", "cars.example", "setting_base_url"),
        ("BASE_URL", "ftp://cars.example", "setting_base_url"),
        ("BASE_URL", "https://", "setting_base_url"),
        ("BASE_URL", "https://[", "setting_base_url"),
        ("DATABASE_URL", "mysql://u:p@db/cars", "setting_database_url"),
        ("DATABASE_URL", "var/recommender.db", "setting_database_url"),
        ("DATABASE_URL", "sqlite://", "setting_database_memory"),
        ("DATABASE_URL", "sqlite:///:memory:", "setting_database_memory"),
        ("RATE_LIMIT", "many", "setting_rate_limit"),
        ("RATE_LIMIT", "600", "setting_rate_limit"),
        ("RATE_LIMIT", "0/minute", "setting_rate_limit"),
        ("RATE_LIMIT", "5/second;00 per hour", "setting_rate_limit"),
        ("RATE_LIMIT", "1/0 minutes", "setting_rate_limit"),
        ("RATE_LIMIT", "６００/minute", "setting_rate_limit"),
        ("RATE_LIMIT", "600/fortnight", "setting_rate_limit"),
    ],
)
def test_a_bad_value_is_named(name: str, value: str, code: str) -> None:
    assert faults(**{name: value}) == {name: code}


@pytest.mark.parametrize("rate", ["0", "600/minute", "10 per second", "5/second;100/hour", "1/2 minutes"])
def test_a_rate_may_be_written_in_these_ways(rate: str) -> None:
    assert load_settings({"RECOMMENDER_RATE_LIMIT": rate}).rate_limit == rate


def test_all_bad_values_are_named_at_once_and_have_sentences() -> None:
    found = faults(PORT="x", WORKERS="0", LANG="fr", DATABASE_URL="mysql://u:p@db/cars")
    assert set(found) == {"PORT", "WORKERS", "LANG", "DATABASE_URL"}
    messages = load_registry().messages
    assert {f"problem.{code}" for code in found.values()} <= set(messages)
    assert {f"remedy.{code}" for code in found.values()} <= set(messages)


def test_a_password_is_not_repeated() -> None:
    with pytest.raises(SettingsError) as refusal:
        load_settings({"RECOMMENDER_DATABASE_URL": "mysql://user:s3cret@db/cars"})
    assert "s3cret" not in repr(refusal.value.faults) + str(refusal.value)


# ------------------------------------------------------------------------------------------ secret key
def test_a_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path / "state")
    key = secret_key(settings)
    path = tmp_path / "state" / "secret_key"
    assert len(key) >= 43
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secret_key(settings) == key
    assert [found.name for found in path.parent.iterdir()] == ["secret_key"]
    assert secret_key(Settings(state_dir=tmp_path / "other")) != key


def test_a_key_that_others_may_read_is_closed_to_them(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path)
    secret_key(settings)
    (tmp_path / "secret_key").chmod(0o644)
    secret_key(settings)
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_processes_that_start_together_get_one_key(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from recommender.settings import Settings, secret_key; "
        "sys.stdin.read(1); print(secret_key(Settings(state_dir=Path(sys.argv[1]))))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "state")]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(6)
    ]
    for process in started:  # all are loaded and waiting before the first may go
        assert process.stdin is not None
        process.stdin.write("x")
    keys = {process.communicate()[0] for process in started}
    assert len(keys) == 1
    assert len(keys.pop().strip()) >= 43


@pytest.mark.parametrize("content", ["", "short\n", "\udcff" * 50])
def test_a_key_file_that_is_not_safe_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "secret_key").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(SettingsError) as refusal:
        secret_key(Settings(state_dir=tmp_path))
    [fault] = refusal.value.faults
    assert fault.variable == "RECOMMENDER_SECRET_KEY"
    assert fault.code in ("setting_secret_short", "setting_secret_file")


def test_a_state_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    with pytest.raises(SettingsError) as refusal:
        secret_key(Settings(state_dir=tmp_path / "state"))
    assert [fault.code for fault in refusal.value.faults] == ["setting_secret_file"]
