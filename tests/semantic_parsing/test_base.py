import json

import pytest
import yaml
from parsed import human_splits
from small import SEEDS, write_lines

from hf_synth.errors import ConfigError
from hf_synth.parses.schema import ParseSchema
from hf_synth.parses.tree import read_parse
from hf_synth.schema import Row
from hf_synth.semantic_parsing.base import teach_parser
from hf_synth.semantic_parsing.parser import Parser
from hf_synth.semantic_parsing.settings import ParserSettings
from hf_synth.semantic_parsing.training import train_parser
from hf_synth.teach_recipe import load_teach_recipe


@pytest.fixture
def folder(tmp_path):
    rows = [{"intent": intent, "utterance": text} for intent, texts in SEEDS.items() for text in texts]
    write_lines(tmp_path / "rows.jsonl", rows)
    recipe = {
        "task": "parser",
        "data": [{"path": "rows.jsonl"}],
        "parser": {"epochs": 1, "min_steps": 2, "max_tokens": 256, "frozen_labels": True},
        "parts": 2,
    }
    (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    return tmp_path


def test_a_parser_that_others_start_from(folder):
    out = folder / "out"
    result = teach_parser(load_teach_recipe(folder), out)
    assert result["rows"] == sum(map(len, SEEDS.values()))
    assert json.loads((out / "manifest.json").read_text())["result"] == result
    base = Parser.load(out / "model")
    assert base.schema.roots == tuple(f"IN:{intent}" for intent in sorted(SEEDS))
    parses = base.predict(["wake me at seven"])
    assert not base.schema.find_problem(read_parse(parses[0]))
    # A killed run goes on after the last part that is done.
    (out / "model" / "parser.json").unlink()
    before = (out / "part-0" / "parser.json").stat().st_mtime_ns
    assert teach_parser(load_teach_recipe(folder), out)["rows"] == result["rows"]
    assert (out / "part-0" / "parser.json").stat().st_mtime_ns == before
    assert Parser.load(out / "model").predict(["wake me at seven"]) == parses
    # A parser of other labels, in other brackets, takes over what it has learnt.
    rows = [Row.human(row) for row in human_splits().train]
    schema = ParseSchema.from_trees(read_parse(row.utterance.parse) for row in rows)
    settings = ParserSettings(base=str(out / "model"), epochs=1, min_steps=1, max_tokens=256, learning_rate=1e-9)
    other = train_parser(rows, schema, settings, None, 0)
    learnt, taken = (each.model.get_output_embeddings().query.weight for each in (Parser.load(out / "model"), other))
    assert (learnt - taken).abs().max() < 1e-6
    assert not schema.find_problem(read_parse(other.predict(["two roses"])[0]))


@pytest.mark.parametrize(
    ("assignment", "message"),
    [("parts=0", "parts must be at least 1"), ("parser.frozen_labels=false", "parser.frozen_labels is false")],
)
def test_bad_settings(folder, assignment, message):
    with pytest.raises(ConfigError, match=message):
        load_teach_recipe(folder, [assignment])


def test_frozen_labels_need_a_pointer():
    with pytest.raises(ConfigError, match=r"parser\.frozen_labels must be"):
        ParserSettings(frozen_labels=True, lora_rank=4)
