import pytest
import yaml
from small import write_lines

from hf_synth.errors import ConfigError
from hf_synth.recipes import load_run_recipe

DATA = {"train": {"path": "train.jsonl"}, "test": {"path": "test.jsonl"}}


def load(folder, **settings):
    write_lines(folder / "train.jsonl", [{}])
    (folder / "recipe.yaml").write_text(yaml.safe_dump({"task": "semantic_parsing", "data": DATA, **settings}))
    return load_run_recipe(folder)


def test_defaults(tmp_path):
    recipe = load(tmp_path)
    assert recipe.name == tmp_path.name
    assert recipe.data.train.path == str(tmp_path / "train.jsonl")
    assert recipe.data.test.path == "test.jsonl"  # not beside the recipe: as it stands
    assert (recipe.task, recipe.written_arm, recipe.writes, recipe.variants) == (
        "semantic_parsing",
        "clasp",
        True,
        (),
    )
    assert not load(tmp_path, arms=["real_only", "slot_resampling"]).writes


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"arms": ["real_olny"]}, "unknown arm 'real_olny'"),
        ({"arms": ["real_only", "real_only"]}, "names something twice"),
        ({"arms": ["real_only", "grammar"]}, "needs data.grammar"),
        ({"arms": ["real_only", "full_data"]}, "needs few.rows or few.ids"),
        ({"arms": ["clasp"]}, "none of the baselines"),
        ({"arms": ["real_only", "clasp_gb"], "generation": {"plan": {"strategies": ["rs"]}}}, "needs 'gb' among"),
        ({"resolution": {"defaults": {}}}, "resolution needs data.catalogue"),
        ({"human_share": 1}, r"human_share must lie in \[0, 1\)"),
        ({"mixing": "most"}, "mixing must be"),
        ({"match": "same"}, "match is one of unordered, spaceless"),
        ({"students": {"bese": "t5"}}, "unknown key 'students.bese'"),
    ],
)
def test_bad_settings(tmp_path, settings, message):
    with pytest.raises(ConfigError, match=message):
        load(tmp_path, **settings)
