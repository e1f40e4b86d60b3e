"""What is made for a new language: requests with translated values, arms of equal size, and a whole run."""

import pytest
import yaml
from datasets import load_dataset
from small import seed_records, write_lines

from hf_synth import experiment
from hf_synth.annotation import read_annotation
from hf_synth.errors import ConfigError
from hf_synth.experiment import Run
from hf_synth.forecast import forecast
from hf_synth.language_rows import language_rows, localise_seeds
from hf_synth.new_language import NewLanguageSettings
from hf_synth.recipe import load_recipe
from hf_synth.schema import Provenance, Row, Utterance
from hf_synth.splits import HumanSplits
from hf_synth.teachers.scripted import ScriptedTeacher, echo_slots

FRENCH = {
    "set_alarm": ["réveille-moi à [time : sept heures]", "une alarme [date : demain] à [time : midi]",
                  "sonne à [time : cinq heures]", "une alarme [date : vendredi]", "mets le réveil"],
    "play_music": ["joue du [genre : jazz]", "mets [artist : nina simone]", "joue [artist : björk]",
                   "de la musique [genre : soul]", "je veux de la musique"],
    "get_weather": ["va-t-il pleuvoir à [city : paris]", "fait-il froid à [city : oslo]", "la météo de [city : rome]",
                    "quel temps [date : demain]", "neige-t-il à [city : berne]"],
}  # fmt: skip
BOTH = "linguist_and_translation"
ARMS = ["real_only", "upsampled", "translation", "linguist", BOTH, "full_data"]
SETTINGS = NewLanguageSettings("fr-FR", rows=3)


def said(text, intent="a", locale="en-US", seed_id="s"):
    return Utterance(*read_annotation(text), intent, locale, seed_id)


def human(*rows):
    return HumanSplits(tuple(rows), (), (), tuple(dict.fromkeys(row.intent for row in rows)), tuple(rows) * 2)


def made(way, count, intent="a"):
    return [Row(said(f"{way} {intent} {n}", intent, "fr-FR", ""), Provenance("augmented", way)) for n in range(count)]


def test_slots_are_asked_for_in_the_new_language():
    seeds = human(said("we leave on [date : friday] for [city : qwxyzt]"), said("à [date : lundi]", locale="fr-FR"))
    transforms = {"translation": {"target": "fr-FR", "spans": "protect"}}
    french, localised = localise_seeds(seeds, SETTINGS, transforms)
    assert french == seeds.train[1]
    assert localised.locale == "fr-FR"
    assert localised.slots == (("date", "vendredi"), ("city", "qwxyzt"))
    assert localise_seeds(seeds, SETTINGS, {})[1].slots == (("date", "friday"), ("city", "qwxyzt"))


def test_arms_that_add_rows_add_as_many():
    seeds = human(said("x"), said("y", "b"), said("z", "a", "fr-FR"))
    ways = {"translation": [*made("t", 5), *made("t", 2, "b")], "linguist": [*made("l", 4), *made("l", 9, "b")]}

    def added(arm, draw=0):
        return language_rows(arm, seeds, ways, SETTINGS, draw)[len(seeds.train) :]

    for arm in ("translation", "linguist", BOTH):
        assert [row.utterance.intent for row in added(arm)].count("a") == 4
        assert [row.utterance.intent for row in added(arm)].count("b") == 2
    assert [row.provenance.method for row in added(BOTH)].count("t") == 3
    assert added("real_only") == []
    assert {row.utterance.text for row in added("upsampled")} == {"z"}
    assert len(added("upsampled")) == 4, "b has no row of the new language to repeat"
    assert added("translation", 1) != added("translation")
    assert len(language_rows("full_data", seeds, ways, SETTINGS, 0)) == 6
    assert len(language_rows("translation", seeds, {"translation": made("t", 7)}, SETTINGS, 0)) == 3 + 7


def write_recipe(folder, **changes):
    folder.mkdir(parents=True)
    write_lines(folder / "english.jsonl", [{**record, "locale": "en-US"} for record in seed_records()])
    for part, chosen in (("language", slice(0, 3)), ("validation", slice(3, 4)), ("test", slice(4, 5))):
        records = [
            {"intent": intent, "utterance": text, "locale": "fr-FR"}
            for intent, texts in FRENCH.items()
            for text in texts[chosen]
        ]
        write_lines(folder / f"{part}.jsonl", records)
    settings = {
        "data": {
            "train": {"path": "english.jsonl"},
            **{part: {"path": f"{part}.jsonl"} for part in ("language", "validation", "test")},
        },
        "new_language": {"locale": "fr-FR", "rows": 3, "draws": 2},
        "transforms": {"translation": {"target": "fr-FR", "spans": "protect"}},
        "copies": 1,
        "teacher": {"name": "scripted"},
        "generation": {"rows_per_intent": 3, "plan": {"examples": 4}},
        "arms": ARMS,
        "baselines": ["real_only"],
        "students": {"epochs": 1, "lora_rank": 0},
        **changes,
    }
    (folder / "recipe.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run to the end: its folder, its report, and the prompts."""
    root, prompts = tmp_path_factory.mktemp("language"), []

    class Teacher(ScriptedTeacher):
        def generate(self, draws, sampling):
            prompts.extend(draw.prompt.text for draw in draws)
            return super().generate(draws, sampling)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(experiment, "load_teacher", lambda name, *settings: Teacher(echo_slots))
        report = Run(load_recipe(write_recipe(root / "recipe")), root / "out").report()
    return root / "out", report, prompts


def test_a_run_from_rows_to_report(run):
    _, report, _ = run
    assert set(report["arms"]) == set(ARMS)
    rows = {arm: found["train_rows"] for arm, found in report["arms"].items()}
    assert rows["real_only"] == 18 + 3
    assert rows["full_data"] == 18 + 9
    assert rows["translation"] == rows["linguist"] == rows[BOTH] > rows["real_only"]
    assert report["measured"]["draws"] == 2
    assert report["transforms"]["translation"]["other_language"] == 2 * 3, "rows of the new language need none"


def test_the_teacher_is_asked_in_the_new_language_with_examples_of_it(run):
    _, _, prompts = run
    assert prompts
    assert all(prompt.startswith("<language> French </language>") for prompt in prompts)
    assert not any("wake me" in prompt for prompt in prompts), "each intent has a French row to show"
    held_out = [text.partition(" [")[0] for texts in FRENCH.values() for text in texts[3:]]
    assert not [prompt for prompt in prompts if any(text in prompt for text in held_out)]


def test_the_dataset_says_which_rows_are_of_which_language(run):
    out, _, _ = run
    rows = load_dataset(str(out / "cells" / "draw-0" / "dataset"))["train"]
    origin = rows.features["origin"]
    locales = {(origin.int2str(row["origin"]), row["locale"]) for row in rows}
    assert locales == {("human", "en-US"), ("human", "fr-FR"), ("synthetic", "fr-FR")}


def test_without_a_row_of_it_the_examples_are_of_the_other_language(tmp_path):
    arms = ["real_only", "linguist", "translation"]
    folder = write_recipe(tmp_path / "zero", new_language={"locale": "fr-FR", "draws": 1}, arms=arms)
    (built,) = Run(load_recipe(folder), tmp_path / "out").build()
    assert "wake me at seven" in built.generated.prompt_texts
    synthetic = [row.utterance for row in built.train if row.provenance.origin == "synthetic"]
    assert {row.locale for row in synthetic} == {"fr-FR"}
    expected = forecast(load_recipe(folder), tmp_path / "other")
    assert expected.rows == 9
    assert expected.prompt.startswith("<language> French </language>")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"new_language": None, "arms": ["real_only"]}, "new_language and data.language go together"),
        ({"low_resource": {}}, "low_resource and new_language are 2 experiments"),
        ({"arms": ["real_only", "slot_resampling"]}, "new_language has no arm 'slot_resampling'"),
    ],
)
def test_what_does_not_go_together(tmp_path, changes, message):
    with pytest.raises(ConfigError, match=message):
        load_recipe(write_recipe(tmp_path / "bad", **changes))
