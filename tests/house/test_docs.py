"""The documents tell the truth: settings and commands are listed as the code has them, links lead somewhere."""

import re
import tomllib
from pathlib import Path

import pytest
import typer

from bot.cli import build_app
from config.loading import DEFAULTS, described, setting_keys

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def table_below(marker: str) -> list[list[str]]:
    text = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    # Two lines of heading, then one row a thing, until a blank line.
    rows = text.split(f"<!-- {marker} -->\n\n", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in rows]


def commands() -> dict[str, str]:
    found = {}
    root = typer.main.get_command(build_app())
    pending = [("lectern", root)]
    while pending:
        name, command = pending.pop(0)
        children = getattr(command, "commands", {})
        pending += [(f"{name} {child}", each) for child, each in children.items()]
        if not children:
            found[name] = (command.help or "").split("\n")[0]
    return found


def test_every_setting_is_listed_with_its_default_and_meaning() -> None:
    defaults = tomllib.loads(DEFAULTS.read_text(encoding="utf-8"))
    expected = []
    for key in setting_keys():
        section, name = key.split(".")
        default = defaults[section].get(name, "unset")
        shown = str(default).lower() if isinstance(default, bool) else str(default)
        expected.append([key, shown or "empty", described(key)])
    assert table_below("settings") == expected


def test_every_command_is_listed_with_its_help() -> None:
    assert table_below("commands") == [[name, help_text] for name, help_text in commands().items()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    missing = [target for target in targets if not (document.parent / target).exists()]
    assert not missing
