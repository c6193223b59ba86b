import pytest

from bot.exchange import Turn, Usage
from bot.languages import SENTENCES
from bot.llm import Completion
from bot.prompting import load_prompt
from bot.rewriting import LONGEST_REWRITING, ModelRewriter, WordRewriter, add_previous_words, is_follow_up
from tests.examples import make_question
from tests.fakes_llm import FakeLanguageModel, FakeReply, unavailable

EARLIER = (Turn(question="O que é o dropout em redes neurais?", answer="Ele desliga neurônios [1]."),)


@pytest.mark.parametrize(
    "text",
    [
        "e no teste?",
        "E quanto ao segundo?",
        "por quê?",
        "Por que isso acontece?",
        "Como assim?",
        "mas ele vale para regressão?",
        "Por exemplo?",
        "and what about the second one?",
        "why?",
        "How does it work?",
        "What about trees?",
        "does that hold for regression too?",
        "¿y en la prueba?",
        "¿por qué?",
        "¿Cómo se usa eso?",
        "exemplo?",
    ],
)
def test_a_short_question_that_points_back_is_a_follow_up(text: str) -> None:
    assert is_follow_up(text)
    assert add_previous_words(text, EARLIER).text == f"O que é o dropout em redes neurais? {text}"
    assert add_previous_words(text, EARLIER).method == "words"


@pytest.mark.parametrize(
    "text",
    [
        "O que é validação cruzada?",
        "Qual a diferença entre viés e variância?",
        "What is a random forest?",
        "How is the learning rate chosen?",
        "¿Qué es el sobreajuste?",
        "Entendi a aula de hoje, mas quando devo usar regularização L1 em vez de L2?",
        "Esqueci a definição de entropia",
        "Quanto vale a prova final?",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(text: str) -> None:
    assert not is_follow_up(text)
    assert add_previous_words(text, EARLIER).text == text


def test_a_second_follow_up_takes_the_words_of_the_question_both_lean_on() -> None:
    turns = (*EARLIER, Turn(question="e no teste?", answer="Não se usa [1]."))
    assert add_previous_words("por quê?", turns).text == "O que é o dropout em redes neurais? por quê?"


async def test_the_first_question_is_never_rewritten() -> None:
    model = FakeLanguageModel()
    rewriting = await _model_rewriter(model).stand_alone(make_question("por quê?"), ())
    assert (rewriting.text, rewriting.method, model.sent) == ("por quê?", "unchanged", [])


async def test_without_a_model_words_are_added() -> None:
    rewriting = await WordRewriter().stand_alone(make_question("e no teste?"), EARLIER)
    assert rewriting.text == "O que é o dropout em redes neurais? e no teste?"


async def test_the_models_rewriting_is_used_and_says_where_it_comes_from() -> None:
    model = FakeLanguageModel(['"O dropout é usado\n no teste?"'], name="small")
    rewriting = await _model_rewriter(model).stand_alone(make_question("e no teste?"), EARLIER)
    assert (rewriting.text, rewriting.method, rewriting.model) == ("O dropout é usado no teste?", "model", "small")
    assert rewriting.prompt_version == load_prompt("rewrite-v1").version
    assert rewriting.usage.requests == 1
    assert "Ele desliga neurônios" in model.sent[0][1].content


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("", "empty"),
        ("?!", "empty"),
        ("a" * (LONGEST_REWRITING + 1), "too long"),
        (unavailable("timeout"), "timeout"),
        (Completion(text="O dropout é", model="small", is_truncated=True, usage=Usage(requests=1)), "truncated"),
    ],
)
async def test_a_bad_rewriting_falls_back_to_words_and_says_why(reply: FakeReply, reason: str) -> None:
    rewriting = await _model_rewriter(FakeLanguageModel([reply])).stand_alone(make_question("e no teste?"), EARLIER)
    assert (rewriting.method, rewriting.reason) == ("words", reason)
    assert rewriting.text == "O que é o dropout em redes neurais? e no teste?"
    assert rewriting.usage.requests == 1


@pytest.mark.parametrize(
    "written",
    [
        "O que é [link=http://evil.example]F1[/link] https://evil.example/?",
        "O dropout é usado no teste? discord.gg/evil",
        "Veja <@1234> o dropout <script>x</script>?",
    ],
)
async def test_a_rewriting_with_an_address_is_not_used(written: str) -> None:
    rewriting = await _model_rewriter(FakeLanguageModel([written])).stand_alone(make_question("e no teste?"), EARLIER)
    assert (rewriting.method, rewriting.reason) == ("words", "live text")
    assert rewriting.text == "O que é o dropout em redes neurais? e no teste?"


async def test_a_rewriting_is_inert() -> None:
    model = FakeLanguageModel(["@everyone o dropout é usado no teste?"])
    rewriting = await _model_rewriter(model).stand_alone(make_question("e no teste?"), EARLIER)
    assert rewriting.text == "everyone o dropout é usado no teste?"


async def test_the_model_is_not_shown_lecterns_own_sentences_as_its_words() -> None:
    model = FakeLanguageModel(["O dropout é usado no teste?"])
    answer = f"{SENTENCES['pt'].model_unavailable}\n“O dropout desliga neurônios.” [1]"
    turns = (
        Turn(question="O que é dropout?", answer=answer),
        Turn(question="E batch?", answer="Não encontrei isso nas aulas."),
    )
    await _model_rewriter(model).stand_alone(make_question("e no teste?"), turns)
    told = model.sent[0][1].content
    assert "Student: O que é dropout?\nAssistant: “O dropout desliga neurônios.”\nStudent: E batch?\n===" in told


def _model_rewriter(model: FakeLanguageModel) -> ModelRewriter:
    return ModelRewriter(model, prompt=load_prompt("rewrite-v1"), randomness=lambda: "f3nc3")


async def test_a_rewriting_takes_one_request_of_the_question_and_a_few_seconds() -> None:
    model = FakeLanguageModel(["Por que zerar os pesos falha?"])
    rewriter = ModelRewriter(model, prompt=load_prompt("rewrite-v1"), randomness=lambda: "r")
    await rewriter.stand_alone(make_question("e por quê?"), (Turn(question="Posso zerar os pesos?", answer="Não."),))
    assert [(allowance.requests, allowance.seconds) for allowance in model.allowances] == [(1, 10)]
