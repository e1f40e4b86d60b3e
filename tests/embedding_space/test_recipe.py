import pytest

from hf_synth.embedding_space.recipe import STEPS, WITHOUT, EmbeddingRecipe, measures_of
from hf_synth.errors import ConfigError
from hf_synth.gan.settings import GanSettings
from hf_synth.recipes import check_teacher, load_run_recipe


def test_defaults(pointed):
    recipe = load_run_recipe(pointed())
    assert isinstance(recipe, EmbeddingRecipe)
    assert (recipe.task, recipe.writes, recipe.sizes) == ("embedding", False, (20, 40))
    with pytest.raises(ConfigError, match="need no teacher"):
        check_teacher(recipe)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"arms": ["real_only", "gan_al"]}, "unknown arm 'gan_al'"),
        ({"arms": ["real_only", "real_only"]}, "arms must name each once"),
        ({"arms": ["mixup"]}, "none of the baselines"),
        ({"students": ["tree"]}, "unknown student 'tree'"),
        ({"students": []}, "students must name each once, and one at least"),
        ({"sizes": [5]}, "recipe.sizes must be at least 10 each"),
        ({"noise": 0.0}, "recipe.noise must be above 0"),
        ({"encoders": {}}, "recipe.encoders must be one at least"),
        ({"mixing": "most"}, "mixing must be"),
        ({"gan": {"steps": 0}}, "gan.steps must be at least 1"),
        ({"data": {"train": {"path": "x"}}, "arms": ["real_only", "gan"]}, "the arm gan needs data.pretraining"),
    ],
)
def test_bad_settings(pointed, settings, message):
    with pytest.raises(ConfigError, match=message):
        load_run_recipe(pointed(**settings))


def test_each_step_adds_a_measure():
    given = [measures_of(arm, GanSettings()) for arm in (*STEPS, WITHOUT)]
    parts = [(made.consistency > 0, made.real_noise > 0, made.smoothing < 1) for made in given]
    assert parts == [
        (False, False, False),
        (True, False, False),
        (True, False, False),  # pre-training is no setting of the generator
        (True, True, False),
        (True, True, True),
        (True, True, True),
    ]
