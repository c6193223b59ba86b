"""Whether a model's text says that the lectures do not answer: by the agreed tokens, or in words. Pure."""

import re

NOT_IN_LECTURES = "NOT_IN_LECTURES"
NO_QUESTION = "NO_QUESTION"

# What is left of a refusal once its marks and tokens are gone; an answer has more words.
_FEW_WORDS = 4
# A longer text without marks says more than that it does not know.
_MOST_WORDS = 40
_REFUSING_SENTENCES = 2

_AROUND = r"[\[(*_`\"]{0,3}"
_AFTER = r"[\])*_`\".]{0,3}"
_TOKEN = re.compile(rf"{_AROUND}not_in_lectures{_AFTER}", re.IGNORECASE)
# "The rest: NOT_IN_LECTURES" says nothing without its token, so its sentence goes, up to the next mark.
_WITH_SENTENCE = re.compile(
    rf"(?:(?<=[.!?…\]\n])|^)[^.!?…\]\n]{{0,120}}?\w[^\w.!?…\]\n]{{1,5}}?{_TOKEN.pattern}[^.!?…\n\[]{{0,120}}[.!?…]?",
    re.IGNORECASE,
)
_SPOKEN_TOKEN = re.compile(r"\W{0,5}not in lectures\W{0,5}", re.IGNORECASE)
_NO_QUESTION = re.compile(r"\W{0,5}no_question\W{0,5}", re.IGNORECASE)
_BRACKET = re.compile(r"[\[【(][^\[\]【】()\n]{0,40}[\]】)]")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")
_WORD = re.compile(r"\w+")

# "They do not answer it" with the passages as what does not, in Portuguese, English and Spanish.
_SUBJECT_REFUSES = re.compile(
    r"\b(?:passage(?:m|ns)|trechos?|fontes|aulas)\b[^.!?\n]{0,40}\bn[ãa]o "
    r"(?:respond|menciona|cont[êeé]m|explica|abord|trata|fala|diz|informa|cobre|fornece|traz|inclu)"
    r"|\b(?:passages?|excerpts?|lectures|sources)\b[^.!?\n]{0,40}\b(?:do(?:es)? not|don['’]t|doesn['’]t|never) "
    r"(?:answer|mention|contain|explain|cover|discuss|address|say|provide|include|talk)"
    r"|\b(?:pasajes?|fragmentos?|fuentes|clases)\b[^.!?\n]{0,40}\bno "
    r"(?:respond|menciona|contien|explica|abord|trata|habla|dice|cubre|incluye)"
    r"|\bn[ãa]o (?:encontr|ach)(?:ei|o)\b[^.!?\n]{0,60}\bn[ao]s (?:aulas|passagens|trechos)\b(?! \d)"
    r"|\b(?:not|n['’]t) find\b[^.!?\n]{0,60}\bin the (?:lectures|passages|excerpts)\b(?! \d)"
    r"|\bno (?:encontré|encuentro)\b[^.!?\n]{0,60}\ben l[ao]s (?:clases|pasajes|fragmentos)\b(?! \d)"
    # Only a model speaks of passages: a lecturer speaks of lectures.
    r"|\bn[ãa]o\b[^.!?\n]{0,60}\bn(?:[ao]s|est[ae]s|ess[ae]s) (?:passagens|trechos)\b"
    r"|\b(?:not|no|nothing|isn['’]t)\b[^.!?\n]{0,60}"
    r"\bin (?:the |these |those )?(?:given |provided )?(?:passages|excerpts)\b"
    r"|\bno\b[^.!?\n]{0,60}\ben (?:l[ao]s|est[ao]s) (?:pasajes|fragmentos)\b"
    r"|\bn[ãa]o é possível responder|\bno es posible responder|\b(?:cannot|can['’]t|not possible to) (?:be )?answer",
    re.IGNORECASE,
)
# "This is not in the lectures"; too common within cited sentences to be a refusal there.
_NOT_THERE = re.compile(
    r"\bn[ãa]o\b[^.!?\n]{0,60}\bn(?:[ao]s|est[ae]s|ess[ae]s) (?:aulas|passagens|trechos|fontes)\b(?! \d)"
    r"|\b(?:not|no|nothing|never|isn['’]t|aren['’]t)\b[^.!?\n]{0,60}"
    r"\bin (?:the |these |those |any of the )?(?:lectures|passages|excerpts|sources)\b(?! \d)"
    r"|\bno\b[^.!?\n]{0,60}\ben (?:l[ao]s|est[ao]s) (?:clases|pasajes|fragmentos|fuentes)\b(?! \d)",
    re.IGNORECASE,
)
# What follows these words is an answer after all.
_CONTRAST = re.compile(
    r"\b(?:mas|por[ée]m|apenas|s[óo]|but|however|only|except|though|pero|aunque|solo|sino)\b", re.IGNORECASE
)


def is_refusal(text: str, *, is_cited: bool) -> bool:
    """Whether a text only says that the lectures do not answer; `is_cited` where a mark in it names a source.

    A text that answers with marks stays an answer even if it holds the token or says that something is missing.
    """
    bare = _BRACKET.sub(" ", without_token(text)).replace("_", " ")
    words = len(_WORD.findall(bare))
    if _TOKEN.search(text) and (not is_cited or words < _FEW_WORDS):
        return True
    if _SPOKEN_TOKEN.fullmatch(text):
        return True
    sentences = [sentence for sentence in _SENTENCE_END.split(bare.strip()) if _WORD.search(sentence)]
    if is_cited:
        return bool(sentences) and all(_refuses(sentence, _SUBJECT_REFUSES) for sentence in sentences)
    return words <= _MOST_WORDS and any(
        _refuses(sentence, _SUBJECT_REFUSES) or _refuses(sentence, _NOT_THERE)
        for sentence in sentences[:_REFUSING_SENTENCES]
    )


def has_no_question(text: str) -> bool:
    """Whether the model says that it was greeted or thanked, and asked nothing."""
    return _NO_QUESTION.fullmatch(text) is not None


def without_token(text: str) -> str:
    """Take the token out, with the words that lead to it in its sentence."""

    def end(found: re.Match[str]) -> str:
        return "." if text[found.start() - 1 : found.start()] == "]" else ""

    return _TOKEN.sub("", _WITH_SENTENCE.sub(end, text))


def leaves_a_part_open(text: str) -> bool:
    """Whether the token stands after an answer, with no further mark behind it."""
    found = list(_TOKEN.finditer(text))
    return bool(found) and bool(_WORD.search(text[: found[0].start()])) and "[" not in text[found[-1].end() :]


def may_become_token(text: str) -> bool:
    """Whether a text that is still being written may turn out to be a token alone."""
    begun = text.strip(' \n\t*_`"[(')
    return any(token.startswith(begun[: len(token)]) for token in (NOT_IN_LECTURES, NO_QUESTION))


def _refuses(sentence: str, expression: re.Pattern[str]) -> bool:
    found = expression.search(sentence)
    return found is not None and not _CONTRAST.search(sentence, found.end())
