import numpy as np
import pytest
from parsed import read, seed_records

from hf_synth.cards.shapes import SHAPES, find_shape
from hf_synth.columns import parse_features
from hf_synth.errors import ConfigError
from hf_synth.gan.rows import EmbeddedRow
from hf_synth.schema import Provenance, Row

ROW = Row.human(read(seed_records())[0])
POINT = EmbeddedRow(np.array([0.5, -1.0], dtype=np.float32), "SHOP", np.array([1.0], dtype=np.float32), Provenance())


def test_parses():
    shape = find_shape("semantic_parsing")
    columns = shape.write_row(ROW)
    assert columns == ROW.to_parsed()
    assert shape.find_class(columns) == "SHOP"
    assert shape.show_row(columns) == {"text": ROW.utterance.text, "parse": ROW.utterance.parse}
    assert shape.make_features(shape.collect_labels([columns])) == parse_features()


@pytest.mark.parametrize("task", SHAPES)
def test_every_row_has_a_class_and_can_be_shown(task):
    shape = find_shape(task)
    columns = shape.write_row(POINT if task == "embedding" else ROW)
    assert shape.find_class(columns) == "SHOP"
    assert shape.find_key(columns) == ("0.5 -1" if task == "embedding" else "i'd like two roses")
    assert set(columns) == set(shape.make_features(shape.collect_labels([columns])))
    assert all(isinstance(text, str) for text in shape.show_row(columns).values())
    assert all(
        f"`{name}`" in shape.columns for name in columns if name not in ("origin", "method", "teacher", "seed_ids")
    )


def test_unknown_task():
    with pytest.raises(ConfigError, match="unknown task 'semantic_parses'"):
        find_shape("semantic_parses")
