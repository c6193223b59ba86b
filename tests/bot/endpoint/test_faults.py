"""What a fault is called, and whether asking again is worth it."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.endpoint import faults
from bot.endpoint.faults import (
    BAD_KEY,
    CUT,
    OPTIONAL_PARAMETERS,
    STALLED,
    Fault,
    fault_of_connection,
    fault_of_status,
    wait_asked_for,
    wait_before_next,
)
from config.settings import AnswerSettings, LanguageModelSettings

NOON = datetime(2025, 3, 3, 12, 0, 0, tzinfo=UTC)


def refused(*, wait_seconds: float | None = None) -> Fault:
    return fault_of_status(503, None, wait_seconds=wait_seconds)


@pytest.mark.parametrize(
    ("status", "body", "cause"),
    [
        (400, {"message": "This model's maximum context length is 8192 tokens."}, "too_long"),
        (413, {"message": "prompt is too long: 9000 tokens"}, "too_long"),
        (500, "the request exceeds the available context size", "too_long"),
        (404, {"message": 'model "llama3.2" not found, try pulling it first'}, "unknown_model"),
        (400, {"message": "Model Not Exist"}, "unknown_model"),
        (404, {"detail": "Not Found"}, "wrong_path"),
        (405, None, "wrong_path"),
        (402, None, "no_credit"),
        (429, {"code": "rate_limit_exceeded"}, "rate_limited"),
        (400, {"code": "content_filter"}, "content_filter"),
        (529, None, "server_error"),
        (418, None, "bad_request"),
    ],
)
def test_a_status_is_named_by_what_its_body_says(status: int, body: object, cause: str) -> None:
    assert fault_of_status(status, body, wait_seconds=None).cause == cause


def test_nothing_the_endpoint_said_is_repeated() -> None:
    for status in range(300, 600):
        sentence = fault_of_status(status, {"message": "key sk-secret, question of Maria"}, wait_seconds=None).sentence
        assert "sk-secret" not in sentence
        assert "Maria" not in sentence


def every_sentence() -> list[str]:
    named = [fault.sentence for fault in vars(faults).values() if isinstance(fault, Fault)]
    kinds = ("dns", "refused", "connect_timeout", "certificate", "bad_address", "connection")
    connections = [fault_of_connection("http://127.0.0.1:1", kind=kind).sentence for kind in kinds]
    statuses = [fault_of_status(status, None, wait_seconds=None).sentence for status in range(300, 600)]
    return [*named, *connections, *statuses]


def test_sentences_name_only_settings_that_can_be_set() -> None:
    settings = {
        f"{section}.{key}"
        for section, model in (("llm", LanguageModelSettings), ("answer", AnswerSettings))
        for key in model.model_fields
    }
    named = {name for sentence in every_sentence() for name in re.findall(r"`([^`]+)`", sentence)}
    assert named <= settings


@pytest.mark.parametrize("parameter", OPTIONAL_PARAMETERS)
def test_a_refused_parameter_is_known_by_its_name(parameter: str) -> None:
    fault = fault_of_status(400, {"message": f"'{parameter}' is not supported"}, wait_seconds=None)
    assert fault.refused_parameter == parameter


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "12"}, 12.0),
        ({"retry-after": "-5"}, 0.0),
        ({"retry-after": "Mon, 03 Mar 2025 12:01:00 GMT"}, 60.0),
        ({"retry-after": "Mon, 03 Mar 2025 09:00:20 -0300"}, 20.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(headers: dict[str, str], seconds: float | None) -> None:
    assert wait_asked_for(headers, now=NOON) == seconds
    assert wait_asked_for(headers, now=NOON + timedelta(hours=1)) in (seconds, 0.0)


@pytest.mark.parametrize(
    ("faults", "remaining_seconds", "wait"),
    [
        ([refused()], 60.0, 0.5),
        ([refused(), refused()], 60.0, 2.0),
        ([refused(), refused(), refused()], 60.0, None),
        ([CUT], 60.0, 0.5),
        ([CUT, STALLED], 60.0, None),
        ([refused(), CUT], 60.0, 2.0),
        ([CUT, refused()], 60.0, 2.0),
        ([BAD_KEY], 60.0, None),
        ([refused(wait_seconds=20)], 60.0, 20.0),
        ([refused(wait_seconds=20.1)], 60.0, None),
        ([refused(wait_seconds=15)], 14.0, None),
        ([refused(), refused()], 1.0, None),
    ],
)
def test_asking_again_is_worth_it_or_not(faults: list[Fault], remaining_seconds: float, wait: float | None) -> None:
    assert wait_before_next(faults, remaining_seconds=remaining_seconds, most_requests=3) == wait
