from pathlib import Path

import pytest

from retrieval.course_sources.language_guess import guess_language, primary_language
from tests.making_courses import write_captions

_SAMPLES = {
    "pt": "Então, a gente vai ver aqui que isso não é uma função do primeiro grau, mas também não é difícil.",
    "en": "So what we have here is not the function that you are going to see, and this is what they do.",
    "es": "Entonces aquí vemos que los datos no están en el plano, pero también hay una línea como esta.",
    "fr": "Donc ici nous avons une fonction qui est dans le plan, mais pas les données que vous voyez.",
    "de": "Und hier sehen wir, dass die Funktion nicht linear ist, aber das ist auch noch ein Problem.",
    "it": "Quindi anche questo non è il problema che abbiamo, ma sono gli errori della funzione nel piano.",
}


@pytest.mark.parametrize("language", sorted(_SAMPLES))
def test_a_language_is_known_by_its_small_words(tmp_path: Path, language: str) -> None:
    assert guess_language(write_captions(tmp_path / "a.vtt", [_SAMPLES[language]])) == language


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1", "utf-8-sig"])
def test_other_encodings_are_guessed_too(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes(_SAMPLES["pt"].encode(encoding))
    assert guess_language(path) == "pt"


def test_too_few_words_tell_nothing(tmp_path: Path) -> None:
    assert guess_language(write_captions(tmp_path / "a.vtt", ["[Música]", "Olá"])) is None


def test_a_tag_is_brought_to_its_language() -> None:
    assert [primary_language(tag) for tag in ("pt-BR", "EN_us", "yue")] == ["pt", "en", "yue"]
