"""The benchmarks: read, asked through the product, calibrated, and written down with where they come from."""

import json
from pathlib import Path

import numpy as np
import pytest

from evaluation.benchmark.ablation import WAYS, compare_ways
from evaluation.benchmark.calibration import calibration_error, fit_logistic, predict, separation
from evaluation.benchmark.cases import collect_cases
from evaluation.benchmark.datasets import Benchmark, read_benchmark, with_typing_errors
from evaluation.benchmark.provenance import write_result
from evaluation.benchmark.speed import measure_speed
from evaluation.benchmark.table import lines_of, measure_benchmark
from evaluation.benchmark.vectors import KeptVectors
from tests.fakes_embedder import FakeEmbedder

SUBJECTS = ("gradiente", "regressão", "perceptron", "validação", "entropia", "convolução", "embaralhar", "boosting")


def write_data(folder: Path) -> None:
    """The files of a small data set in the layout of FaQuAD: eight passages, a question to each."""
    folder.mkdir(parents=True)
    passages = [
        {"id": f"p{n}", "video": f"v{n % 2}", "text": f"nesta aula o professor explica {word} com calma"}
        for n, word in enumerate(SUBJECTS)
    ]
    questions = [{"qid": f"q{n}", "text": f"como funciona {word}?"} for n, word in enumerate(SUBJECTS)]
    for name, lines in (("corpus.jsonl", passages), ("queries.jsonl", questions)):
        (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    relevant = "".join(f"q{n}\tp{n}\t1\n" for n in range(len(SUBJECTS)))
    (folder / "qrels.tsv").write_text("qid\tdocid\trelevance\n" + relevant, encoding="utf-8")


@pytest.fixture
def benchmark(tmp_path: Path) -> Benchmark:
    write_data(tmp_path / "data" / "pt-faquad")
    return read_benchmark(tmp_path / "data", "faquad")


@pytest.fixture
def embedder(tmp_path: Path) -> KeptVectors:
    return KeptVectors(FakeEmbedder(256), tmp_path / "kept")


def test_a_benchmark_is_read_with_the_hashes_of_its_files(benchmark: Benchmark) -> None:
    assert (len(benchmark.passages), len(benchmark.questions)) == (8, 8)
    assert benchmark.relevance["q3"] == {"p3": 1}
    assert {len(digest) for digest in benchmark.hashes.values()} == {64}


def test_it_is_measured_through_the_products_own_search(benchmark: Benchmark, embedder: KeptVectors) -> None:
    figures = measure_benchmark(benchmark, embedder)
    assert figures["hybrid"].hit_at_1 == 1
    assert figures["words"].hit_at_1 == 1
    assert figures["hybrid"].ndcg_at_10 >= figures["dense"].ndcg_at_10
    assert len(lines_of("faquad", figures)) == 3


def test_typing_errors_are_the_same_every_time_and_spare_short_words(benchmark: Benchmark) -> None:
    mistyped = with_typing_errors(benchmark)
    assert mistyped.questions == with_typing_errors(benchmark).questions
    for before, after in zip(benchmark.questions, mistyped.questions, strict=True):
        assert after.text != before.text
        assert after.text.startswith("como ")


def test_both_phrasings_and_languages_of_a_question_are_in_the_same_half(tmp_path: Path) -> None:
    folder = tmp_path / "pt-pira"
    folder.mkdir()
    (folder / "corpus.pt.jsonl").write_text('{"id": "d", "text": "t"}\n', encoding="utf-8")
    qids = [f"A{number}-pt-{phrasing}" for number in range(20) for phrasing in "op"]
    (folder / "queries.jsonl").write_text(
        "".join(json.dumps({"qid": qid, "text": "t", "lang": "pt"}) + "\n" for qid in qids), encoding="utf-8"
    )
    (folder / "qrels.tsv").write_text("h\n" + "".join(f"{qid}\td\t1\n" for qid in qids), encoding="utf-8")
    questions = read_benchmark(tmp_path, "pira-pt-pt").questions
    assert all(one.half == other.half for one, other in zip(questions[::2], questions[1::2], strict=True))
    assert {question.half for question in questions} == {0, 1}


def test_the_ablation_measures_every_way_on_both_halves(benchmark: Benchmark, embedder: KeptVectors) -> None:
    compared = compare_ways(benchmark, embedder)
    assert compared.keys() == WAYS.keys()
    assert compared["words alone"] == {"half 0": 1.0, "half 1": 1.0}


def test_evidence_is_calibrated_on_questions_with_and_without_an_answer(
    benchmark: Benchmark, embedder: KeptVectors, tmp_path: Path
) -> None:
    write_data(tmp_path / "elsewhere" / "pt-faquad")
    cases = collect_cases(benchmark, [read_benchmark(tmp_path / "elsewhere", "faquad")], embedder)
    assert {case.kind for case in cases} == {"found", "hard", "off"}
    found = np.mean([case.strength for case in cases if case.kind == "found"])
    hard = np.mean([case.strength for case in cases if case.kind == "hard"])
    assert found > hard


def test_a_logistic_regression_finds_the_model_that_made_the_data() -> None:
    random = np.random.default_rng(0)
    features = random.normal(size=(20_000, 2))
    labels = (random.random(20_000) < 1 / (1 + np.exp(-(0.5 + 2 * features[:, 0] - features[:, 1])))).astype(float)
    model = fit_logistic(features, labels, np.ones(20_000))
    # Standard errors are about 0.02 to 0.03 at this size.
    np.testing.assert_allclose(model, [0.5, 2.0, -1.0], atol=0.1)
    assert calibration_error(predict(model, features), labels, np.ones(20_000)) < 0.02


def test_separation_counts_pairs() -> None:
    # Pairs: 2 > 1, 2 > 2 is a tie, 3 > 1, 3 > 2: (3 + 0.5) / 4.
    assert separation(np.array([2.0, 3.0]), np.array([1.0, 2.0])) == pytest.approx(0.875)


def test_calibration_error_is_the_gap_of_each_bin() -> None:
    # One bin at 0.9 with half right: gap 0.4; one at 0.1 with none right: gap 0.1; halves of the weight each.
    chances, labels = np.array([0.9, 0.9, 0.1, 0.1]), np.array([1.0, 0.0, 0.0, 0.0])
    assert calibration_error(chances, labels, np.ones(4)) == pytest.approx(0.25)


def test_vectors_are_kept_and_not_made_again(tmp_path: Path) -> None:
    class CountingEmbedder(FakeEmbedder):
        made = 0

        def embed_query(self, text: str):  # type: ignore[no-untyped-def]
            CountingEmbedder.made += 1
            return super().embed_query(text)

    for _ in range(2):
        kept = KeptVectors(CountingEmbedder(), tmp_path)
        kept.learn_questions(["um", "dois"])
        assert kept.embed_query("um").shape == (64,)
    assert CountingEmbedder.made == 2


def test_speed_is_measured_beside_numpy(benchmark: Benchmark, embedder: KeptVectors) -> None:
    figures = measure_speed(benchmark, embedder, segments=160)
    assert figures["segments"] == 160
    assert figures.keys() >= {"milliseconds", "times exact numpy at the median", "resident megabytes"}


def test_a_result_is_named_by_its_contents_and_says_where_it_comes_from(tmp_path: Path) -> None:
    path = write_result(tmp_path, "search", hashes={"b": "2", "a": "1"}, figures={"ndcg": 0.9})
    record = json.loads(path.read_text(encoding="utf-8"))
    assert path.name.startswith("search-")
    assert len(path.stem.removeprefix("search-")) == 12
    assert record["figures"] == {"ndcg": 0.9}
    assert record.keys() >= {"command", "data", "commit", "versions"}
    assert write_result(tmp_path, "search", hashes={"a": "1", "b": "2"}, figures={"ndcg": 0.9}) == path
