"""Words as the full text is searched by: lower case, lemmas, accents folded. The only file that imports simplemma."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache

import simplemma

from retrieval.index_parts.small_words import SMALL_WORDS

# Letters and digits, and what makes C++ and C# words of their own.
_WORD = re.compile(r"[^\W_]+(?:[+#]+(?!\w))?")
# treinar and treinamento share no lemma but their first letters; of four to seven, five did best in trials.
BEGINNING_LENGTH = 5
BEGINNING_MARK = "~"
# Portuguese plurals and nouns as people type them without accents, which no dictionary lists.
_UNACCENTED = (("coes", "ções"), ("soes", "sões"), ("oes", "ões"), ("caes", "cães"), ("cao", "ção"), ("ao", "ão"))


def normalise(text: str, languages: Collection[str]) -> list[str]:
    """One term for each word of `text`, in order, so that *Funções*, *função* and *funcao* come out alike.

    A word takes the lemma of the first of `languages` (ISO 639 codes) that changes it; an unknown one changes none.
    """
    known = sorted({_primary(language) for language in languages})
    return [
        next((t for language in known if (t := _lemma(word, language)) != fold(word)), fold(word))
        for word in _words(text)
    ]


def passage_terms(text: str, language: str) -> list[str]:
    """The terms to index a passage under: for each word its lemma, and the beginning of the lemma."""
    lemmas = [_lemma(word, _primary(language)) for word in _words(text)]
    return [term for lemma in lemmas for term in with_beginning(lemma)]


def question_words(text: str, languages: Collection[str]) -> list[tuple[str, ...]]:
    """For each different word of a question the terms it may be indexed under, the likeliest first.

    `languages` are those of the course's lectures: the same word has another lemma in each, and somebody who leaves the
    accents out types a word that only its plain form finds.
    """
    known = sorted({_primary(language) for language in languages})
    words = dict.fromkeys(_words(text))
    return [tuple(dict.fromkeys([*(_lemma(word, language) for language in known), fold(word)])) for word in words]


def without_small_words(words: Sequence[tuple[str, ...]], languages: Collection[str]) -> Sequence[tuple[str, ...]]:
    """Leave out the small words of a course's languages, where it has several and the question has other words.

    A small word is rare among the lectures in the other languages, so it would speak for every lecture in the
    question's own. In a course of one language it is common, and so weighs little by itself.
    """
    known = {_primary(language) for language in languages}
    if len(known) < 2:
        return words
    small = {fold(word) for language in known for word in SMALL_WORDS.get(language, ())}
    return [forms for forms in words if forms[-1] not in small] or words


def with_beginning(term: str) -> tuple[str, ...]:
    """The term and, where it is long enough to have one, its marked beginning."""
    if len(term) < BEGINNING_LENGTH:
        return (term,)
    return (term, BEGINNING_MARK + term[:BEGINNING_LENGTH])


def fold(word: str) -> str:
    """`word` in small letters and without its accents."""
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(letter)
    )


def _first_lemma(word: str, languages: Iterable[str]) -> str:
    plain = fold(word)
    return next((lemma for language in languages if (lemma := _lemma(word, language)) != plain), plain)


def _words(text: str) -> Iterator[str]:
    return (match.group() for match in _WORD.finditer(unicodedata.normalize("NFC", text).lower()))


def _primary(language: str) -> str:
    return re.split(r"[-_]", language, maxsplit=1)[0].lower()


# One course has some ten thousand forms; looking one up without the cache takes 20 times as long as with it.
@lru_cache(maxsize=65536)
def _lemma(word: str, language: str) -> str:
    try:
        return fold(simplemma.lemmatize(_accented(word, language), lang=language))
    except ValueError:  # no dictionary of that language
        return fold(word)


def _accented(word: str, language: str) -> str:
    if language != "pt" or not word.isascii():
        return word
    for plain, accented in _UNACCENTED:
        if word.endswith(plain):
            candidate = word.removesuffix(plain) + accented
            if simplemma.is_known(candidate, lang="pt"):
                return candidate
    return word
