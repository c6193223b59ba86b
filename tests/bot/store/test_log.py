from dataclasses import replace

import pytest

from bot.exchange import Outcome
from bot.store.log import Log, as_logged
from retrieval.segment import Cue
from tests.contracts.log import LogContract
from tests.examples import make_exchange
from tests.fakes_log import InMemoryLog


class TestInMemoryLog(LogContract):
    @pytest.fixture
    def log(self) -> Log:
        return InMemoryLog()


def test_a_logged_segment_holds_one_cue_with_its_whole_text() -> None:
    segment = as_logged(make_exchange()).passages[0].segment
    assert segment.cues == (
        Cue(start_seconds=0.0, end_seconds=10.0, text="O gradiente aponta para cima. Por isso andamos contra ele."),
    )


def test_only_cues_are_reduced_in_an_ordinary_exchange() -> None:
    exchange = make_exchange()
    logged = as_logged(exchange)
    assert replace(logged, passages=exchange.passages) == exchange
    assert logged.answer.outcome is Outcome.ANSWERED
    assert as_logged(logged) == logged
