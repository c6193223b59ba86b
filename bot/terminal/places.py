"""Where a command works: its data folder and settings, from the options every command shares."""

import getpass
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from config.loading import data_folder, load_settings
from config.settings import Settings
from retrieval.course_records.course_folder import find_course_folder
from retrieval.course_records.manifest import Manifest, read_manifest

# Video ids, and so names of caption files, may begin with a dash.
DASHED_NAMES = {"ignore_unknown_options": True}

Data: TypeAlias = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Folder where everything lives (or LECTERN_DATA).", show_default=False),
]
Course: TypeAlias = Annotated[str, typer.Argument(metavar="COURSE", help="Short name of the course, such as ml-2026.")]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A data folder with the settings that hold there."""

    data: Path
    settings: Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonOptions:
    """What was given before the command's name."""

    data: Path | None
    config: Path | None


def find_place(context: typer.Context, data: Path | None) -> Place:
    """Read the settings of the chosen data folder; an option after the command wins over one before it.

    Raises:
        SettingsRefused: with every fault of the settings.
    """
    common = context.find_object(CommonOptions) or CommonOptions(data=None, config=None)
    folder = data_folder(data or common.data, os.environ)
    return Place(data=folder, settings=load_settings(data=folder, file=common.config, environment=os.environ))


def read_course(place: Place, course: str) -> Manifest:
    """Read what was ingested under a name, before anything is made for a course that is not there.

    Raises:
        CourseUnknown, SourceRefused: there is none, or there can be none of that name.
    """
    return read_manifest(find_course_folder(place.data, course).manifest)


def local_person() -> str:
    """Name this computer's user for the pseudonym; a container may have no name for its user, so its number serves."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
