"""Write the dump of the current schema, under the version given."""

import asyncio
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.store.sql_log import open_log
from tests.bot.store.released import as_released, thumbs_as_released
from tests.examples import NOON


async def _fill(path: Path) -> None:
    async with open_log(path, now=NOON) as log:
        for exchange in as_released():
            await log.record(exchange)
        for event in thumbs_as_released():
            await log.add_feedback(event)


def main() -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log.sqlite3"
        asyncio.run(_fill(path))
        with closing(sqlite3.connect(path)) as connection:
            dump = "\n".join(connection.iterdump())
    Path(__file__).with_name(f"{sys.argv[1]}.sql").write_text(dump + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
