"""Chunks of foreign data become one clean text."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.endpoint.faults import CONTENT_FILTER, CUT, EMPTY, STALLED, Fault
from bot.endpoint.reply import MAX_CHARACTERS, Chunk, Reply, add_known_usage, clean_text
from bot.exchange import Usage

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["choices", "index", "delta", "message", "content", "finish_reason", "usage", "prompt_tokens", "error"]
    ), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip

# Shaped like a chunk, but for what some of its places hold.
CHUNKS = st.fixed_dictionaries(
    {"choices": st.lists(st.fixed_dictionaries({
        "delta": st.fixed_dictionaries({"content": st.text(max_size=9) | ANYTHING}),
        "finish_reason": st.sampled_from(["stop", "length", "content_filter", "abort", None]) | ANYTHING,
    }), max_size=2)},
    optional={"usage": st.dictionaries(st.sampled_from(["prompt_tokens", "completion_tokens"]), ANYTHING)},
)  # fmt: skip


def reply_of(*chunks: dict[str, object]) -> Reply:
    reply = Reply()
    for chunk in chunks:
        reply.add(Chunk.model_validate(chunk))
    return reply


def says(content: str | None = None, finish_reason: str | None = None, index: int = 0) -> dict[str, object]:
    return {"choices": [{"index": index, "delta": {"content": content}, "finish_reason": finish_reason}]}


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("  Hello. \n", "Hello."),
        ("a\0b", "ab"),
        ("\ud83d\ude00", "😀"),
        ("lone \ud83d half", "lone \ufffd half"),
        ("<think>why</think>Because.", "Because."),
        ("\n<think>\nwhy\n</think>\n\nBecause.", "Because."),
        ("opened in the prompt</think>Because.", "Because."),
        ("<think>never closed", ""),
        ("<thi", ""),
        ("<think></think>", ""),
        ("<b>bold</b>", "<b>bold</b>"),
        ("The tags <think>…</think> hold thoughts.", "The tags <think>…</think> hold thoughts."),
        ("<think>a</think>Say </think> to stop.", "Say </think> to stop."),
    ],
)
def test_a_model_s_text_is_cleaned(raw: str, text: str) -> None:
    assert clean_text(raw) == text


@given(st.text(st.characters(codec=None)))
def test_any_text_becomes_one_that_can_be_stored_and_sent(raw: str) -> None:
    text = clean_text(raw)
    assert "\0" not in text
    assert text.encode("utf-8").decode("utf-8") == text


@settings(deadline=None)
@given(st.lists(ANYTHING | CHUNKS, max_size=4))
def test_any_data_is_refused_as_invalid_or_judged_and_counted(chunks: list[object]) -> None:
    reply = Reply()
    for chunk in chunks:
        try:
            reply.add(Chunk.model_validate(chunk))
        except ValidationError:
            continue
    reply.text.encode("utf-8")
    is_whole = bool(reply.text) and reply.finish_reason in ("stop", "length") and not reply.error
    assert (reply.verdict(None, requires_finish_reason=True) is None) == is_whole
    usage = reply.usage(prices=None)
    assert (usage.requests, usage.cost_usd) == (1, None)
    for tokens in (usage.prompt_tokens, usage.completion_tokens):
        assert tokens is None or (type(tokens) is int and 0 < tokens < 2**31)


@pytest.mark.parametrize("reason", ["stop", "STOP", "end_turn", "length", "max_tokens"])
def test_a_text_that_ended_may_be_shown_whatever_broke_after_its_end(reason: str) -> None:
    reply = reply_of(says("Hi."), says(None, reason))
    assert reply.verdict(None, requires_finish_reason=True) is None
    assert reply.verdict(STALLED, requires_finish_reason=True) is None


@pytest.mark.parametrize(
    ("chunks", "fault", "requires_finish_reason", "verdict"),
    [
        ([says("Hi.")], None, True, CUT),
        ([says("Hi.")], STALLED, True, STALLED),
        ([says("Hi.")], None, False, None),
        ([says("Hi.")], STALLED, False, STALLED),
        ([says("Hi.", "tool_calls")], None, True, CUT),
        ([says("Hi.", "content_filter")], None, True, CONTENT_FILTER),
        ([says(" ", "stop")], None, True, EMPTY),
        ([], None, False, EMPTY),
    ],
)
def test_the_verdict_follows_from_how_the_text_ended(
    chunks: list[dict[str, object]], fault: Fault | None, requires_finish_reason: bool, verdict: Fault | None
) -> None:
    assert reply_of(*chunks).verdict(fault, requires_finish_reason=requires_finish_reason) == verdict


def test_only_the_first_choice_is_read() -> None:
    assert reply_of(says("yes"), says("no", index=1)).text == "yes"


@pytest.mark.parametrize("usage", [{}, *({"prompt_tokens": count} for count in (0, None, -3, "9", True, 1.5, 2**31))])
def test_tokens_that_were_not_counted_are_unknown(usage: dict[str, object]) -> None:
    reply = reply_of(json.loads(json.dumps({"choices": [], "usage": usage})))
    assert reply.usage(prices=None).prompt_tokens is None


def test_usage_is_the_sum_of_what_was_counted_and_unknown_where_nothing_was() -> None:
    counted = Usage(prompt_tokens=10, completion_tokens=2, requests=1, cost_usd=0.5)
    assert add_known_usage(counted, counted) == Usage(prompt_tokens=20, completion_tokens=4, requests=2, cost_usd=1.0)
    for first, second in ((counted, Usage(requests=1)), (Usage(requests=1), counted)):
        expected = Usage(prompt_tokens=10, completion_tokens=2, requests=2, cost_usd=0.5)
        assert add_known_usage(first, second) == expected
    assert add_known_usage(Usage(requests=1), Usage(requests=1)) == Usage(requests=2)


def test_a_text_looked_at_again_and_again_grows_to_the_bound_and_no_further() -> None:
    reply = Reply()
    lengths = []
    # 3 × 30,000 characters: the third chunk is cut at the bound of 64,000.
    for letter in "abc":
        reply.add(Chunk.model_validate(says(letter * 30_000)))
        lengths.append(len(reply.text))
    assert lengths == [30_000, 60_000, MAX_CHARACTERS]
    assert reply.is_full
