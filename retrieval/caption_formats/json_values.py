"""Reading JSON that others wrote: each value is checked before it is used. Pure."""

import json
import math

from retrieval.segment import CaptionsRefused


def parse_json(text: str, *, name: str) -> object:
    """Parse a JSON file.

    Raises:
        CaptionsRefused: broken, cut off, or nested beyond reason; with the line where it breaks.
    """
    try:
        value: object = json.loads(text)
    except json.JSONDecodeError as error:
        is_cut = not text[error.pos :].strip() or error.msg.startswith("Unterminated")
        fault = "the JSON is cut off here" if is_cut else f"the JSON is broken here ({error.msg.lower()})"
        raise CaptionsRefused(f"{fault}.", file=name, line=error.lineno, fix="Download or export it again.") from error
    except (RecursionError, ValueError) as error:
        raise CaptionsRefused(
            "the JSON is nested too deep or holds a number too long to be captions.", file=name
        ) from error
    return value


def as_dict(value: object) -> dict[str, object]:
    """Return a JSON object, or an empty one for any other value."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    """Return a JSON array, or an empty one for any other value."""
    return value if isinstance(value, list) else []


def as_text(value: object) -> str:
    """Return a string, or an empty one for any other value."""
    return value if isinstance(value, str) else ""


def as_number(value: object) -> float | None:
    """Return a finite number, also one written as a string, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
