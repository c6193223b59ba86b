"""How good a ranking is: nDCG, recall, reciprocal rank and hits, by ir-measures (the only file that imports it)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import ir_measures
from ir_measures import RR, Qrel, R, ScoredDoc, Success, nDCG

# Question id -> ids of the ranked documents, best first.
Run: TypeAlias = Mapping[str, Sequence[str]]
# Question id -> document id -> relevance, 0 or more.
Relevance: TypeAlias = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingFigures:
    """Means over the questions that have a relevant document; a question without a ranking counts as zero."""

    questions: int
    ndcg_at_10: float
    recall_at_10: float
    reciprocal_rank_at_10: float
    hit_at_1: float


def measure_ranking(run: Run, relevance: Relevance) -> RankingFigures:
    """Measure a run, as trec_eval does (Järvelin & Kekäläinen 2002 for nDCG)."""
    answerable = {qid: documents for qid, documents in relevance.items() if any(documents.values())}
    if not answerable:
        raise ValueError("no question has a relevant document")
    measures = (nDCG @ 10, R @ 10, RR @ 10, Success @ 1)
    judged = [Qrel(qid, doc, grade) for qid, documents in answerable.items() for doc, grade in documents.items()]
    # Only the order counts, so scores fall by rank: ties of the retriever's own scores cannot be re-ordered.
    scored = [ScoredDoc(qid, doc, -float(rank)) for qid in answerable for rank, doc in enumerate(run.get(qid, ()))]
    means = ir_measures.calc_aggregate(measures, judged, scored)
    ndcg, recall, reciprocal, hit = (float(means[measure]) for measure in measures)
    return RankingFigures(
        questions=len(answerable), ndcg_at_10=ndcg, recall_at_10=recall, reciprocal_rank_at_10=reciprocal, hit_at_1=hit
    )
