"""Addresses in text that others wrote: removed, or written so that no chat program makes a link of them. Pure.

Every expression here takes time in proportion to the text: repeated groups are bounded, or start at a boundary and end
at a character they cannot contain.
"""

import re

_DOT = re.compile(r"[.。．｡]")
# Letters that look and, after normalising, read as a full stop: one dot leader, small and fullwidth full stop.
_LOOKALIKE_DOTS = str.maketrans(dict.fromkeys("\u2024\ufe52\uff0e", "."))
# The target of a reference link, on its own line: [1]: //evil.example
_DEFINITION = re.compile(r"^ {0,3}\[[^\[\]\n]{1,60}\]:[ ]*<?(?=\S{0,80}?[/.:])\S+[^\n]*$\n?", re.MULTILINE)
_SCHEME = re.compile(
    r"[a-z0-9+.\-]{0,20}://\S*"
    r"|\b(?:javascript|vbscript|data|mailto|tel|sms|tg|discord|steam|file|magnet|blob|spotify|skype|whatsapp|slack"
    r"|zoommtg|callto|sips?|xmpp|irc|intent|market|itms|facetime|vscode|geo|bitcoin):(?=\S)\S*"
    r"|www[.。．｡]\S*"
    r"|(?<![\w/:])//(?=[^\W\d_])\S*",
    re.IGNORECASE,
)
_INVITE = re.compile(
    r"(?:discord(?:app)?[.。．｡](?:gg|com)|dsc[.。．｡]gg|t[.。．｡]me|telegram[.。．｡](?:me|dog|org))\b\S*",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}@(?:[\w-]{1,63}[.。．｡]){1,8}[\w-]{2,63}")
_MASKED_LINK = re.compile(r"!?\[{1,2}([^\[\]\n]*)\]{1,2}\(([^()\n]*)\)")
_TOKEN = re.compile(r"[^\s<>()\[\]{}\"'`,;“”«»|]+")
_NAME = re.compile(r"(?<![\w-])[\w-]+(?:[.。．｡][\w-]+)+")
_PATH = re.compile(r"[/?#][^\s?!.]|:\d")
_EDGES = "*_~.:!?…"

# ruff: noqa: SIM905 -- words are easier to read, and to add to, as a text than as a list of literals
_LINK_ENDINGS = frozenset(
    "com net org edu gov mil int io gg tv ly uk br pt fr nl eu ru cn jp kr au ca mx ar cl co pe uy ch pl cz ua tk ml "
    "ga cf gq su xyz top site online club click live app ai biz shop store tech space icu vip cloud blog news wiki lol "
    "link page dev fun win zip mov".split()
)
# These are also words that follow a full stop without a space, or names of attributes.
_WORD_ENDINGS = frozenset(
    "de es se no do da em is it at in to so my be us me pro name info id as am la le al un".split()
)
_FILE_ENDINGS = frozenset("py md sh rs js cc st ipynb csv json txt pdf yaml toml".split())
# What students of machine learning write before a dot; a name that begins so is code.
_CODE_BEGINNINGS = frozenset(
    "np tf nn pd plt df sns os sys math random torch keras sklearn scipy numpy pandas matplotlib tensorflow jax jnp "
    "self cls model optimizer loss layer tokenizer trainer".split()
)


def without_addresses(text: str) -> str:
    """Return prose without links, invites and e-mail addresses; the label of a masked link stays.

    A dotted name is no link any more: code and files become code, of two sentences each gets its space, and what may
    be a site is removed (`evil.com`, `evil.xx/path`) or broken (`evil. xx`).
    """
    text = _DEFINITION.sub("", text.translate(_LOOKALIKE_DOTS))
    text = _MASKED_LINK.sub(_label, text).replace("](", "] (")
    text = _EMAIL.sub(" ", _INVITE.sub(" ", _SCHEME.sub(" ", text)))
    has_ticks = "`" in text
    return _TOKEN.sub(lambda token: _unlinked(token.group(), may_be_code=not has_ticks), text)


def without_links_in_code(code: str) -> str:
    """Return code without what is a link also there; dotted names stay, as no chat program links them in code."""
    code = code.translate(_LOOKALIKE_DOTS).replace("](", "] (")
    return _INVITE.sub(" ", _SCHEME.sub(" ", code))


def _label(link: re.Match[str]) -> str:
    """The label of a masked link; with its brackets where it may be a mark, which is read later."""
    label, target = link.groups()
    if target and not any(sign in target for sign in "./:#。"):
        return link.group().replace("](", "] (")  # an expectation such as E[X](t)
    return f"[{label}]" if len(label) < 40 and any(character.isdigit() for character in label) else label


def _unlinked(token: str, *, may_be_code: bool) -> str:
    """A token that a chat program could turn into a link: removed, made code, or broken at its dots."""
    if not _DOT.search(token):
        return token
    written = token
    for name in _NAME.finditer(token):
        labels = _DOT.split(name.group().lower())
        is_short = len(labels[-1]) < 2 or labels[-1][0].isdigit()
        if is_short and not any(label in _LINK_ENDINGS for label in labels[1:]):
            continue  # 3.14, e.g, W.T
        is_line_of_file = labels[-1] in _FILE_ENDINGS and token[name.end() : name.end() + 1] == ":"
        has_path = _PATH.match(token, name.end()) is not None and not is_line_of_file
        if _is_code(labels, has_path=has_path):
            if has_path or any(_is_ending(label) for label in labels[1:]):
                return _as_code(token) if may_be_code else _broken(token)
        elif has_path or any(label in _LINK_ENDINGS for label in labels[1:]):
            return " "
        elif may_be_code and _reads_as_code(name.group()):
            return _as_code(token)
        else:
            written = _broken(token)
    return written


def _is_code(labels: list[str], *, has_path: bool) -> bool:
    if labels[-1] in _LINK_ENDINGS and has_path:
        return False
    is_attribute = len(labels[0]) == 1 and len(labels[-1]) > 2 and not _is_ending(labels[-1])
    return labels[0] in _CODE_BEGINNINGS or is_attribute


def _reads_as_code(name: str) -> bool:
    """A file, or a dotted name in small letters: `model.fit`; not `fim.Depois` and not what ends like a country."""
    last = _DOT.split(name)[-1]
    return last.lower() in _FILE_ENDINGS or (len(last) > 2 and last.isascii() and last.islower() and "xn--" not in name)


def _is_ending(label: str) -> bool:
    return label in _LINK_ENDINGS or label in _WORD_ENDINGS or label in _FILE_ENDINGS


def _as_code(token: str) -> str:
    core = token.strip(_EDGES)
    before, after = token.split(core, 1)
    return f"{before}`{core}`{after}"


def _broken(token: str) -> str:
    return re.sub(r"(?<=[\w-])([.。．｡])(?=[\w-])", r"\1 ", token)
