"""One sitting at the console: its conversation, its thumbs, its orders."""

from collections.abc import Callable
from datetime import UTC, datetime

from rich.console import Console
from rich.text import Text

from bot.exchange import Exchange, Feedback, Thumb, Turn
from bot.lectern import Lectern
from bot.platforms.console import PLATFORM, answer_being_written, show_answer, show_passages
from bot.platforms.console_lines import HELP, Ask, GiveThumb, Order, Unknown, understand
from bot.platforms.rendering import counted, one_line

# More turns cost prompt tokens and rarely say what "it" means.
TURNS_KEPT = 4


class Sitting:
    """Hears one line after the other and answers on the console."""

    def __init__(
        self, *, lectern: Lectern, course: str, person_id: str, console: Console, new_id: Callable[[], str]
    ) -> None:
        self._lectern = lectern
        self._course = course
        self._person_id = person_id
        self._console = console
        self._new_id = new_id
        self._last: Exchange | None = None
        self._thumb: Thumb | None = None
        self._turns: tuple[Turn, ...] = ()
        self._conversation_id = new_id()
        self.is_over = False

    def greeting(self) -> Text:
        """Say what can be asked and how to get help."""
        course = self._lectern.catalogue.course(self._course)
        lectures = counted(len(course.lectures), "lecture")
        return Text(f"Lectern · {course.title} · {lectures} · /help for help, Ctrl-D to leave", style="dim")

    async def hear(self, line: str) -> None:
        """Do what the line means."""
        match understand(line):
            case Ask(text=text):
                await self._answer(text)
            case GiveThumb(thumb=thumb, reason=reason):
                await self._keep_thumb(thumb, reason)
            case Order(name=name):
                self._obey(name)
            case Unknown(text=text):
                self._say(f"{one_line(text, limit=40)} is no order; /help lists them.")
            case None:
                pass

    async def _answer(self, text: str) -> None:
        question = await self._lectern.question(
            text,
            course=self._course,
            platform=PLATFORM,
            person_id=self._person_id,
            conversation_id=self._conversation_id,
            conversation=self._turns,
        )
        with answer_being_written(self._console) as on_text:
            exchange = await self._lectern.assistant.ask(question, conversation=self._turns, on_text=on_text)
        show_answer(self._console, exchange)
        self._last, self._thumb = exchange, None
        self._turns = (*self._turns, Turn(question=text, answer=exchange.answer.text))[-TURNS_KEPT:]

    async def _keep_thumb(self, thumb: Thumb, reason: str | None) -> None:
        if self._last is None:
            self._say("There is no answer yet to give a thumb to.")
            return
        given = not (thumb is self._thumb and reason is None)
        await self._lectern.log.add_feedback(
            Feedback(
                exchange_id=self._last.exchange_id,
                rater=self._last.question.asker,
                thumb=thumb,
                given=given,
                at=datetime.now(UTC),
                reason=reason,
            )
        )
        self._thumb = thumb if given else None
        word = {Thumb.HELPFUL: "helpful", Thumb.NOT_HELPFUL: "not helpful"}[thumb]
        self._say(f"Kept: {word}. Thank you." if given else f"Taken back: {word}.")

    def _obey(self, name: str) -> None:
        if name == "quit":
            self.is_over = True
        elif name == "help":
            self._console.print(Text(HELP))
        elif name == "new":
            self._start_conversation()
            self._say("A new conversation.")
        elif self._last is None:
            self._say("There is no answer yet to explain.")
        else:
            show_passages(
                self._console,
                self._last.standalone_text,
                self._last.passages,
                answerable=self._last.answerable,
                warnings=self._last.warnings,
            )

    def _start_conversation(self) -> None:
        self._conversation_id = self._new_id()
        self._turns = ()

    def _say(self, sentence: str) -> None:
        self._console.print(Text(sentence, style="dim"))
