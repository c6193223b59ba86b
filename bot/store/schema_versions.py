"""Schema versions: what a database has, what this Lectern knows, and the way forward. Synchronous; see database.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.store.log import LogUnavailable

_ENVIRONMENT = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaPart:
    """Tables that come and go together, with a folder of Alembic versions and a version table of their own.

    A part of its own version table, not a branch of one tree: a database keeps opening when the package that brought
    a part is switched off. `name` is a lower-case identifier; a later part may refer to the tables of an earlier one.
    """

    name: str
    versions: Path

    @property
    def version_table(self) -> str:
        """The table that holds this part's version."""
        return f"schema_version_{self.name}"


LOG_PART = SchemaPart(name="log", versions=_ENVIRONMENT / "versions")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartState:
    """The version of a part in a database (None where its tables are not there yet), and the version we know."""

    part: SchemaPart
    found: str | None
    known: str


def read_states(connection: Connection, parts: Sequence[SchemaPart], *, log: str) -> tuple[PartState, ...]:
    """Return the state of each part. Raises LogUnavailable where a newer Lectern has written the database."""
    return tuple(_read_state(connection, part, log=log) for part in parts)


def migrate(connection: Connection, states: Sequence[PartState]) -> None:
    """Bring every part that is behind to the version we know, in the transaction of `connection`."""
    for state in states:
        if state.found != state.known:
            config = _config(state.part)
            config.attributes["connection"] = connection
            config.attributes["version_table"] = state.part.version_table
            command.upgrade(config, "head")


def _read_state(connection: Connection, part: SchemaPart, *, log: str) -> PartState:
    script = ScriptDirectory.from_config(_config(part))
    known = script.get_current_head()
    if known is None:
        raise ValueError(f"No versions in {part.versions}.")
    found = MigrationContext.configure(connection, opts={"version_table": part.version_table}).get_current_revision()
    if found is not None and found not in {revision.revision for revision in script.walk_revisions()}:
        raise LogUnavailable(
            f"The log {log} was written by a newer Lectern: its part {part.name!r} has schema version {found}, "
            f"and this Lectern knows up to {known}.",
            fix="Install that newer Lectern again, or restore the copy made before it migrated (see the folder backups "
            "beside the log).",
        )
    return PartState(part=part, found=found, known=known)


def _config(part: SchemaPart) -> Config:
    config = Config()
    for option, value in (
        ("script_location", str(_ENVIRONMENT)),
        ("version_locations", str(part.versions)),
        ("path_separator", "newline"),  # a folder's name may hold spaces, commas and colons
    ):
        config.set_main_option(option, value.replace("%", "%%"))
    return config
