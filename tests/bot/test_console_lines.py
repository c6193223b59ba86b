"""What typed lines mean."""

import pytest

from bot.exchange import Thumb
from bot.platforms.console_lines import Ask, GiveThumb, Line, Order, Unknown, understand


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        ("  o que é overfitting? ", Ask(text="o que é overfitting?")),
        ("+", GiveThumb(thumb=Thumb.HELPFUL, reason=None)),
        ("- aula errada", GiveThumb(thumb=Thumb.NOT_HELPFUL, reason="aula errada")),
        ("👎", GiveThumb(thumb=Thumb.NOT_HELPFUL, reason=None)),
        ("-1 é um rótulo válido?", Ask(text="-1 é um rótulo válido?")),
        ("+inf aparece por quê?", Ask(text="+inf aparece por quê?")),
        ("/WHY", Order(name="why")),
        ("/q", Order(name="quit")),
        ("/wat", Unknown(text="/wat")),
        ("   ", None),
    ],
)
def test_a_line_means(line: str, meaning: Line) -> None:
    assert understand(line) == meaning
