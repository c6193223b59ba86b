"""The fake language model: replies from a queue, and remembers what it was sent."""

from collections.abc import Callable, Iterable, Sequence

from bot.exchange import Usage
from bot.llm import WHOLE, Allowance, Completion, Message, OnText, Unavailable


class FakeLanguageModel:
    """Answers with its queued replies in order; a string is a complete text, streamed word by word.

    A function among the replies is called with the messages, so that a fake can quote marks it was shown. An empty
    queue is a fault of the test, not of the model.
    """

    def __init__(self, replies: "Iterable[FakeReply]" = (), *, name: str = "fake-model") -> None:
        self._name = name
        self._replies = list(replies)
        self.sent: list[tuple[Message, ...]] = []
        self.max_tokens: list[int] = []
        self.allowances: list[Allowance] = []

    @property
    def name(self) -> str:
        return self._name

    def queue(self, *replies: "FakeReply") -> None:
        self._replies.extend(replies)

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        allowance: Allowance = WHOLE,
        on_text: OnText | None = None,
    ) -> Completion | Unavailable:
        self.sent.append(tuple(messages))
        self.max_tokens.append(max_tokens)
        self.allowances.append(allowance)
        assert self._replies, "the fake model was asked more often than the test expected"
        reply = self._as_reply(self._replies.pop(0), messages)
        if isinstance(reply, Completion) and on_text is not None:
            for text in _growing(reply.text):
                on_text(text)
        return reply

    def _as_reply(self, reply: "FakeReply", messages: Sequence[Message]) -> Completion | Unavailable:
        if callable(reply):
            reply = reply(tuple(messages))
        if isinstance(reply, str):
            usage = Usage(prompt_tokens=10, completion_tokens=len(reply.split()), requests=1)
            return Completion(text=reply, model=self._name, is_truncated=False, usage=usage)
        return reply


FakeReply = str | Completion | Unavailable | Callable[[tuple[Message, ...]], str | Completion | Unavailable]


def unavailable(cause: str = "connection") -> Unavailable:
    return Unavailable(cause=cause, sentence=f"The language model is unavailable ({cause}).", usage=Usage(requests=1))


def _growing(text: str) -> Iterable[str]:
    """The text so far after each of its words, as a stream shows it."""
    ends = [index for index, character in enumerate(text) if character == " "] + [len(text)]
    return (text[:end] for end in ends)
