"""What a model adds to its answer unasked: its thoughts, and a list of sources with times of its own. Pure."""

import re

_HEADING = re.compile(
    r"[\W_]{0,9}(?:fontes?|fuentes?|sources?|refer[eê]ncias?|references?|citations?|citaç(?:ão|ões))[*_ ]{0,4}"
    r"(?::[*_ ]{0,4}(?P<rest>.*))?",
    re.IGNORECASE,
)
_ENTRY = re.compile(r"[\s>*+\-–•]{0,9}(?:\d{1,2}[.)] {0,3})?[\[【(]\^?S?\d{1,3}[\]】)](?P<rest>.*)", re.IGNORECASE)
# In backticks it is a word of the answer.
_THOUGHT = re.compile(r"(?<!`)<think(?:ing)?>", re.IGNORECASE)
_THOUGHT_END = re.compile(r"</think(?:ing)?>", re.IGNORECASE)
_TIME = re.compile(r"\d{1,3}:\d\d")
_MARKS = re.compile(r"[\[【(]S\d{1,3}[\]】)]")


def without_source_list(text: str) -> str:
    """Cut a list of sources off the end of an answer; where no mark stands before it, keep its marks alone."""
    lines = text.rstrip().split("\n")
    begin = len(lines)
    while begin > 0 and _is_listed(lines[begin - 1]):
        begin -= 1
    tail = lines[begin:]
    heading = _HEADING.fullmatch(lines[begin - 1]) if begin > 0 else None
    if heading and (any(line.strip() for line in tail) or _MARKS.search(heading.group("rest") or "")):
        begin -= 1
        tail = lines[begin:]
    elif not any(_TIME.search(line) for line in tail) and not any(line.rstrip().endswith("]:") for line in tail):
        return text
    body = "\n".join(lines[:begin]).rstrip()
    marks = "".join(dict.fromkeys(_MARKS.findall("\n".join(tail))))
    return body if _MARKS.search(body) or not body else f"{body} {marks}".rstrip()


def without_thoughts(text: str) -> str:
    """Cut `<think>` sections out, also one that never ends."""
    kept = []
    begin = 0
    while opening := _THOUGHT.search(text, begin):
        kept.append(text[begin : opening.start()])
        closing = _THOUGHT_END.search(text, opening.end())
        begin = closing.end() if closing else len(text)
    return "".join([*kept, text[begin:]])


def _is_listed(line: str) -> bool:
    """A blank line or an entry: a mark, then a title and a time, not a sentence."""
    entry = _ENTRY.fullmatch(line)
    return not line.strip() or (
        entry is not None and (_TIME.search(line) is not None or len(entry["rest"].split()) < 8)
    )
