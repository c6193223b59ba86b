"""The public data sets that search is measured on: passages, questions, and which passage answers which."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkPassage:
    """One document to find; `lecture` groups passages that belong together."""

    passage_id: str
    lecture: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkQuestion:
    """One question; `half` is 0 or 1, so that what is chosen on one half can be reported on the other."""

    qid: str
    text: str
    half: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """A corpus in `language` with questions and their relevant passages; `hashes` name the files it was read from."""

    name: str
    language: str
    passages: tuple[BenchmarkPassage, ...]
    questions: tuple[BenchmarkQuestion, ...]
    relevance: Mapping[str, Mapping[str, int]]
    hashes: Mapping[str, str]


# Benchmark -> folder, corpus, language of the passages, and what a question's line must say to belong to it.
_SETS: Mapping[str, tuple[str, str, str, Mapping[str, str]]] = {
    "pira-pt-pt": ("pt-pira", "corpus.pt.jsonl", "pt", {"lang": "pt"}),
    "pira-en-en": ("pt-pira", "corpus.en.jsonl", "en", {"lang": "en"}),
    "pira-pt-en": ("pt-pira", "corpus.en.jsonl", "en", {"lang": "pt"}),
    "pira-en-pt": ("pt-pira", "corpus.pt.jsonl", "pt", {"lang": "en"}),
    "vqa": ("tutorial-vqa", "corpus.jsonl", "en", {"type": "crowd"}),
    "faquad": ("pt-faquad", "corpus.jsonl", "pt", {}),
    "faquad-asr": ("pt-faquad", "corpus.asr.jsonl", "pt", {}),
}


def benchmark_names(only: str | None = None) -> list[str]:
    """Names of the benchmarks; `only` keeps those that begin with it."""
    return [name for name in _SETS if only is None or name.startswith(only)]


def read_benchmark(data: Path, name: str) -> Benchmark:
    """Read a benchmark below the folder `data`. Raises FileNotFoundError where its files are missing."""
    folder, corpus, language, wanted = _SETS[name]
    files = [data / folder / file for file in (corpus, "queries.jsonl", "qrels.tsv")]
    relevance = _read_relevance(files[2])
    return Benchmark(
        name=name,
        language=language,
        passages=tuple(
            BenchmarkPassage(passage_id=line["id"], lecture=line.get("video", folder), text=line["text"])
            for line in _read_lines(files[0])
        ),
        questions=tuple(
            BenchmarkQuestion(qid=line["qid"], text=line["text"], half=_half(line["qid"]))
            for line in _read_lines(files[1])
            if line["qid"] in relevance and all(line.get(key) == value for key, value in wanted.items())
        ),
        relevance=relevance,
        hashes={f"{folder}/{file.name}": hashlib.sha256(file.read_bytes()).hexdigest() for file in files},
    )


def with_typing_errors(benchmark: Benchmark) -> Benchmark:
    """The same questions, two of the longer words of each mistyped: a letter dropped, doubled, or two swapped."""
    mistyped = tuple(replace(question, text=_mistype(question)) for question in benchmark.questions)
    return replace(benchmark, name=f"{benchmark.name} mistyped", questions=mistyped)


def _mistype(question: BenchmarkQuestion) -> str:
    words = question.text.split()
    long_ones = sorted((i for i, word in enumerate(words) if len(word) >= 5), key=lambda i: _number(question.qid, i))
    for place in long_ones[:2]:
        word, number = words[place], _number(question.qid, place)
        at = 1 + number % (len(word) - 2)
        kinds = (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
        words[place] = kinds[number // 7 % 3]
    return " ".join(words)


def _number(*parts: object) -> int:
    """A number that is the same on every machine, and different for every question and place."""
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:6])


def _half(qid: str) -> int:
    """Halves by question, with both phrasings of a question (`-o`, `-p`) and both its languages in the same one."""
    return _number(qid.split("-")[0] if qid.startswith("A") else qid) % 2


def _read_lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _read_relevance(path: Path) -> dict[str, dict[str, int]]:
    relevance: dict[str, dict[str, int]] = {}
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        qid, passage_id, grade = line.split("\t")
        relevance.setdefault(qid, {})[passage_id] = int(grade)
    return relevance
