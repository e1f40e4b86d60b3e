import pytest

from hf_synth.errors import ConfigError
from hf_synth.multi_label.recipe import LabelRecipe
from hf_synth.recipes import check_teacher, load_run_recipe


def test_defaults(labelled):
    folder = labelled()
    recipe = load_run_recipe(folder, ["seeds=2"])
    assert isinstance(recipe, LabelRecipe)
    assert (recipe.name, recipe.task, recipe.writes, recipe.seeds) == (folder.name, "multi_label", False, 2)
    assert recipe.data.train.path == str(folder / "rows.jsonl")
    with pytest.raises(ConfigError, match="need no teacher"):
        check_teacher(recipe)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"arms": ["given_labels", "pseudos"]}, "unknown arm 'pseudos'"),
        ({"arms": ["given_labels", "pseudo+pseudo"]}, "names something twice"),
        ({"arms": ["pseudo"]}, "arms lacks given_labels"),
        ({"baselines": ["real_only"]}, "none of the baselines"),
        ({"loss": {"distillation": 0}}, "loss.distillation is 0"),
        ({"loss": {"distillation": 1, "negative_weight": 0}}, "loss.negative_weight is 0"),
        ({"pseudo_labels": {"streak": 3}}, "streak is 3, but there are 2 epochs"),
        ({"second_stage": {"arms": ["given"]}}, "second_stage.arms has 'given', which arms lacks"),
        ({"second_stage": {"arms": ["pseudo+negatives"]}}, "second_stage.arms has 'pseudo"),
        ({"second_stage": {"top": 0}}, "second_stage.top must be at least 1"),
        ({"noise": {"flipped": 1}}, r"noise.flipped must be in \[0, 1\)"),
        ({"seeds": 0}, "seeds must be at least 1"),
        ({"data": {"train": {"path": "rows.jsonl"}, "folds": 2}}, "data.folds must be at least 3"),
        ({"data": {"train": {"path": "rows.jsonl"}, "test": {"path": "rows.jsonl"}, "folds": 3}}, "or 0 with data"),
    ],
)
def test_bad_settings(labelled, settings, message):
    with pytest.raises(ConfigError, match=message):
        load_run_recipe(labelled(**settings))
