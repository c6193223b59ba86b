"""The settings: defaults in one file, every fault at once, secrets from the environment only."""

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

from config.loading import DEFAULTS, SettingsRefused, data_folder, described, load_settings, setting_keys


def refused(tmp_path: Path, toml: str, environment: dict[str, str] | None = None) -> SettingsRefused:
    file = tmp_path / "lectern.toml"
    file.write_text(toml, encoding="utf-8")
    with pytest.raises(SettingsRefused) as caught:
        load_settings(data=tmp_path, file=None, environment=environment or {})
    return caught.value


def test_the_defaults_alone_are_valid(tmp_path: Path) -> None:
    settings = load_settings(data=tmp_path, file=None, environment={})
    assert settings.embedding.adapter == "bundled"
    assert not settings.llm.is_configured


def test_every_key_stands_in_default_toml_under_its_description() -> None:
    section, found = "", {}
    for above, line in pairwise(DEFAULTS.read_text(encoding="utf-8").splitlines()):
        if header := re.fullmatch(r"\[(\w+)\]", line):
            section = header[1]
        elif key := re.fullmatch(r"(?:# )?(\w+) = .*", line):
            found[f"{section}.{key[1]}"] = above.removeprefix("# ")
    assert found == {key: described(key) for key in setting_keys()}


def test_the_data_folder_settings_win_over_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "lectern.toml").write_text("[search]\nk = 7\n", encoding="utf-8")
    settings = load_settings(data=tmp_path, file=None, environment={})
    assert (settings.search.k, settings.search.mode) == (7, "hybrid")


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # pydantic-settings reads the process's environment: patching it is the only way to hand it one.
    monkeypatch.setenv("LECTERN_SEARCH__K", "3")
    monkeypatch.setenv("LECTERN_LLM_API_KEY", "sk-secret")
    (tmp_path / "lectern.toml").write_text("[search]\nk = 7\n", encoding="utf-8")
    settings = load_settings(data=tmp_path, file=None, environment={})
    assert settings.search.k == 3
    assert settings.llm_api_key is not None
    assert settings.llm_api_key.get_secret_value() == "sk-secret"
    assert "sk-secret" not in repr(settings)


def test_every_fault_is_reported_at_once(tmp_path: Path) -> None:
    error = refused(
        tmp_path,
        "[llm]\nmodle = 'x'\ntemperature = 9\n[windows]\nseconds = 60\noverlap_seconds = 50\n[nope]\na = 1\n",
        {"LECTERN_SERCH__K": "1"},
    )
    keys = {fault.key for fault in error.faults}
    assert keys == {"llm.modle", "llm.temperature", "windows", "nope", "LECTERN_SERCH__K"}
    assert "Did you mean llm.model?" in str(error)
    assert "Did you mean LECTERN_SEARCH__K?" in str(error)


def test_a_secret_in_the_file_is_refused_and_never_printed(tmp_path: Path) -> None:
    error = refused(tmp_path, "[llm]\napi_key = 'sk-secret'\n")
    assert "set LECTERN_LLM_API_KEY in the environment" in str(error)
    assert "sk-secret" not in str(error)


def test_a_secret_at_the_top_of_the_file_is_never_printed_either(tmp_path: Path) -> None:
    error = refused(tmp_path, "llm_api_key = 'sk-secret'\nembeding_api_key = 'sk-secret'\n")
    assert "sk-secret" not in str(error)


def test_a_broken_file_is_named_with_its_line(tmp_path: Path) -> None:
    error = refused(tmp_path, "[llm]\nmodel = \n")
    assert str(tmp_path / "lectern.toml") in str(error)
    assert "line 2" in str(error)


def test_a_named_settings_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsRefused, match="does not exist"):
        load_settings(data=tmp_path, file=tmp_path / "absent.toml", environment={})


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        ("[llm]\nbase_url = 'http://127.0.0.1:1/v1'\n", "name the model"),
        ("[llm]\nmodel = 'small'\n", "say where it answers"),
        ("[embedding]\nmodel = 'e5-large'\n", "only original and enpt"),
        ("[embedding]\nadapter = 'endpoint'\nmodel = 'e5'\n", "base_url is empty"),
    ],
)
def test_settings_that_need_each_other_are_checked_together(tmp_path: Path, toml: str, expected: str) -> None:
    assert expected in str(refused(tmp_path, toml))


def test_the_option_wins_over_the_environment_for_the_data_folder(tmp_path: Path) -> None:
    assert data_folder(tmp_path / "a", {"LECTERN_DATA": str(tmp_path / "b")}) == tmp_path / "a"
    assert data_folder(None, {"LECTERN_DATA": str(tmp_path / "b")}) == tmp_path / "b"
    assert data_folder(None, {}).name == "lectern"


def test_default_toml_is_toml() -> None:
    assert set(tomllib.loads(DEFAULTS.read_text(encoding="utf-8"))) == {key.split(".")[0] for key in setting_keys()}
