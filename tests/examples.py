"""Example nouns for tests: complete and valid, with only what a test is about given by name."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from bot.exchange import (
    Answer,
    Citation,
    Exchange,
    Feedback,
    Outcome,
    Question,
    Thumb,
    Timings,
    Usage,
)
from retrieval.search import Retrieval
from retrieval.segment import Cue, Lecture, Passage, Segment

NOON = datetime(2025, 3, 10, 12, 0, 0, tzinfo=UTC)


def make_lecture(
    lecture_id: str = "aula-01",
    *,
    title: str = "Aula 1: Introdução",
    url: str = "https://youtu.be/dQw4w9WgXcQ",
    language: str = "pt",
    on: date | None = date(2025, 3, 3),
    visible_from: datetime | None = None,
) -> Lecture:
    """Return a Portuguese lecture on YouTube."""
    return Lecture(lecture_id=lecture_id, title=title, url=url, language=language, date=on, visible_from=visible_from)


def make_cues(
    texts: Sequence[str] = ("O gradiente aponta para cima.", "Por isso andamos contra ele."),
    *,
    start_seconds: float = 60.0,
    cue_seconds: float = 5.0,
) -> tuple[Cue, ...]:
    """Return cues of equal length, one after the other."""
    return tuple(
        Cue(
            start_seconds=start_seconds + place * cue_seconds,
            end_seconds=start_seconds + (place + 1) * cue_seconds,
            text=text,
        )
        for place, text in enumerate(texts)
    )


def make_segment(corpus_id: int = 1, *, lecture: Lecture | None = None, cues: Sequence[Cue] | None = None) -> Segment:
    """Return a segment that spans its cues and holds their words."""
    kept = tuple(cues) if cues is not None else make_cues()
    return Segment(
        corpus_id=corpus_id,
        lecture=lecture or make_lecture(),
        start_seconds=kept[0].start_seconds,
        end_seconds=kept[-1].end_seconds,
        text=" ".join(cue.text for cue in kept),
        cues=kept,
    )


def make_passage(
    segment: Segment | None = None,
    *,
    rank: int = 1,
    score: float | None = 0.88,
    fused_score: float = 0.032,
    rank_by_meaning: int | None = 1,
    rank_by_words: int | None = 2,
) -> Passage:
    """Return a passage found by meaning and by words."""
    return Passage(
        segment=segment or make_segment(),
        rank=rank,
        score=score,
        fused_score=fused_score,
        rank_by_meaning=rank_by_meaning,
        rank_by_words=rank_by_words,
    )


def make_passages(count: int = 10, *, lecture: Lecture | None = None) -> tuple[Passage, ...]:
    """Return ranked passages with corpus ids 1, 2, 3…, ninety seconds apart, with falling scores."""
    return tuple(
        make_passage(
            make_segment(rank, lecture=lecture, cues=make_cues(start_seconds=90.0 * (rank - 1))),
            rank=rank,
            score=0.9 - 0.01 * rank,
            fused_score=1 / (60 + rank),
            rank_by_meaning=rank,
            rank_by_words=None if rank % 2 == 0 else rank,
        )
        for rank in range(1, count + 1)
    )


def make_retrieval(
    passages: Sequence[Passage] | None = None,
    *,
    answerable: float = 0.9,
    fingerprint: str = "index-1",
    warnings: tuple[str, ...] = (),
) -> Retrieval:
    """Return a retrieval with good evidence."""
    found = tuple(passages) if passages is not None else make_passages()
    return Retrieval(passages=found, answerable=answerable, fingerprint=fingerprint, warnings=warnings)


def make_question(
    text: str = "Para onde aponta o gradiente?",
    *,
    course: str = "aprendizado",
    asker: str = "a3f1c2",
    platform: str = "console",
    conversation_id: str = "conversation-1",
    asked_at: datetime = NOON,
    language: str = "pt",
    lecture_id: str | None = None,
) -> Question:
    """Return a question of a student in Portuguese."""
    return Question(
        text=text,
        course=course,
        asker=asker,
        platform=platform,
        conversation_id=conversation_id,
        asked_at=asked_at,
        language=language,
        lecture_id=lecture_id,
    )


def make_citation(number: int = 1, *, passage: Passage | None = None) -> Citation:
    """Return a citation of the passage's first cue."""
    segment = (passage or make_passage()).segment
    cue = segment.cues[0]
    return Citation(
        number=number,
        corpus_id=segment.corpus_id,
        lecture_id=segment.lecture.lecture_id,
        lecture_title=segment.lecture.title,
        url=segment.lecture.url,
        start_seconds=segment.start_seconds,
        end_seconds=segment.end_seconds,
        second=cue.start_seconds,
        until_second=cue.end_seconds,
        quote=cue.text,
        link=f"{segment.lecture.url}?t={int(cue.start_seconds)}",
    )


def make_answer(
    text: str = "O gradiente aponta para cima [1].",
    *,
    outcome: Outcome = Outcome.ANSWERED,
    citations: Sequence[Citation] | None = None,
    answerer: str = "citing-llm",
    model: str | None = "small-model",
    prompt_version: str | None = "answer-1",
    reason: str | None = None,
    usage: Usage | None = None,
) -> Answer:
    """Return an answer with one citation."""
    return Answer(
        outcome=outcome,
        text=text,
        citations=tuple(citations) if citations is not None else (make_citation(),),
        answerer=answerer,
        model=model,
        prompt_version=prompt_version,
        reason=reason,
        usage=usage or Usage(prompt_tokens=1200, completion_tokens=80, requests=1, cost_usd=0.0004),
    )


def make_exchange(
    exchange_id: str = "exchange-1",
    *,
    question: Question | None = None,
    standalone_text: str | None = None,
    passages: Sequence[Passage] | None = None,
    answer: Answer | None = None,
    index_fingerprint: str = "index-1",
    embedder: str = "multilingual-e5-small-4bit",
    answerable: float | None = 0.9,
    timings: Timings | None = None,
    rewriting_method: str = "unchanged",
    rewriting_model: str | None = None,
    rewriting_prompt_version: str | None = None,
    warnings: tuple[str, ...] = (),
) -> Exchange:
    """Return an answered exchange with ten passages and one citation."""
    asked = question or make_question()
    return Exchange(
        exchange_id=exchange_id,
        question=asked,
        standalone_text=standalone_text if standalone_text is not None else asked.text,
        passages=tuple(passages) if passages is not None else make_passages(),
        answer=answer or make_answer(),
        index_fingerprint=index_fingerprint,
        embedder=embedder,
        answerable=answerable,
        timings=timings or Timings(rewrite=0.0, retrieve=31.5, answer=812.25, total=850.0, first_text=240.0),
        rewriting_method=rewriting_method,
        rewriting_model=rewriting_model,
        rewriting_prompt_version=rewriting_prompt_version,
        warnings=warnings,
    )


def make_feedback(
    exchange_id: str = "exchange-1",
    *,
    rater: str = "b7e0d4",
    thumb: Thumb = Thumb.HELPFUL,
    given: bool = True,
    at: datetime | None = None,
    seconds_later: float = 0.0,
    reason: str | None = None,
    role: str = "student",
) -> Feedback:
    """Return a thumb up, a minute after noon or `seconds_later` than that."""
    moment = at if at is not None else NOON + timedelta(minutes=1, seconds=seconds_later)
    return Feedback(exchange_id=exchange_id, rater=rater, thumb=thumb, given=given, at=moment, reason=reason, role=role)
