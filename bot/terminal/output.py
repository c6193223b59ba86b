"""What commands print: JSON for scripts and drawings for people on standard output, the rest on standard error."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import typer
from rich.console import Console

from bot.exchange import Citation, Exchange
from retrieval.segment import Cue, Passage, Segment


def screen() -> Console:
    """A console for people on standard output. Brackets are text: titles and questions are other people's."""
    return Console(highlight=False, markup=False, emoji=False)


def aside() -> Console:
    """A console on standard error, for warnings and progress, so that pipes stay clean."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def print_json(value: Mapping[str, object] | Sequence[object]) -> None:
    """Print one JSON document; lone surrogates of broken captions become escapes."""
    print(json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace").decode())


def print_json_line(value: Mapping[str, object]) -> None:
    """Print one line of JSON."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def refuse_unwritable(path: Path) -> None:
    """See before the work that its result can be written to `path`. Raises typer.BadParameter."""
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise typer.BadParameter(f"{path} cannot be written: name a file in a folder that exists")


def cue_record(cue: Cue) -> dict[str, object]:
    """A cue for scripts: start and end in seconds, and its text."""
    return {"start": round(cue.start_seconds, 3), "end": round(cue.end_seconds, 3), "text": cue.text}


def segment_record(segment: Segment) -> dict[str, object]:
    """A segment for scripts."""
    return {
        "corpus_id": segment.corpus_id,
        "lecture": segment.lecture.lecture_id,
        "title": segment.lecture.title,
        "url": segment.lecture.url,
        "start": round(segment.start_seconds, 3),
        "end": round(segment.end_seconds, 3),
        "text": segment.text,
    }


def passage_record(passage: Passage) -> dict[str, object]:
    """A passage for scripts: its segment, and why it was found."""
    return {
        "rank": passage.rank,
        "score": passage.score,
        "fused_score": passage.fused_score,
        "rank_by_meaning": passage.rank_by_meaning,
        "rank_by_words": passage.rank_by_words,
        **segment_record(passage.segment),
    }


def citation_record(citation: Citation) -> dict[str, object]:
    """A citation for scripts: `second` is where `link` opens, `start` and `end` the segment it lies in."""
    return {
        "number": citation.number,
        "corpus_id": citation.corpus_id,
        "lecture": citation.lecture_id,
        "title": citation.lecture_title,
        "url": citation.url,
        "start": round(citation.start_seconds, 3),
        "end": round(citation.end_seconds, 3),
        "second": round(citation.second, 3),
        "until": round(citation.until_second, 3),
        "quote": citation.quote,
        "link": citation.link,
    }


def exchange_record(exchange: Exchange) -> dict[str, object]:
    """An exchange for scripts: the answer and what it rests on."""
    answer = exchange.answer
    return {
        "exchange": exchange.exchange_id,
        "question": exchange.question.text,
        "standalone": exchange.standalone_text,
        "rewriting": {
            "method": exchange.rewriting_method,
            "model": exchange.rewriting_model,
            "prompt_version": exchange.rewriting_prompt_version,
        },
        "course": exchange.question.course,
        "outcome": answer.outcome.value,
        "reason": answer.reason,
        "text": answer.text,
        "citations": [citation_record(citation) for citation in answer.citations],
        "answerer": answer.answerer,
        "model": answer.model,
        "prompt_version": answer.prompt_version,
        "answerable": exchange.answerable,
        "timings_ms": asdict(exchange.timings),
        "usage": asdict(answer.usage),
        "warnings": list(exchange.warnings),
    }
