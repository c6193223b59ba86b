"""What several test modules share: the sample course, ingested once with the real bundled E5."""

from importlib.resources import as_file, files
from pathlib import Path

import hypothesis
import pytest

from config.settings import WindowSettings
from retrieval.embedders.bundled import BundledE5
from retrieval.ingest import ingest_course

SAMPLE = "sample"

# A busy machine is slow, not wrong: no example of a property test fails for the time it took.
hypothesis.settings.register_profile("lectern", deadline=None)
hypothesis.settings.load_profile("lectern")


@pytest.fixture(scope="session")
def sample_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that holds the sample course. Read it or copy it: all tests share it."""
    data = tmp_path_factory.mktemp("lectern")
    with as_file(files("config") / "sample_course") as folder:
        report = ingest_course(
            folder,
            data=data,
            course=SAMPLE,
            embedder=BundledE5(),
            windows=WindowSettings(seconds=120, overlap_seconds=30, max_tokens=480),
        )
    assert report.is_complete
    return data
