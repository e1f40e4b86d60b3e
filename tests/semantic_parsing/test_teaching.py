import json

import pytest
import yaml
from parsed import seed_records
from small import write_lines

from hf_synth.encoder import DEFAULT_ENCODER
from hf_synth.errors import ConfigError
from hf_synth.generation import Draw, Sampling
from hf_synth.prompts.clasp import ClaspPrompt, ClaspRequest
from hf_synth.semantic_parsing.teaching import teach_parses
from hf_synth.teach_recipe import load_teach_recipe
from hf_synth.teachers.loading import load_instructed, load_local


@pytest.fixture
def folder(tmp_path):
    write_lines(tmp_path / "rows.jsonl", seed_records())
    recipe = {
        "task": "clasp",
        "data": [{"path": "rows.jsonl"}],
        "tuning": {"pairs": 12, "max_tokens": 512},
    }
    (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    return tmp_path


def test_a_teacher_of_clasp_prompts(folder):
    out = folder / "out"
    result = teach_parses(load_teach_recipe(folder, [f"base=warm:{DEFAULT_ENCODER}"]), out)
    assert result["pairs"] == 12
    assert json.loads((out / "manifest.json").read_text())["result"]["steps"] == result["steps"]
    teacher = load_local(str(out / "model"))
    assert teacher.taught == "clasp@1"
    (completion,) = teacher.generate([Draw(ClaspPrompt().render(ClaspRequest("gb")))], Sampling(max_new_tokens=8))
    assert isinstance(completion, str)
    assert load_instructed(str(out / "model"), prompts=("clasp@1",)).taught == teacher.taught


def test_a_teacher_that_translates(folder):
    english = [("set an alarm for [time : nine]", "alarm_set"), ("play [genre : jazz]", "play_music")]
    german = [("stelle einen wecker für [time : neun]", "alarm_set"), ("spiele [genre : jazz]", "play_music")]
    for name, rows in (("english", english), ("german", german)):
        records = [{"id": str(n), "utterance": text, "intent": intent} for n, (text, intent) in enumerate(rows)]
        write_lines(folder / f"{name}.jsonl", records)
    changes = ["data=[{path: german.jsonl, locale: de}]", "sources={path: english.jsonl}", "strategies=[ts, tb]"]
    result = teach_parses(load_teach_recipe(folder, changes), folder / "out")
    assert result["pairs"] == 12
    assert load_local(str(folder / "out" / "model")).taught == "linguist@1 clasp_slots@1"


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("strategies=[xs]", "strategies"),
        ("strategies=[]", "strategies is empty"),
        ("strategies=[ts]", "sources goes with the strategies ts and tb"),
        ("sources={path: rows.jsonl}", "sources goes with the strategies ts and tb"),
        ("tuning.pairs=0", "tuning.pairs is 0"),
    ],
)
def test_bad_settings(folder, assignment, message):
    with pytest.raises(ConfigError, match=message):
        load_teach_recipe(folder, [assignment])
