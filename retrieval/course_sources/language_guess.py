"""The language of a caption file that does not name it, guessed from the small words that every speaker repeats."""

import re
from collections import Counter
from pathlib import Path

# A guess is only for course.toml, where the instructor corrects it; this much text decides between the languages below.
_PROBE_BYTES = 65_536
_FEWEST_WORDS = 5
_SMALL_WORDS = {
    "pt": "que não uma com para isso você então aqui gente tem mais como mas vai são é ele ela muito da do nos também",
    "en": "the and that this you with for are have not what but from they here going can of is it we so was just",
    "es": "que los las una con para eso usted entonces aquí muy más pero también el está hay como del y lo nosotros",
    "fr": "les des que une est dans pour pas vous nous donc ici avec mais plus sur ce cette très et il elle on",
    "de": "der die und das ist nicht wir ein eine mit auf sich auch hier dann aber wenn zu den dem sie es noch",
    "it": "che non una con per questo anche sono come più della gli nel perché quindi molto il si abbiamo ma lo",
}


def guess_language(captions: Path) -> str | None:
    """The two-letter language of a caption file's text, or None where too little tells. Raises OSError."""
    with captions.open("rb") as file:
        words = re.findall(r"[^\W\d_]+", _decode(file.read(_PROBE_BYTES)).lower())
    counts = Counter(words)
    scores = {code: sum(counts[word] for word in small.split()) for code, small in _SMALL_WORDS.items()}
    best = max(scores, key=lambda code: scores[code])
    return best if scores[best] >= _FEWEST_WORDS else None


def primary_language(tag: str) -> str:
    """The language of a tag without region or script, in small letters: `pt-BR` becomes `pt`."""
    return re.split(r"[-_]", tag.strip(), maxsplit=1)[0].lower()


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        # The probe may end inside a character; any earlier fault means an older encoding.
        return content.decode("utf-8" if error.start > len(content) - 4 else "latin-1", "ignore")
