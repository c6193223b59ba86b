"""The languages Lectern speaks: which one a question is in, and the plain sentences of every outcome, in one place."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from types import MappingProxyType

from bot.exchange import Outcome, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """What Lectern itself says to a student, in one language."""

    quotes_only: str
    model_unavailable: str
    model_unfit: str
    model_unusable: str
    uncited: str
    not_in_lectures: str
    partly: str
    no_question: str
    truncated: str
    failed: str


SENTENCES: Mapping[str, Sentences] = MappingProxyType(
    {
        "pt": Sentences(
            quotes_only="Nenhum modelo de linguagem está configurado; estas são as palavras da própria aula:",
            model_unavailable="O modelo de linguagem não está respondendo; estas são as palavras da própria aula:",
            model_unfit="O modelo de linguagem não conseguiu responder a isso; estas são as palavras da própria aula:",
            model_unusable="O modelo de linguagem está mal configurado; estas são as palavras da própria aula:",
            uncited="O modelo não apontou de onde tirou a resposta; estas são as palavras da própria aula:",
            not_in_lectures="Não encontrei isso nas aulas.",
            partly="(O resto da pergunta não encontrei nas aulas.)",
            no_question="Oi! Pergunte o que quiser sobre as aulas.",
            truncated="(A resposta foi cortada antes do fim.)",
            failed="Algo deu errado e não consegui responder. Tente de novo daqui a pouco.",
        ),
        "en": Sentences(
            quotes_only="No language model is configured; these are the lecturer's own words:",
            model_unavailable="The language model is not responding; these are the lecturer's own words:",
            model_unfit="The language model could not answer this; these are the lecturer's own words:",
            model_unusable="The language model is not set up correctly; these are the lecturer's own words:",
            uncited="The model did not say where its answer comes from; these are the lecturer's own words:",
            not_in_lectures="I did not find this in the lectures.",
            partly="(I did not find the rest of the question in the lectures.)",
            no_question="Hi! Ask anything about the lectures.",
            truncated="(The answer was cut off before its end.)",
            failed="Something went wrong and I could not answer. Please try again in a moment.",
        ),
        "es": Sentences(
            quotes_only="No hay ningún modelo de lenguaje configurado; estas son las palabras de la propia clase:",
            model_unavailable="El modelo de lenguaje no responde; estas son las palabras de la propia clase:",
            model_unfit="El modelo de lenguaje no pudo responder a esto; estas son las palabras de la propia clase:",
            model_unusable="El modelo de lenguaje está mal configurado; estas son las palabras de la propia clase:",
            uncited="El modelo no indicó de dónde sacó la respuesta; estas son las palabras de la propia clase:",
            not_in_lectures="No encontré esto en las clases.",
            partly="(El resto de la pregunta no lo encontré en las clases.)",
            no_question="¡Hola! Pregunta lo que quieras sobre las clases.",
            truncated="(La respuesta se cortó antes del final.)",
            failed="Algo salió mal y no pude responder. Inténtalo de nuevo en un momento.",
        ),
    }
)

LANGUAGE_NAMES: Mapping[str, str] = MappingProxyType(
    {"pt": "Portuguese", "en": "English", "es": "Spanish", "fr": "French", "de": "German", "it": "Italian"}
)

# Causes of `Unavailable`: the model answers, though not this question; and those that only a setting mends.
_UNFIT_CAUSES = frozenset({"too_long", "content_filter", "empty", "copied_prompt"})
_SETTING_CAUSES = frozenset(
    {"bad_key", "forbidden", "no_credit", "unknown_model", "wrong_path", "redirected", "not_an_endpoint"}
    | {"bad_address", "bad_request", "certificate"}
)

# Common small words; those that two of the languages share count for both.
# ruff: noqa: SIM905 -- words are easier to read, and to add to, as a text than as a list of literals
_SMALL_WORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "pt": frozenset(
            "o os um uma uns umas do da dos das no na nos nas ao aos à às em com não nao sim é são sao foi ser "
            "está estão que qual quais quem quando onde como por porque porquê pq quanto quantos isso isto esse "
            "essa este esta ele ela eles elas eu você vc voce vocês tu nós gente meu minha seu sua mais muito "
            "também tambem já ou e se pra para pelo pela pelos pelas fazer faz tem ter pode posso devo preciso "
            "uso diferença aula professor professora explica significa acontece serve então entre sobre mas qdo "
            "tá funciona".split()
        ),
        "es": frozenset(
            "el la los las un una unos unas del al en con no sí si es son fue ser está están que qué cuál cuáles "
            "quién cuando cuándo donde dónde como cómo por porque cuánto cuántos eso esto ese esa este esta él "
            "ella ellos yo usted ustedes tú nosotros mi su más mas muy también ya o y se para hacer hace tiene "
            "tener puede puedo debo diferencia clase profesor profesora explica significa entonces entre sobre "
            "pero hay lo le uno sirve necesito funciona".split()
        ),
        "en": frozenset(
            "the a an of in on at to with not is are was were be been do does did what which who when where how "
            "why because this that these those it they he she i you we my your more very also or and if for from "
            "by make can could should would use between about but there so than then have has had need mean "
            "difference lecture explain happens work works get".split()
        ),
        # Not spoken by Lectern, but not to be taken for its neighbours: a model answers in them.
        "fr": frozenset(
            "le la les un une des du de au aux à et est sont être ne pas que qu qui quoi quand où comment pourquoi "
            "quel quelle quels quelles dans pour par sur avec sans je tu il elle on nous vous ils ce cette ces cela "
            "c d l j n s y mais ou donc plus très peut faire fait différence cours signifie entre "
            "fonctionne marche".split()
        ),
        "de": frozenset(
            "der die das den dem des ein eine einen einem einer und ist sind war nicht kein keine was wie wer wann wo "
            "warum wieso welche welcher welches ich du er sie es wir ihr man mit von zu zum zur im am auf für bei aus "
            "nach oder aber auch wenn dann kann muss soll wird werden zwischen unterschied vorlesung "
            "funktioniert bedeutet".split()
        ),
        "it": frozenset(
            "il lo la gli le un uno una di del della dei delle degli nel nella al alla che cosa chi quando dove come "
            "perché qual quale quali è sono essere non si io tu lui lei noi voi loro questo questa questi per con su "
            "tra fra ma o e anche più molto fa fare può devo differenza lezione significa funziona".split()
        ),
    }
)
_LETTERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "pt": frozenset("ãõçàâêô"),
        "es": frozenset("ñ¿¡"),
        "fr": frozenset("èœçàâêô"),
        "de": frozenset("ßäö"),
        "it": frozenset("ìòàè"),
    }
)
# Fewer small words may be names or borrowed.
_SURE_POINTS = 2


def detect_language(text: str, *, default: str) -> str:
    """Return the ISO code of `text`'s language, one of LANGUAGE_NAMES; `default` where nothing tells.

    Counts small words and letters that only one of them has: a question of three words is enough more often than not.
    """
    points = _points(text)
    most = max(points.values())
    leaders = [language for language, count in points.items() if count == most]
    if most == 0 or (len(leaders) > 1 and default in leaders):
        return default
    return leaders[0]


def shows_its_language(text: str) -> bool:
    """Whether a text holds enough words of one language, and more than of any other, to name it."""
    most, second = sorted(_points(text).values(), reverse=True)[:2]
    return most >= _SURE_POINTS and most > second


def conversation_language(conversation: Sequence[Turn], *, default: str) -> str:
    """Return the language of the last question that showed one; `default` where none did."""
    language = default
    for turn in conversation:
        language = detect_language(turn.question, default=language)
    return language


def sentences_in(language: str) -> Sentences:
    """Return Lectern's sentences in `language` (any ISO code, such as pt-BR), English where it does not speak it."""
    return SENTENCES.get(language[:2].lower(), SENTENCES["en"])


def outcome_sentence(outcome: Outcome, *, language: str) -> str:
    """Return the plain sentence of an outcome; `answered` needs none."""
    sentences = sentences_in(language)
    return {
        Outcome.ANSWERED: "",
        Outcome.NOT_IN_LECTURES: sentences.not_in_lectures,
        Outcome.DEGRADED: sentences.model_unavailable,
        Outcome.FAILED: sentences.failed,
    }[outcome]


def sentence_of_cause(cause: str, *, language: str) -> str:
    """Return what stands above quotes where the model gave no answer for this cause (see `Unavailable`)."""
    sentences = sentences_in(language)
    if cause in _UNFIT_CAUSES:
        return sentences.model_unfit
    return sentences.model_unusable if cause in _SETTING_CAUSES else sentences.model_unavailable


def without_own_sentences(answer: str) -> str:
    """Take out of an answer what Lectern says itself, in any language; what the lecturer or a model said stays."""
    own = {sentence for sentences in SENTENCES.values() for sentence in astuple(sentences)}
    return "\n".join(line for line in answer.splitlines() if line.strip() not in own).strip()


def _points(text: str) -> dict[str, int]:
    lowered = text[:2000].lower()
    words = re.findall(r"[^\W\d_]+", lowered)
    points = {language: sum(word in small for word in words) for language, small in _SMALL_WORDS.items()}
    for language, letters in _LETTERS.items():
        points[language] += 2 * sum(character in letters for character in set(lowered))
    return points
