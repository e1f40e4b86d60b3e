"""The public data sets: their folder is named by HF_SYNTH_DATA; on CI a missing folder fails the tests."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data():
    folder = Path(os.environ.get("HF_SYNTH_DATA", "../shared/data"))
    if not (folder / "snips").is_dir():
        message = f"{folder / 'snips'} is missing; HF_SYNTH_DATA names the folder of the public data sets"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    return folder
