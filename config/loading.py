"""Reads the settings once, and reports every fault at once with its key and what mends it."""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import TomlConfigSettingsSource

from config.settings import ENVIRONMENT_PREFIX, Settings

DEFAULTS = Path(__file__).with_name("default.toml")
SETTINGS_FILE = "lectern.toml"
SECRETS = ("llm_api_key", "embedding_api_key")
# Read by the command line itself, before there are settings.
PLACES = ("LECTERN_DATA", "LECTERN_CONFIG")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsFault:
    """One thing wrong with the settings: the key, where it stands, what is wrong and what mends it."""

    key: str
    place: str
    fault: str
    fix: str

    def __str__(self) -> str:
        return f"{self.key} ({self.place}): {self.fault}. {self.fix}"


class SettingsRefused(Exception):
    """The settings cannot be used; `faults` holds all that is wrong, not only the first."""

    def __init__(self, faults: tuple[SettingsFault, ...]) -> None:
        lines = "\n".join(f"  - {fault}" for fault in faults)
        super().__init__(f"{len(faults)} setting{'s' if len(faults) > 1 else ''} must change:\n{lines}")
        self.faults = faults


def data_folder(chosen: Path | None, environment: Mapping[str, str]) -> Path:
    """Return where everything lives: the option, else LECTERN_DATA, else the user's data folder."""
    named = chosen or environment.get("LECTERN_DATA")
    return Path(named).expanduser().absolute() if named else user_data_path("lectern")


def load_settings(*, data: Path, file: Path | None, environment: Mapping[str, str]) -> Settings:
    """Read default.toml, then `file` (or lectern.toml in the data folder), then the environment.

    The environment is read by pydantic-settings from the process; `environment` is only searched for unknown names.

    Raises:
        SettingsRefused: with every fault found.
    """
    path = _settings_file(data=data, file=file, environment=environment)
    faults = [*_unreadable(path), *_misnamed_in_environment(environment)]
    if faults and path is not None and any(fault.place == str(path) for fault in faults):
        raise SettingsRefused(tuple(faults))
    files = [DEFAULTS] if path is None else [DEFAULTS, path]
    values = TomlConfigSettingsSource(Settings, toml_file=files, deep_merge=True)()
    faults += _secrets_in_file(values, place=str(path))
    try:
        settings = Settings(**values)
    except ValidationError as error:
        faults += [_fault(detail, file=path, environment=environment) for detail in error.errors()]
    if faults:
        raise SettingsRefused(tuple(faults))
    return settings


def _settings_file(*, data: Path, file: Path | None, environment: Mapping[str, str]) -> Path | None:
    named = file or environment.get("LECTERN_CONFIG")
    if named:
        return Path(named).expanduser()
    usual = data / SETTINGS_FILE
    return usual if usual.exists() else None


def _unreadable(path: Path | None) -> list[SettingsFault]:
    if path is None:
        return []
    try:
        tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return [
            SettingsFault(key="file", place=str(path), fault="does not exist", fix="Name an existing settings file.")
        ]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        return [
            SettingsFault(key="file", place=str(path), fault=str(error), fix="Mend this line; the rest was not read.")
        ]
    return []


def _misnamed_in_environment(environment: Mapping[str, str]) -> list[SettingsFault]:
    known = {*Settings.model_fields, *(place.removeprefix(ENVIRONMENT_PREFIX).lower() for place in PLACES)}
    names = [name for name in environment if name.startswith(ENVIRONMENT_PREFIX)]
    wrong = [name for name in names if name.removeprefix(ENVIRONMENT_PREFIX).split("__")[0].lower() not in known]
    return [
        SettingsFault(key=name, place="environment", fault="is no setting", fix=_closest(name, _environment_names()))
        for name in wrong
    ]


def _environment_names() -> list[str]:
    nested = [key.replace(".", "__") for key in setting_keys()]
    return [*PLACES, *(ENVIRONMENT_PREFIX + name.upper() for name in [*nested, *SECRETS])]


def setting_keys() -> list[str]:
    """Return every key of the settings file, such as `llm.model`, in order."""
    keys = []
    for section, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            keys += [f"{section}.{name}" for name in field.annotation.model_fields]
    return keys


def described(key: str) -> str:
    """Return the one-line description of a setting such as `llm.model`."""
    section, name = key.split(".")
    model = Settings.model_fields[section].annotation
    fields = model.model_fields if isinstance(model, type) and issubclass(model, BaseModel) else {}
    return fields[name].description or ""


def _secrets_in_file(values: dict[str, object], *, place: str) -> list[SettingsFault]:
    found = []
    for secret in SECRETS:
        section, key = secret.split("_", 1)
        table = values.get(section)
        if isinstance(table, dict) and key in table:
            del table[key]
            found.append(f"{section}.{key}")
        if secret in values:
            del values[secret]
            found.append(secret)
    return [
        SettingsFault(
            key=key,
            place=place,
            fault="is a secret in a file",
            fix=f"Remove it there and set {ENVIRONMENT_PREFIX}{key.replace('.', '_').upper()} in the environment.",
        )
        for key in found
    ]


def _fault(detail: ErrorDetails, *, file: Path | None, environment: Mapping[str, str]) -> SettingsFault:
    parts = [str(part) for part in detail["loc"]]
    key = ".".join(parts)
    variable = ENVIRONMENT_PREFIX + "__".join(parts).upper()
    place = f"{variable} in the environment" if variable in environment else str(file or "settings")
    if detail["type"] == "extra_forbidden":
        return SettingsFault(key=key, place=place, fault="is no setting", fix=_closest(key, setting_keys()))
    fault = detail["msg"].removeprefix("Value error, ")
    shown = "" if detail["type"] == "value_error" else f", is {detail['input']!r}"
    return SettingsFault(key=key, place=place, fault=f"{fault}{shown}", fix=_meaning(parts))


def _meaning(parts: list[str]) -> str:
    key = ".".join(parts)
    return f"It means: {described(key)}." if key in setting_keys() else "config/default.toml lists every key."


def _closest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean {near[0]}?" if near else "config/default.toml lists every key."
