"""The port LanguageModel. A model that does not answer is a value, not an exception."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from bot.exchange import Usage

# A question may make three requests, so that an endpoint in trouble is not asked by every student again and again.
MAX_REQUESTS = 3

OnText: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """A complete text of the model. `is_truncated` where it stopped at the token limit."""

    text: str
    model: str
    is_truncated: bool
    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailable:
    """No complete text could be had. `cause` is a stable word for statistics, `sentence` says it to the operator."""

    cause: str
    sentence: str
    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What one completion may take of what a question may take: requests, and seconds below the model's own limit."""

    requests: int = MAX_REQUESTS
    seconds: float = math.inf


WHOLE = Allowance()


class LanguageModel(Protocol):
    """A chat model behind any endpoint."""

    @property
    def name(self) -> str:
        """The model's name as configured, stored with every answer."""
        ...

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        allowance: Allowance = WHOLE,
        on_text: OnText | None = None,
    ) -> Completion | Unavailable:
        """Write one answer. `on_text` is called with the whole text so far (it may start again after a retry)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointCheck:
    """Whether a model answers at all, and a plain sentence that says so or what is wrong and how to mend it."""

    ok: bool
    sentence: str


async def check_endpoint(model: LanguageModel, *, clock: Callable[[], float]) -> EndpointCheck:
    """Ask the model for one token. `clock` returns seconds that never go back."""
    start = clock()
    result = await model.complete([Message(role="user", content="Say yes.")], max_tokens=1)
    # A model that thinks first spends its one token on that: it answers, though with no text.
    if isinstance(result, Unavailable) and result.cause != "empty":
        return EndpointCheck(ok=False, sentence=result.sentence)
    return EndpointCheck(ok=True, sentence=f"{model.name} answered in {clock() - start:.1f} s.")
