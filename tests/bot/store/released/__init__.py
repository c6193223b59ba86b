"""Logs as released schemas wrote them: one SQL dump each, all holding the same two exchanges and two thumbs.

Before a schema is released, write its dump: `python -m tests.bot.store.released 0001` (never change an older one).
"""

from bot.exchange import Exchange, Feedback, Outcome, Thumb, Usage
from tests.examples import make_answer, make_exchange, make_feedback, make_lecture, make_passages, make_question


def as_released() -> tuple[Exchange, Exchange]:
    """Return the two exchanges every dump holds: one answered, one failed with all that is optional missing."""
    failed = make_answer(
        "Algo falhou.", outcome=Outcome.FAILED, citations=(), model=None, prompt_version=None, usage=Usage()
    )
    return (
        make_exchange("first", passages=make_passages(3, lecture=make_lecture())),
        make_exchange("second", question=make_question("E a função?"), passages=(), answer=failed, answerable=None),
    )


def thumbs_as_released() -> tuple[Feedback, Feedback]:
    """Return the two feedback events every dump holds, both on the first exchange."""
    return (
        make_feedback("first"),
        make_feedback("first", thumb=Thumb.NOT_HELPFUL, seconds_later=9, reason="Curta demais."),
    )
