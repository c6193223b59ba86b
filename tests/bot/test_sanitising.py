import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sanitising import make_inert, parts, shortened

# What a chat program would turn into a link or a mention, told without the expressions under test.
_LIVE_ANYWHERE = re.compile(r"://|www\.|\]\(|discord\.gg|t\.me\b|@everyone|@here|<@", re.IGNORECASE)
_LIVE_IN_PROSE = re.compile(r"[\w-]\.(?:com|net|org|io|gg|xyz|ru)(?![\w-])|(?<!\w)@\w|<[a-z/]", re.IGNORECASE)
_CODE_SPAN = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)


def is_live(text: str) -> bool:
    """Whether a chat program would make a link or a mention of any of it; in code it makes none of names with dots."""
    return bool(_LIVE_ANYWHERE.search(text) or _LIVE_IN_PROSE.search(_CODE_SPAN.sub("``", text)))


HOSTILE = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *(
                    "https://",
                    "http",
                    "ht",
                    "tp",
                    "://",
                    ":",
                    "//",
                    "www.",
                    "evil",
                    ".",
                    "com",
                    "evil.com",
                    "。",
                    "main.py",
                ),
                *("[", "]", "(", ")", "<", ">", "<b>", "</b>", "<script", "`", "```", "*", "#", "&", " ", "\n"),
                *("@everyone", "@here", "<@123>", "@user", "discord.gg/x", "t.me/y", "javascript:"),
                *("[S1]", "[S9]", "[1]", "【S1】", "S2", "\u202e", "\u200b", "\ud800"),
            ]
        ),
        st.text(max_size=6),
    ),
    max_size=40,
).map("".join)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Veja https://evil.example/a?b=c agora.", "Veja agora."),
        ("Veja [este vídeo](https://evil.example) agora.", "Veja este vídeo agora."),
        ("Veja <https://evil.example> agora.", "Veja agora."),
        ("Veja evil.com/x e www.evil.org agora.", "Veja e agora."),
        ("Entre em discord.gg/abc ou t.me/golpe já.", "Entre em ou já."),
        ("Escreva para ana@uni.edu hoje.", "Escreva para hoje."),
        ("Oi @everyone e @ana!", "Oi everyone e ana!"),
        ("Oi <@1234> e <@&99>, veja <#5>", "Oi e, veja"),
        ("É <b>muito</b> bom<script>x</script>", "É muito bomx"),
        ("ht\u200btps://evil.example", ""),
        ("ht<b>tps://evil.example", ""),
        ("a\u202eb\u2066c\x07d\ud800e", "abcde"),
        ("javascript:alert(1) sim", "sim"),
        ("Terminou.de repente", "Terminou. de repente"),
        ("Abra main.py e leia", "Abra `main.py` e leia"),
        ("evil。com é um sítio", "é um sítio"),
        ("Veja goo.gl/abc, is.gd/abc e evil.pw/login já", "Veja, e já"),
        ("Veja evil.dk/x ou //evil.example/x já", "Veja ou já"),
        ("Escreva a user@evil.dk já", "Escreva a já"),
        ("Veja evil.dk e пример.рф", "Veja evil. dk e пример. рф"),
        ("Veja xn--e1afmkfd.xn--p1ai", "Veja xn--e1afmkfd. xn--p1ai"),
        ("Veja discord\u2024gg/a e spotify:track:1 já", "Veja e já"),
        ("[clique][1]\n\n[1]: //evil.dk", "[clique][1]"),
        ("Sim [[S2]](evil.dk).", "Sim [S2]."),
        ("\x1b[31mvermelho\x1b[0m \x1b]8;;http://evil.example\x07rótulo\x1b]8;;\x07", "vermelho rótulo"),
        ("\x1b]8;;vermelho", "vermelho"),
        ("<a href='x'>y</a> <img src=x onerror=f()> <!-- z -->", "y"),
        ("É < isto <script e <details open>", "É < isto < script e < details open>"),
        ("<:riso:12> <a:riso:12> </ajuda:12> <t:12:R> <id:home> fim", "fim"),
    ],
)
def test_what_could_be_clicked_or_ping_someone_is_gone(text: str, expected: str) -> None:
    assert make_inert(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "O produto é `a @ b` e a forma é `x.shape`.",
        "Em prosa, a @ b também fica, e x.shape e np.dot(a, b).",
        "O decorador `@property` e a lista `List<int>`.",
        "```\n@dataclass\nclass Ponto:\n    x: int\n```",
        "Se a < b e c > d, então 3.14 é pi.",
        "Custa R$ 3,50; 80% das vezes. E daí?",
        "df.groupby devolve um objeto",
        "Chame loss.backward() e optimizer.step() em torch.nn.Linear.",
        "Se c>d, a//b é 7//2, W.T tem 1.5/2.0 e e.g. a Fig.2 da v1.2.3.",
        r"A perda é $\sum_{i=1}^{n} (y_i - \hat{y}_i)^2$ e \(p(x \mid y)\).",
    ],
)
def test_code_and_formulas_survive(text: str) -> None:
    assert make_inert(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Se a<b a precisão cai. Mas se c>d o recall sobe.", "Se a< b a precisão cai. Mas se c>d o recall sobe."),
        ("os símbolos <s> e <unk>", "os símbolos < s> e < unk>"),
        ("0<p e p>1", "0< p e p>1"),
        ("if a<b:c>d e P(a<b|c:d>e)", "if a< b:c>d e P(a< b|c:d>e)"),
        ("A esperança E[X](t)", "A esperança E[X] (t)"),
        ("Use tf.io.read e np.info aqui", "Use `tf.io.read` e `np.info` aqui"),
        ("Chame modelo.fit em main.py:12 e src/main.py", "Chame `modelo.fit` em `main.py:12` e `src/main.py`"),
        ("Divida x.shape/2 agora", "Divida `x.shape/2` agora"),
        ("Terminou.Depois disso", "Terminou. Depois disso"),
    ],
)
def test_formulas_and_names_with_dots_stay_readable(text: str, expected: str) -> None:
    assert make_inert(text) == expected


def test_code_hides_neither_links_nor_mass_mentions() -> None:
    assert make_inert("`https://evil.example` `@everyone` `<@1>`").replace("`", "").split() == ["everyone"]


@given(HOSTILE)
@settings(max_examples=400)
def test_nothing_live_survives_and_doing_it_again_changes_nothing(text: str) -> None:
    inert = make_inert(text)
    assert not is_live(inert)
    inert.encode("utf-8")
    assert make_inert(inert) == inert


@pytest.mark.parametrize(
    "unit",
    [
        "a.",
        "[",
        "](",
        "<a",
        "@",
        "`",
        "```",
        "https://",
        "[a](",
        "S1 ",
        "a@",
        "([",
        "x://",
        " ",
        "\n ",
        ".com",
        "a-",
        "<a x=",
        "//a",
        "<!--",
        "[[a]](",
        "[a]: ",
        "\x1b]",
        "a.b/",
        "a@b.",
    ],
)
def test_hostile_text_of_100_kb_takes_well_under_a_second(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    began = time.perf_counter()
    make_inert(text)
    assert time.perf_counter() - began < 5  # linear takes some 0.05 s; quadratic would take minutes


@given(st.text(alphabet="ab`\n", max_size=60))
def test_parts_are_the_text_again(text: str) -> None:
    assert "".join(part.text for part in parts(text)) == text


def test_a_long_text_is_cut_between_words() -> None:
    assert shortened("uma frase longa", 10) == "uma frase…"
    assert shortened("uma frase longa", 9) == "uma…"
    assert shortened("curta", 5) == "curta"
    assert shortened("umapalavrasó", 5) == "umap…"
