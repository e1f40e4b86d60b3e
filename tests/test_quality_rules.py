"""The quality rules of the augmentation guide, Q1 to Q21: for each a test that goes through the code that keeps it.

The tests of the parts themselves are more thorough; here one finds which part keeps which rule.
"""

import json

import numpy as np
import pytest
from datasets import Dataset
from scores import some_report, some_scores
from small import human_row, human_splits, write_recipe

from hf_synth import balance
from hf_synth.builders.class_generation import ClassSettings
from hf_synth.builders.class_plan import ClassPlanSettings
from hf_synth.builders.generation import GenerationSettings
from hf_synth.builders.linguist import build_rows
from hf_synth.cards.manifest import read_manifest
from hf_synth.errors import ConfigError, ContaminationError
from hf_synth.experiment import Run
from hf_synth.filters.label import LabelVerification
from hf_synth.filters.length import LengthFilter
from hf_synth.filters.personal_data import PersonalDataFilter
from hf_synth.filters.semantic import SemanticDeduplication
from hf_synth.manifest import FILE
from hf_synth.metrics import score_groups
from hf_synth.mixing import check_ratio, count_allowed
from hf_synth.profiles.rows import profile_rows
from hf_synth.prompts.classification import STYLES, ClassificationPrompt, ClassificationRequest
from hf_synth.prompts.paraphrase import LEVELS, ParaphrasePrompt
from hf_synth.recipe import load_recipe
from hf_synth.report import make_report
from hf_synth.report_text import find_verdict, headline
from hf_synth.review.outcome import make_review
from hf_synth.schema import Provenance, Row, normalise
from hf_synth.stratified import draw_sample
from hf_synth.students.evaluation import check_human, check_unseen
from hf_synth.teachers.journal import Journal
from hf_synth.teachers.scripted import ScriptedTeacher, echo_slots
from hf_synth.transforms.back_translation import BackTranslation
from hf_synth.transforms.noise import SpellingNoise
from hf_synth.transforms.paraphrase import Paraphrase
from hf_synth.transforms.synonym_replacement import SynonymReplacement

from review.reviewed import judged  # isort: skip

HUMAN = human_splits()
REAL = [Row.human(utterance) for utterance in HUMAN.train]


def made_row(text, intent="get_weather"):
    return Row(human_row(text, intent).utterance, Provenance("synthetic", "linguist@1", "t"))


def reasons(filter_, texts, reference=()):
    return [verdict.reason for verdict in filter_.judge_texts(texts, reference)]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    journal = Journal(tmp_path_factory.mktemp("journal") / "journal.sqlite")
    yield build_rows(HUMAN, ScriptedTeacher(echo_slots), journal, GenerationSettings(rows_per_intent=8))
    journal.close()


def test_q01_length():
    real = ["one two", "one two three", "one two three four"]
    judge = LengthFilter(percentiles=(0, 100))
    assert reasons(judge, ["one", *real, "a b c d e"], real) == ["too_short", "", "", "", "too_long"]
    assert reasons(LengthFilter(1, 1), ["one", "one two"], real) == ["", "too_long"]
    assert "two or three sentences" in STYLES["long"]


def test_q02_near_duplicates():
    vectors = {"a": [1.0, 0.0], "b": [0.95, (1 - 0.95**2) ** 0.5], "c": [0.951, (1 - 0.951**2) ** 0.5], "d": [0, 1]}
    judge = SemanticDeduplication(0.95, embed=lambda texts: np.array([vectors[text] for text in texts]))
    assert reasons(judge, ["a", "b", "d"]) == ["", "", ""], "0.95 itself stays"
    assert reasons(judge, ["a", "c", "d"]) == ["", "semantic_duplicate", ""], "the first of a pair stays"
    assert reasons(judge, ["a", "d"], ["c"]) == ["semantic_duplicate", ""], "against the real rows as well"


def test_q03_label_verification():
    human = [row for row in REAL if row.utterance.intent != "play_music"]
    vectors = {text: [1.0, 0.1 * n] if "weather" in intent else [0.1 * n, 1.0] for n, (text, intent) in enumerate(
        [*((row.utterance.text, row.utterance.intent) for row in human), ("hail", "get_weather")]
    )}  # fmt: skip
    vectors = {text: np.array(vector) / np.linalg.norm(vector) for text, vector in vectors.items()}
    judge = LabelVerification(embed=lambda texts: np.array([vectors[text] for text in texts])).fit(human, [])
    verdicts = judge([made_row("hail", "get_weather"), made_row("hail", "set_alarm")], [])
    assert [verdict.reason for verdict in verdicts] == ["", "label_mismatch"]
    with pytest.raises(ContaminationError, match="expected 'human'"):
        judge.fit([*human, made_row("hail")], [])


def test_q04_filters_run_by_themselves_and_are_counted(built):
    rejected = built.generated.counts["rejected"]
    assert built.generated.counts["completions"] == built.generated.counts["accepted"] + sum(rejected.values())
    assert {reject.reason for reject in built.generated.rejects} == set(rejected)
    texts = [normalise(row.utterance.text) for row in built.train]
    assert len(texts) == len(set(texts)), "nobody had to ask for the removal of duplicates"


def test_q05_spot_check():
    keys = [f"row {number}" for number in range(100)]
    assert make_review(keys, {"ann": judged(keys, wrong_label=5)}).passed
    assert not make_review(keys, {"ann": judged(keys, wrong_label=6)}).passed
    rows = [made_row(f"rain in {number}") for number in range(150)]
    assert len(draw_sample(rows, 100)) == 100
    assert list(draw_sample(rows, 100)) == list(draw_sample(rows[::-1], 100)) != list(draw_sample(rows, 100, seed=1))
    assert len(draw_sample(rows[:30], 100)) == 30, "all, if there are fewer"


def test_q06_mixing_by_the_number_of_real_rows():
    table = {0: None, 1: 2, 999: 2331, 1_000: 1_000, 10_000: 10_000, 10_001: 0}
    assert {real: count_allowed("guide", real) for real in table} == table
    assert load_recipe_of_defaults().mixing == "guide"


def load_recipe_of_defaults():
    from hf_synth.recipe import Recipe
    from hf_synth.recipe_settings import DataSettings
    from hf_synth.sources import Source

    return Recipe(DataSettings(Source("a"), Source("b")))


def test_q07_no_made_row_is_evaluated_on():
    for split in ("validation", "test"):
        with pytest.raises(ContaminationError, match=f"{split} row 1"):
            check_human([REAL[0], made_row("hail")], split)


def test_q08_test_rows_are_fixed_first_and_stand_in_no_prompt(built):
    assert [row.utterance for row in built.test] == list(HUMAN.test)
    held_out = {normalise(utterance.text) for utterance in HUMAN.held_out}
    assert not held_out & {normalise(text) for text in built.generated.prompt_texts}
    assert not held_out & {normalise(row.utterance.text) for row in built.train}
    with pytest.raises(ContaminationError, match="in a prompt example"):
        check_unseen(built.test, built.train, [HUMAN.test[0].text.upper()])


def test_q09_bias_is_not_measured_on_made_rows():
    assert score_groups(["a", "b"], ["a", "a"], ["x", "y"], ["human"] * 2) == {"x": 1.0, "y": 0.0}
    with pytest.raises(ContaminationError, match="bias row 1"):
        score_groups(["a", "b"], ["a", "a"], ["x", "y"], ["human", "synthetic"])


def test_q10_a_baseline_stands_beside_every_score():
    report = some_report()
    assert {"real_only", report["baseline"]} <= set(report["arms"])
    with pytest.raises(ConfigError, match="none of the baselines"):
        make_report(some_scores(), ["no_such_arm"], {}, {}, 700)
    levels = {"real_only": 0.6, "upsampled": 0.7, "linguist": 0.6}
    worse = make_report(some_scores(levels), ["real_only", "upsampled"], {}, {}, 700)
    assert find_verdict(worse) == "hurt"
    assert "below upsampled" in headline(worse)


def test_q11_over_augmentation(caplog):
    check_ratio(30, 70)
    assert not caplog.records
    check_ratio(30, 71)
    assert "over-augmentation" in caplog.text
    with pytest.raises(ConfigError, match="over-augmentation"):
        check_ratio(30, 3_000)


def test_q12_made_rows_are_compared_with_real_ones():
    made = [made_row(f"will it rain in [city : oslo] at {number}") for number in range(12)]
    profile = profile_rows(REAL, made)
    assert profile["lengths"]["made"]["mean"] == 7 > profile["lengths"]["human"]["mean"]
    assert profile["classes"]["get_weather"] == {"human": 6, "synthetic": 12}
    assert profile["label_distance"] == pytest.approx(2 / 3), "two of three classes have no made rows"
    assert all(profile[part] for part in ("ngrams", "vocabulary", "neighbours"))


def test_q13_back_translation_refuses_rows_with_slots():
    rows = {"tokens": [["rain", "in", "rome"]], "slot_tags": [["O", "O", "B-city"]]}
    made = BackTranslation(refused="keep")(rows)
    assert made["reject"] == ["has_slots"]


def test_q14_and_q16_a_cold_start_is_temporary_and_comes_first(tmp_path):
    arms = ["upsampled", "linguist", "linguist_zero_shot", "two_stage"]
    recipe = load_recipe(write_recipe(tmp_path / "small", arms=arms))
    report = Run(recipe, tmp_path / "run").report()
    assert read_manifest(tmp_path / "run" / "zero_shot" / "dataset" / FILE).temporary
    assert not read_manifest(tmp_path / "run" / "dataset" / FILE).temporary
    assert report["arms"]["two_stage"]["train_rows"] == report["arms"]["linguist"]["train_rows"]


def test_q15_minority_balancing():
    data = Dataset.from_dict({"text": [f"word number {n} here" for n in range(14)], "label": ["a"] * 12 + ["b"] * 2})
    before = data.to_list()
    grown = balance(data, "label", 12, SpellingNoise())
    counts = {label: grown["label"].count(label) for label in ("a", "b")} if isinstance(grown["label"], list) else {
        label: list(grown["label"]).count(label) for label in ("a", "b")
    }  # fmt: skip
    assert counts == {"a": 12, "b": 12}
    assert data.to_list() == before
    rows = balance(data, "label", 40, SpellingNoise()).to_list()
    seeds = {seed for row in rows if row["label"] == "a" and row["method"] for seed in row["seed_ids"]}
    assert len(seeds) == 10, "at most ten rows of a class are copied"


def test_q17_diverse_instructions_and_lists_with_faults():
    wanted = {"formal", "informal", "short", "long", "clear", "ambiguous", "typos", "abbreviations", "polite", "angry"}
    assert wanted <= set(STYLES)
    assert {"one_word", "borderline"} <= set(STYLES)
    assert set(ClassPlanSettings().styles) == set(STYLES)
    settings = ClassSettings()
    assert (settings.rows_per_class, settings.sampling.temperature) == (100, 0.9)
    prompt, request = ClassificationPrompt(), ClassificationRequest("card_arrival", count=3)
    assert "JSON" in prompt.render(request).text
    for answer in (json.dumps(["one", "two"]), '["one", "two", "thr', "1. one\n2. two"):
        assert prompt.parse(answer, request)[:2] == ["one", "two"]


def test_q18_paraphrase_levels():
    assert set(LEVELS) == {"low", "moderate", "high"}
    assert Paraphrase("t").temperature == 0.7
    assert "only" in ParaphrasePrompt().render("play jazz", "low").text.lower()


def test_q19_back_translation_through_pivots():
    made = BackTranslation(refused="keep")({"text": ["what a lovely day it is", "hello"]})
    for source, text, reason in zip(["what a lovely day it is", "hello"], made["text"], made["reject"], strict=True):
        assert (text == source) == bool(reason), "what comes back unchanged is dropped"
    assert BackTranslation(pivots=("fr", "de", "zh"), models="Helsinki-NLP/opus-mt-{source}-{target}").pivots == (
        "fr", "de", "zh",
    )  # fmt: skip


def test_q20_synonyms(wordnet):
    text = "i often travel to the village by train"
    made = [SynonymReplacement(refused="keep", seed=seed)({"text": [text]})["text"][0] for seed in (0, 0, 1, 2, 3)]
    assert made[0] == made[1]
    assert SynonymReplacement().n == 2
    for other in made:
        pairs = [(one, two) for one, two in zip(text.split(), other.split(), strict=True) if one != two]
        assert 1 <= len(pairs) <= 2
        assert all(len(one) > 3 for one, _ in pairs)


@pytest.fixture
def wordnet(tmp_path, monkeypatch):
    """A small WordNet, for one test: what was read of it is forgotten before and after."""
    import nltk
    from wordnet import write_wordnet

    from hf_synth.transforms import lexicon

    def forget():
        for found in vars(lexicon).values():
            if hasattr(found, "cache_clear"):
                found.cache_clear()

    monkeypatch.setattr(nltk.data, "path", [str(write_wordnet(tmp_path / "nltk"))])
    forget()
    yield
    forget()


def test_q21_no_personal_data_is_copied():
    (verdict,) = PersonalDataFilter().judge_texts(["write to ann@example.org"], [])
    assert verdict.reason
    assert "ann@example.org" not in verdict.text + verdict.detail
