"""Which rows of a dataset people judge."""

import pytest

from hf_synth.errors import ConfigError
from hf_synth.review.sample import read_items

from .reviewed import write_dataset


def test_items_of_a_dataset_have_their_seeds(tmp_path):
    run = write_dataset(tmp_path / "run", made=3)
    items = read_items(run / "dataset")
    assert {item.row.provenance.origin for item in items} == {"synthetic"}
    assert [seed.text for seed in items[0].seeds] == ["wake me at seven"]
    assert len(items) == 3


def test_what_cannot_be_judged(tmp_path):
    run = write_dataset(tmp_path / "run", made=0)
    with pytest.raises(ConfigError, match="no made row"):
        read_items(run / "dataset")
    with pytest.raises(ConfigError, match="at least 1 row"):
        read_items(run / "dataset", size=0)
    (run / "dataset" / "train.parquet").write_bytes(b"PAR1")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_items(run / "dataset")
    (run / "dataset" / "train.parquet").unlink()
    with pytest.raises(ConfigError, match="no such file"):
        read_items(run / "dataset")
