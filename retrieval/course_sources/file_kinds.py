"""What lies at a path where a file should be: a folder, a pipe and the like are named, not opened."""

import errno
import stat
from pathlib import Path

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


def name_other_kind(path: Path) -> str:
    """What a path is that is no plain file, such as "a folder"; empty for a file, and where nothing is at all.

    To open a pipe may wait for ever, and a device may never end. Raises OSError where one may not look.
    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return "a link to a file that is not there" if path.is_symlink() else ""
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        return "a link that leads round in a circle"
    return "" if stat.S_ISREG(mode) else _KINDS.get(stat.S_IFMT(mode), "no plain file")
