from pathlib import Path

import pytest
import yaml
from small import settings, write_recipe

from hf_synth.configuration import from_dict, to_dict
from hf_synth.errors import ConfigError
from hf_synth.new_language import BOTH
from hf_synth.recipe import ANNOTATED, ARMS, Recipe, identity_settings, load_recipe
from hf_synth.recipe_settings import CardSettings
from hf_synth.recipes import load_run_recipe
from hf_synth.sources import Source
from hf_synth.teach_recipe import load_teach_recipe

RECIPES = Path(__file__).parent.parent / "recipes"
LOW_RESOURCE = sorted((RECIPES / "transforms-low-resource").glob("*.yaml"))


def failure(folder, *assignments, **changes):
    with pytest.raises(ConfigError) as caught:
        load_recipe(write_recipe(folder, **changes), assignments)
    return str(caught.value)


def test_a_recipe_by_folder_and_by_file(tmp_path):
    folder = write_recipe(tmp_path / "small")
    recipe = load_recipe(folder)
    assert recipe == load_recipe(folder / "recipe.yaml")
    assert recipe.name == "small"
    assert recipe.data.train.path == str(folder / "seeds.jsonl")
    assert recipe.data.validation.path == str(folder / "validation.jsonl")
    assert (recipe.generation.rows_per_intent, recipe.generation.plan.examples) == (8, 4)
    assert load_recipe(folder, ["name=other"]).name == "other"


def test_paths_that_are_not_beside_the_file_stay(tmp_path):
    folder = write_recipe(tmp_path / "small")
    recipe = load_recipe(folder, ["data.train.path=user/snips", "data.validation=null"])
    assert recipe.data.train.path == "user/snips"
    assert recipe.data.validation is None
    absolute = str(folder / "test.jsonl")
    assert load_recipe(folder, [f"data.test.path={absolute}"]).data.test.path == absolute


def test_overrides(tmp_path):
    recipe = load_recipe(write_recipe(tmp_path / "small"), ["students.epochs=3", "arms=[upsampled, linguist]"])
    assert recipe.students.epochs == 3.0
    assert recipe.arms == ("upsampled", "linguist")


def test_what_a_card_says_is_not_what_a_run_is_known_by(tmp_path):
    folder = write_recipe(tmp_path / "small")
    silent = load_recipe(folder)
    stated = load_recipe(folder, ["card.license=mit", "card.sources=[Mine.]", "card.teacher_license=mit"])
    assert stated.card == CardSettings("mit", ("Mine.",), "mit")
    assert identity_settings(stated) == identity_settings(silent)
    assert set(to_dict(silent)) - set(identity_settings(silent)) == {"card"}
    assert identity_settings(load_recipe(folder, ["copies=4"])) != identity_settings(silent)


def test_settings_survive_the_manifest(tmp_path):
    recipe = load_recipe(write_recipe(tmp_path / "small"), ["new_intent.draws=2"])
    assert from_dict(Recipe, to_dict(recipe)) == recipe


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"generaton": {}}, "unknown key 'generaton'\nHint: Did you mean 'generation'?"),
        ({"students": {"epochz": 1}}, "unknown key 'students.epochz'\nHint: Did you mean 'epochs'?"),
        ({"generation": {"plan": {"exmples": 1}}}, "unknown key 'generation.plan.exmples'"),
        ({"arms": ["linguist", "upsampeld"]}, "unknown arm 'upsampeld'\nHint: Did you mean 'upsampled'?"),
        ({"arms": ["linguist"]}, "none of the baselines ['upsampled'] is among the arms ['linguist']"),
        ({"arms": ["upsampled", "full_data"]}, "the arm full_data needs new_intent"),
        ({"arms": ["upsampled", "upsampled"]}, "arms names something twice"),
        ({"student_seeds": [0, 0]}, "student_seeds names something twice"),
        ({"student_seeds": []}, "student_seeds is empty"),
        ({"new_intent": {"starters": 1}}, "new_intent.starters must be at least 2, got 1"),
        ({"new_intent": {"draws": 0}}, "new_intent.draws must be at least 1, got 0"),
        ({"new_intent": {"background": 0}}, "new_intent.background must be at least 1, got 0"),
        ({"new_intent": {"folds": 1}}, "new_intent.folds=1 leaves no intent to adapt to"),
        ({"teacher": {"adapt": {"pairs": -1}}}, "teacher.adapt.pairs must be at least 0, got -1"),
        ({"generation": {"rows_per_intent": 0}}, "generation.rows_per_intent must be at least 1, got 0"),
        ({"data": {"train": "seeds.jsonl", "test": "test.jsonl"}}, "data.test: expected key: value pairs"),
        ({"data": {"train": {"path": "seeds.jsonl"}}}, "missing key data.test"),
        ({"data": {"train": {}, "test": {}}}, "missing key data.test.path"),
        ({"card": {"licence": "mit"}}, "unknown key 'card.licence'\nHint: Did you mean 'license'?"),
        ({"card": {"sources": "mine"}}, "card.sources: expected a list, got 'mine'"),
        ({"card": {"license": " "}}, "card.license is blank"),
    ],
    ids=str,
)
def test_what_is_wrong(tmp_path, changes, message):
    assert failure(tmp_path / "small", **changes).startswith(message)


def test_files_that_are_no_recipe(tmp_path):
    for name, content, message in (
        ("list.yaml", b"- a\n", "expected key: value pairs"),
        ("empty.yaml", b"", "expected key: value pairs"),
        ("broken.yaml", b"a: [1\n", "not YAML"),
        ("latin.yaml", "a: \u00e9".encode("latin-1"), "not YAML"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ConfigError, match=f"{name}: {message}"):
            load_recipe(tmp_path / name)
    for path in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(ConfigError, match="no such recipe"):
            load_recipe(path)
    with pytest.raises(ConfigError, match="no such recipe"):
        load_recipe(tmp_path / "list.yaml" / "below")


def test_every_arm_is_made(tmp_path):
    for left_out in (("classification",), ANNOTATED):
        arms = [arm for arm in ARMS if arm not in (*left_out, BOTH)]
        recipe = load_recipe(write_recipe(tmp_path / "small", arms=arms, new_intent={}))
        assert list(recipe.arms) == arms
    with pytest.raises(ConfigError, match="linguist and classification write different datasets"):
        load_recipe(write_recipe(tmp_path / "small", arms=list(ARMS), new_intent={}))


def teach_recipe(folder, **changes):
    folder.mkdir(parents=True)
    values = {"data": [{"path": "rows.jsonl"}, {"path": "user/rows"}], "base": "warm:x", "pairs": [5, 6], **changes}
    (folder / "recipe.yaml").write_text(yaml.safe_dump(values))
    (folder / "rows.jsonl").touch()
    return folder


def test_a_recipe_to_teach(tmp_path):
    recipe = load_teach_recipe(teach_recipe(tmp_path / "mini"), ["seed=3"])
    assert recipe.data == (Source(str(tmp_path / "mini" / "rows.jsonl")), Source("user/rows"))
    assert (recipe.name, recipe.seed, recipe.pairs) == ("mini", 3, (5, 6))
    with pytest.raises(ConfigError, match="2 sources but 1 numbers of pairs"):
        load_teach_recipe(teach_recipe(tmp_path / "other", pairs=[1]))


@pytest.mark.parametrize("folder", sorted(RECIPES.glob("*/recipe.yaml")), ids=lambda file: file.parent.name)
def test_our_own_recipes_can_be_read(folder):
    values = yaml.safe_load(folder.read_text(encoding="utf-8"))
    recipe = (load_run_recipe if "arms" in values else load_teach_recipe)(folder)
    assert recipe.name == folder.parent.name


def test_the_small_recipe_is_whole():
    assert from_dict(Recipe, settings()).baselines == ("upsampled",)


def test_recipes_of_a_new_language():
    zero, fifty = (load_recipe(RECIPES / "massive-new-language" / f"{name}.yaml") for name in ("recipe", "fifty"))
    assert (zero.new_language.rows, fifty.new_language.rows) == (0, 50)
    assert set(fifty.arms) - set(zero.arms) == {"upsampled"}
    assert (zero.students, zero.transforms, zero.generation) == (fifty.students, fifty.transforms, fifty.generation)


@pytest.mark.parametrize("file", LOW_RESOURCE, ids=lambda file: file.stem)
def test_recipes_that_compare_transforms(file):
    recipe = load_recipe(file)
    assert recipe.name == f"transforms-{file.stem}"
    assert not recipe.writes
    assert set(recipe.transforms) < set(recipe.arms)


def test_transforms_are_arms(tmp_path):
    arms = ["real_only", "random_swap", "all_transforms"]
    folder = write_recipe(
        tmp_path / "a", transforms={"random_swap": {}}, arms=arms, baselines=["real_only"], low_resource={"draws": 2}
    )
    assert load_recipe(folder).arms == tuple(arms)
    assert "unknown arm 'random_swap'" in failure(tmp_path / "b", arms=["upsampled", "random_swap"])
    assert "unknown arm 'all_transforms'" in failure(tmp_path / "c", arms=["upsampled", "all_transforms"])
    assert "give one of them" in failure(tmp_path / "d", low_resource={}, new_intent={})
    assert "copies must be at least 1" in failure(tmp_path / "e", copies=0)
    assert "per_intent must be at least 2" in failure(tmp_path / "f", low_resource={"per_intent": 1})


@pytest.mark.parametrize(
    ("assignments", "message"),
    [
        (["arms=[upsampled, unfiltered]"], "the arm unfiltered needs ablation"),
        (["arms=[upsampled, unfiltered]", "ablation=real_only"], "got 'real_only'"),
        (["arms=[upsampled, without_length]", "ablation=linguist"], "unknown arm 'without_length'"),
        (["mixing=1.5"], "mixing must be 'guide', 'all' or the share of made rows, got '1.5'"),
        (["filters.length=3"], "filters.length: expected key: value pairs, got 3"),
    ],
)
def test_filters_and_mixing_are_checked(tmp_path, assignments, message):
    with pytest.raises(ConfigError) as caught:
        load_recipe(write_recipe(tmp_path / "small"), assignments)
    assert message in str(caught.value)


def test_the_filters_of_an_arm(tmp_path):
    folder = write_recipe(tmp_path / "small")
    assert load_recipe(folder).filters_of("linguist") is None
    given = ["filters={length: {longest: 9}, duplicate: {}}", "ablation=linguist"]
    recipe = load_recipe(folder, [*given, "arms=[upsampled, linguist, unfiltered, without_length]"])
    assert recipe.filters_of("linguist") == {"length": {"longest": 9}, "duplicate": {}}
    assert recipe.filters_of("without_length") == {"duplicate": {}}
    assert recipe.filters_of("unfiltered") == {}
    assert recipe.variants == ("unfiltered", "without_length")
