"""`python -m evaluation.benchmark`: measure search on public data sets and write the figures with their provenance."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from evaluation.benchmark.ablation import compare_ways
from evaluation.benchmark.calibration import calibrate
from evaluation.benchmark.cases import collect_cases
from evaluation.benchmark.datasets import Benchmark, benchmark_names, read_benchmark, with_typing_errors
from evaluation.benchmark.pinpoint import measure_pinpoint
from evaluation.benchmark.provenance import write_result
from evaluation.benchmark.speed import measure_speed
from evaluation.benchmark.table import HEADING, lines_of, measure_benchmark, record_of
from evaluation.benchmark.timed import open_timed_courses
from evaluation.benchmark.vectors import KeptVectors
from retrieval.embedders.bundled import BundledE5

RESULTS = Path(__file__).parents[1] / "results"

# Benchmark -> those whose questions are of another subject.
_STRANGERS = {
    "pira-pt-pt": ("faquad-asr", "vqa"),
    "pira-en-en": ("vqa", "faquad-asr"),
    "pira-pt-en": ("faquad-asr", "vqa"),
    "pira-en-pt": ("vqa", "faquad-asr"),
    "vqa": ("pira-en-en", "faquad-asr"),
    "faquad-asr": ("pira-pt-pt", "vqa"),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, run one measurement, print and store it."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.benchmark", description=__doc__)
    parser.add_argument("what", nargs="?", choices=sorted([*_MEASUREMENTS, "pinpoint"]), default="search")
    parser.add_argument("--data", type=Path, required=True, help="folder with pt-pira, tutorial-vqa and pt-faquad")
    parser.add_argument("--only", help="only benchmarks whose names begin so: pira, vqa, faquad")
    parser.add_argument("--variant", choices=("original", "enpt"), default="original", help="of the bundled E5")
    parser.add_argument("--cache", type=Path, default=Path(".benchmark-cache"), help="where vectors are kept")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the figures are written")
    chosen = parser.parse_args(arguments)
    embedder = KeptVectors(BundledE5(chosen.variant), chosen.cache)
    if chosen.what == "pinpoint":
        figures, hashes = _pinpoint(chosen.data, embedder)
    else:
        benchmarks = [read_benchmark(chosen.data, name) for name in benchmark_names(chosen.only)]
        figures = _MEASUREMENTS[chosen.what](benchmarks, embedder)
        hashes = {file: digest for benchmark in benchmarks for file, digest in benchmark.hashes.items()}
    record = {"embedder": embedder.name, "benchmarks": figures}
    print(f"written to {write_result(chosen.results, chosen.what, hashes=hashes, figures=record)}")


def _search(benchmarks: Sequence[Benchmark], embedder: KeptVectors) -> object:
    print(HEADING)
    figures = {}
    for benchmark in (each for one in benchmarks for each in (one, with_typing_errors(one))):
        measured = measure_benchmark(benchmark, embedder)
        print(*lines_of(benchmark.name, measured), sep="\n", flush=True)
        figures[benchmark.name] = record_of(measured)
    return figures


def _ablation(benchmarks: Sequence[Benchmark], embedder: KeptVectors) -> object:
    figures = {}
    for benchmark in (each for one in benchmarks for each in (one, with_typing_errors(one))):
        figures[benchmark.name] = compare_ways(benchmark, embedder)
        print(benchmark.name, json.dumps(figures[benchmark.name], indent=1), flush=True)
    return figures


def _evidence(benchmarks: Sequence[Benchmark], embedder: KeptVectors) -> object:
    by_name = {benchmark.name: benchmark for benchmark in benchmarks}
    cases = [
        case
        for name, strangers in _STRANGERS.items()
        for case in collect_cases(by_name[name], [by_name[stranger] for stranger in strangers], embedder)
    ]
    figures = calibrate(cases)
    print(json.dumps(figures, indent=1))
    return figures


def _speed(benchmarks: Sequence[Benchmark], embedder: KeptVectors) -> object:
    figures = measure_speed(benchmarks[0], embedder)
    print(json.dumps(figures, indent=1))
    return figures


def _pinpoint(data: Path, embedder: KeptVectors) -> tuple[object, dict[str, str]]:
    with open_timed_courses(data) as courses:
        figures = {course.name: measure_pinpoint(course, embedder) for course in courses}
        print(json.dumps(figures, indent=1))
        return figures, {file: digest for course in courses for file, digest in course.hashes.items()}


_MEASUREMENTS = {"search": _search, "ablation": _ablation, "evidence": _evidence, "speed": _speed}


if __name__ == "__main__":
    main()
