import os

import pytest
from wordnet import write_wordnet


@pytest.fixture(autouse=True, scope="session")
def place(tmp_path_factory):
    """A small WordNet, and a cache folder of their own, for these tests and the processes that they start."""
    folder = tmp_path_factory.mktemp("transforms")
    patch = pytest.MonkeyPatch()
    patch.setenv("NLTK_DATA", str(write_wordnet(folder / "nltk")))
    patch.setenv("HF_SYNTH_CACHE", str(folder / "cache"))
    import nltk  # it reads the variable once, perhaps before this

    patch.setattr(nltk.data, "path", [os.environ["NLTK_DATA"], *nltk.data.path])
    yield folder
    patch.undo()
