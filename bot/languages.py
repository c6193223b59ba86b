"""The languages Lectern speaks: which one a question is in, and the plain sentences of every outcome, in one place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.exchange import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """What Lectern itself says to a student, in one language."""

    quotes_only: str
    model_unavailable: str
    uncited: str
    not_in_lectures: str
    truncated: str
    failed: str


SENTENCES: Mapping[str, Sentences] = MappingProxyType(
    {
        "pt": Sentences(
            quotes_only="Nenhum modelo de linguagem está configurado; estas são as palavras da própria aula:",
            model_unavailable="O modelo de linguagem não está respondendo; estas são as palavras da própria aula:",
            uncited="O modelo não apontou de onde tirou a resposta; estas são as palavras da própria aula:",
            not_in_lectures="Não encontrei isso nas aulas.",
            truncated="(A resposta foi cortada antes do fim.)",
            failed="Algo deu errado e não consegui responder. Tente de novo daqui a pouco.",
        ),
        "en": Sentences(
            quotes_only="No language model is configured; these are the lecturer's own words:",
            model_unavailable="The language model is not responding; these are the lecturer's own words:",
            uncited="The model did not say where its answer comes from; these are the lecturer's own words:",
            not_in_lectures="I did not find this in the lectures.",
            truncated="(The answer was cut off before its end.)",
            failed="Something went wrong and I could not answer. Please try again in a moment.",
        ),
        "es": Sentences(
            quotes_only="No hay ningún modelo de lenguaje configurado; estas son las palabras de la propia clase:",
            model_unavailable="El modelo de lenguaje no responde; estas son las palabras de la propia clase:",
            uncited="El modelo no indicó de dónde sacó la respuesta; estas son las palabras de la propia clase:",
            not_in_lectures="No encontré esto en las clases.",
            truncated="(La respuesta se cortó antes del final.)",
            failed="Algo salió mal y no pude responder. Inténtalo de nuevo en un momento.",
        ),
    }
)

LANGUAGE_NAMES: Mapping[str, str] = MappingProxyType({"pt": "Portuguese", "en": "English", "es": "Spanish"})

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
            "tá".split()
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
    }
)
_LETTERS: Mapping[str, frozenset[str]] = MappingProxyType({"pt": frozenset("ãõçàâêô"), "es": frozenset("ñ¿¡")})


def detect_language(text: str, *, default: str) -> str:
    """Say whether `text` is Portuguese (pt), English (en) or Spanish (es); `default` where nothing tells.

    Counts small words and letters that only one of them has: a question of three words is enough more often than not.
    """
    lowered = text[:2000].lower()
    words = re.findall(r"[^\W\d_]+", lowered)
    points = {language: sum(word in small for word in words) for language, small in _SMALL_WORDS.items()}
    for language, letters in _LETTERS.items():
        points[language] += 2 * sum(character in letters for character in set(lowered))
    most = max(points.values())
    leaders = [language for language, count in points.items() if count == most]
    if most == 0 or (len(leaders) > 1 and default in leaders):
        return default
    return leaders[0]


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
