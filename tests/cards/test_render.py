from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from some_dataset import FACTS, metadata, some_manifest, some_splits, some_uplift

from hf_synth.cards.manifest import Agreement, DatasetManifest, Review, read_manifest, write_manifest
from hf_synth.cards.render import render_card
from hf_synth.errors import ConfigError
from hf_synth.markdown import END

GOLDEN = Path(__file__).parent.parent / "fixtures" / "card.md"

AGREEMENT = (Agreement(("ann", "b|b"), 7, 6, 0.6), Agreement(("ann", "cat"), 7, 7))
REVIEW = Review(8, 1, False, 6, 1, (0.022, 0.471), {"right": 6}, ("ann", "b|b", "cat"), AGREEMENT)


def test_golden_card():
    assert render_card(some_manifest(uplift=some_uplift())) == GOLDEN.read_text(encoding="utf-8")


def test_a_manifest_that_was_read_gives_the_same_card(tmp_path):
    written = some_manifest(uplift=some_uplift(), review=REVIEW)
    write_manifest(written, tmp_path / "manifest.json")
    assert read_manifest(tmp_path / "manifest.json") == written
    assert render_card(read_manifest(tmp_path / "manifest.json")) == render_card(written)


def test_the_metadata_of_the_hub():
    found = metadata(render_card(some_manifest()))
    assert {key: found[key] for key in found if key not in ("configs", "dataset_info")} == {
        "language": ["en"],
        "license": "unknown",
        "size_categories": ["n<1K"],
        "task_categories": ["token-classification", "text-classification"],
        "task_ids": ["intent-classification"],
        "pretty_name": "alarms",
        "tags": ["synthetic", "hf-synth"],
    }
    assert [file["path"] for file in found["configs"][0]["data_files"]] == ["train.parquet", "test.parquet"]


@pytest.mark.parametrize(
    ("stated", "keys"),
    [
        ("cc-by-4.0", {"license": "cc-by-4.0"}),
        ("CC0 1.0", {"license": "cc0-1.0"}),
        ("other", {"license": "other"}),
        ("Ask <b>us</b>\n---", {"license": "other", "license_name": "ask-b-us-b"}),
        ("!", {"license": "other", "license_name": "unnamed"}),
    ],
)
def test_licences(stated, keys):
    card = render_card(some_manifest(license=stated))
    found = metadata(card)
    assert {key: found[key] for key in found if key.startswith("license")} == keys
    assert "<b>" not in card


def test_size():
    assert metadata(render_card(some_manifest({"train": some_splits()["train"][:1] * 1000})))["size_categories"] == [
        "1K<n<10K"
    ]


def test_human_rows_alone():
    card = render_card(some_manifest({"train": some_splits()["train"][:1]}, teacher=None, prompt=None))
    assert "All training rows are human." in card
    assert "There are no validation and test rows here" in card
    assert "No row was written by a teacher." in card


def test_a_cold_start_says_so():
    assert "a cold start" in render_card(some_manifest({"train": some_splits()["train"][-2:]}))


def test_no_folder_of_the_machine_is_named():
    card = render_card(some_manifest())
    assert "/home" not in card
    assert "teacher: `tiny@ab12:float32` (revision: ab12; licence: not stated)" in card
    assert "(seeds.jsonl, <https://example.org/seeds>)" in card


def test_a_teacher_without_examples():
    card = render_card(some_manifest(prompt=replace(FACTS.prompt, examples=0)))
    assert "was shown no human row" in card


@pytest.mark.parametrize(
    ("levels", "told"),
    [
        (
            {"upsampled": 0.5, "linguist": 0.8},
            "points above the best baseline in target slot F1: `linguist` against `upsampled`",
        ),
        ({"upsampled": 0.8, "linguist": 0.5}, "This does not show that the made rows help."),
        ({"upsampled": 0.8, "linguist_mixed": 0.5}, "(`linguist`) were not compared"),
    ],
)
def test_the_uplift_in_words(levels, told):
    card = render_card(some_manifest(uplift=some_uplift(levels=levels)))
    assert told in card
    assert ("does not show" in card) == (levels.get("linguist") == 0.5)


def test_a_spot_check():
    assert "Not reviewed" in render_card(some_manifest())
    told = "People read 50 made rows and found 4 wrong; the check was passed."
    assert told in render_card(some_manifest(review=Review(50, 4, True)))


def test_a_spot_check_by_several_people():
    card = render_card(some_manifest(review=REVIEW))
    told = "found 1 wrong (12.5%, 95% interval 2.2% to 47.1%); the check was not passed. They were not sure of 1.\n"
    assert f"People read 8 made rows and {told}" in card
    assert "\n- ann and b&#124;b agree on 6 of 7 rows; Cohen's kappa is 0.60.\n" in card
    assert "\n- ann and cat agree on 7 of 7 rows; Cohen's kappa is not defined.\n" in card


def test_what_the_user_wrote_in_the_yaml_stays():
    card = render_card(
        some_manifest(), {"license": "mit", "tags": ["mine", "synthetic"], "extra_gated_prompt": "Hello"}
    )
    found = metadata(card)
    assert (found["license"], found["extra_gated_prompt"]) == ("unknown", "Hello")
    assert found["tags"] == ["synthetic", "hf-synth", "mine"]


def test_the_yaml_is_one_block_at_the_top_and_the_mark_is_at_the_end():
    card = render_card(some_manifest())
    assert card.startswith("---\n")
    assert card.endswith(f"\n{END}\n")
    assert yaml.safe_load(card.split("\n---\n")[0].removeprefix("---\n")) == metadata(card)


def test_a_manifest_needs_a_known_task():
    with pytest.raises(ConfigError, match="unknown task 'intent_slot'"):
        DatasetManifest("a", "b", "intent_slot", "m@1")
