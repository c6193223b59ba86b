"""Exchanges and feedback as rows of the tables, and back; pure. What comes in is what `as_logged` returned."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, fields

from sqlalchemy import RowMapping

from bot.exchange import Answer, Citation, Exchange, Feedback, Outcome, Question, Thumb, Timings, Usage
from retrieval.segment import Cue, Lecture, Passage, Segment

_EVENT_ID_DIGITS = 32  # 128 bits: two different events never meet


def exchange_row(exchange: Exchange, *, number: int) -> dict[str, object]:
    """Return the row of table `exchanges`."""
    question, answer, usage, timings = exchange.question, exchange.answer, exchange.answer.usage, exchange.timings
    return {
        "exchange_id": exchange.exchange_id,
        "course": question.course,
        "number": number,
        "asker": question.asker,
        "platform": question.platform,
        "conversation_id": question.conversation_id,
        "asked_at": question.asked_at,
        "language": question.language,
        "lecture_id": question.lecture_id,
        "question_text": question.text,
        "standalone_text": exchange.standalone_text,
        "rewriting_method": exchange.rewriting_method,
        "rewriting_model": exchange.rewriting_model,
        "rewriting_prompt_version": exchange.rewriting_prompt_version,
        "outcome": answer.outcome.value,
        "answer_text": answer.text,
        "reason": answer.reason,
        "answerer": answer.answerer,
        "model": answer.model,
        "prompt_version": answer.prompt_version,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "requests": usage.requests,
        "cost_usd": usage.cost_usd,
        "embedder": exchange.embedder,
        "index_fingerprint": exchange.index_fingerprint,
        "answerable": exchange.answerable,
        "rewrite_ms": timings.rewrite,
        "retrieve_ms": timings.retrieve,
        "answer_ms": timings.answer,
        "total_ms": timings.total,
        "first_text_ms": timings.first_text,
        "warnings": list(exchange.warnings),
    }


def passage_rows(exchange: Exchange) -> list[dict[str, object]]:
    """Return the rows of table `passages`, in the order of the exchange."""
    return [
        {"exchange_id": exchange.exchange_id, "position": position, **_passage_values(passage)}
        for position, passage in enumerate(exchange.passages)
    ]


def citation_rows(exchange: Exchange) -> list[dict[str, object]]:
    """Return the rows of table `citations`, in the order of the answer."""
    return [
        {"exchange_id": exchange.exchange_id, "position": position, **asdict(citation)}
        for position, citation in enumerate(exchange.answer.citations)
    ]


def feedback_row(feedback: Feedback) -> dict[str, object]:
    """Return the row of table `feedback_events`. The same event always gets the same event id."""
    values = {**asdict(feedback), "thumb": feedback.thumb.value}
    content = json.dumps({**values, "at": feedback.at.isoformat()}, sort_keys=True)
    return {**values, "event_id": hashlib.sha256(content.encode()).hexdigest()[:_EVENT_ID_DIGITS]}


def exchange_from(row: RowMapping, *, passages: Iterable[RowMapping], citations: Iterable[RowMapping]) -> Exchange:
    """Return the exchange of a row and its passages and citations, each in order."""
    return Exchange(
        exchange_id=row["exchange_id"],
        question=_question_from(row),
        standalone_text=row["standalone_text"],
        rewriting_method=row["rewriting_method"],
        rewriting_model=row["rewriting_model"],
        rewriting_prompt_version=row["rewriting_prompt_version"],
        passages=tuple(_passage_from(passage) for passage in passages),
        answer=_answer_from(row, tuple(_citation_from(citation) for citation in citations)),
        index_fingerprint=row["index_fingerprint"],
        embedder=row["embedder"],
        answerable=row["answerable"],
        timings=_timings_from(row),
        warnings=tuple(row["warnings"]),
    )


def feedback_from(row: RowMapping) -> Feedback:
    """Return the feedback event of a row."""
    values = {field.name: row[field.name] for field in fields(Feedback)}
    return Feedback(**{**values, "thumb": Thumb(row["thumb"])})


def _passage_values(passage: Passage) -> dict[str, object]:
    segment, lecture = passage.segment, passage.segment.lecture
    return {
        "rank": passage.rank,
        "score": passage.score,
        "fused_score": passage.fused_score,
        "rank_by_meaning": passage.rank_by_meaning,
        "rank_by_words": passage.rank_by_words,
        "corpus_id": segment.corpus_id,
        "start_seconds": segment.start_seconds,
        "end_seconds": segment.end_seconds,
        "text": segment.text,
        "lecture_id": lecture.lecture_id,
        "lecture_title": lecture.title,
        "lecture_url": lecture.url,
        "lecture_language": lecture.language,
        "lecture_date": lecture.date,
        "lecture_visible_from": lecture.visible_from,
    }


def _passage_from(row: RowMapping) -> Passage:
    return Passage(
        segment=_segment_from(row),
        rank=row["rank"],
        score=row["score"],
        fused_score=row["fused_score"],
        rank_by_meaning=row["rank_by_meaning"],
        rank_by_words=row["rank_by_words"],
    )


def _segment_from(row: RowMapping) -> Segment:
    start, end, text = row["start_seconds"], row["end_seconds"], row["text"]
    lecture = Lecture(
        lecture_id=row["lecture_id"],
        title=row["lecture_title"],
        url=row["lecture_url"],
        language=row["lecture_language"],
        date=row["lecture_date"],
        visible_from=row["lecture_visible_from"],
    )
    return Segment(
        corpus_id=row["corpus_id"],
        lecture=lecture,
        start_seconds=start,
        end_seconds=end,
        text=text,
        cues=(Cue(start_seconds=start, end_seconds=end, text=text),),
    )


def _question_from(row: RowMapping) -> Question:
    return Question(
        text=row["question_text"],
        course=row["course"],
        asker=row["asker"],
        platform=row["platform"],
        conversation_id=row["conversation_id"],
        asked_at=row["asked_at"],
        language=row["language"],
        lecture_id=row["lecture_id"],
    )


def _answer_from(row: RowMapping, citations: tuple[Citation, ...]) -> Answer:
    return Answer(
        outcome=Outcome(row["outcome"]),
        text=row["answer_text"],
        citations=citations,
        answerer=row["answerer"],
        model=row["model"],
        prompt_version=row["prompt_version"],
        reason=row["reason"],
        usage=Usage(
            prompt_tokens=row["prompt_tokens"],
            completion_tokens=row["completion_tokens"],
            requests=row["requests"],
            cost_usd=row["cost_usd"],
        ),
    )


def _citation_from(row: RowMapping) -> Citation:
    return Citation(**{field.name: row[field.name] for field in fields(Citation)})


def _timings_from(row: RowMapping) -> Timings:
    return Timings(
        rewrite=row["rewrite_ms"],
        retrieve=row["retrieve_ms"],
        answer=row["answer_ms"],
        total=row["total_ms"],
        first_text=row["first_text_ms"],
    )
