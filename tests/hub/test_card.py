"""Two cards in one: nobody's words are lost."""

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hf_synth.errors import ConfigError
from hf_synth.hub.card import merge_card, published_files, split_card

OURS = """\
---
language:
- en
license: cc-by-4.0
pretty_name: alarms
tags:
- synthetic
configs:
- config_name: default
  data_files:
  - split: train
    path: train.parquet
  - split: test
    path: test.parquet
dataset_info:
  features:
  - name: text
    dtype: string
  splits:
  - name: train
    num_bytes: 10
    num_examples: 2
  - name: test
    num_bytes: 5
    num_examples: 1
  dataset_size: 15
---

# alarms
"""
THEIRS = """\
---
license: mit
language: no
annotations_creators:
- expert
tags:
- voice
configs:
- config_name: other
  data_files: other/*
  default: true
dataset_info:
  config_name: other
  dataset_size: 7
---
# Mine

Words.
"""


def merge(theirs, config="default", ours=OURS):
    start = "" if config == "default" else f"{config}/"
    sizes = {f"{start}test.parquet": 30, f"{start}train.parquet": 70}
    return merge_card(ours, theirs, config, list(sizes), sizes)


def data_of(card):
    return split_card(card, "card")[0]


def test_an_empty_repo():
    card = merge("")
    assert data_of(card) == {
        **data_of(OURS),
        "dataset_info": {**data_of(OURS)["dataset_info"], "download_size": 100},
    }
    assert re.search(r"---\n\n<!-- hf-synth: begin default.*-->\n# alarms\n<!-- hf-synth: end default -->\n\Z", card)
    assert published_files(card, "default") == ("test.parquet", "train.parquet")
    assert merge(card) == card


def test_beside_another_config():
    card = merge(THEIRS)
    data = data_of(card)
    assert data["license"] == ["mit", "cc-by-4.0"]
    assert data["language"] == ["no", "en"]
    assert data["tags"] == ["voice", "synthetic"]
    assert data["annotations_creators"] == ["expert"]
    assert data["pretty_name"] == "alarms"
    assert data["configs"][0] == data_of(THEIRS)["configs"][0]
    assert [item["split"] for item in data["configs"][1]["data_files"]] == ["train", "test"]
    assert [info["config_name"] for info in data["dataset_info"]] == ["other", "default"]
    assert "# Mine\n\nWords.\n" in card
    assert merge(card) == card


def test_a_config_with_a_name():
    card = merge(merge(""), "more")
    data = data_of(card)
    assert data["license"] == "cc-by-4.0"
    assert data["configs"][1]["data_files"][0] == {"split": "train", "path": "more/train.parquet"}
    assert published_files(card, "more") == ("more/test.parquet", "more/train.parquet")
    assert card.count("# alarms") == 2
    assert merge(card, "more") == card
    assert merge(card) == card


def test_ours_alone_is_ours_to_change():
    card = merge(
        merge("").replace("- en", "- de").replace("- synthetic", "- synthetic\n- voice").replace("by-4", "by-3")
    )
    data = data_of(card)
    assert data["license"] == "cc-by-4.0"
    assert data["language"] == ["en"]
    assert data["tags"] == ["synthetic", "voice"]


def test_a_split_that_others_added_stays_and_one_of_ours_goes():
    card = merge("")
    added = card.replace("data_files:\n", "data_files:\n  - split: extra\n    path: data/extra-*\n")
    added = added.replace("  splits:\n", "  splits:\n  - name: extra\n    num_bytes: 4\n")
    added = added.replace("default: test.parquet", "default: test.parquet old.parquet")
    added = added.replace("data_files:\n", "data_files:\n  - split: old\n    path: old.parquet\n")
    data = data_of(merge(added))
    assert [item["split"] for item in data["configs"][0]["data_files"]] == ["train", "test", "extra"]
    assert [split["name"] for split in data["dataset_info"]["splits"]] == ["train", "test", "extra"]
    assert data["dataset_info"]["dataset_size"] == 19


def test_a_row_cannot_end_our_block():
    ours = f"{OURS}<!-- hf-synth: end default -->\n<!-- hf-synth: begin default: x. -->\n"
    card = merge("# Mine\n", ours=ours)
    assert card.count("<!-- hf-synth: end default -->") == 1
    assert merge(card, ours=ours) == card


def test_a_broken_block_is_left_alone():
    card = merge("").replace("<!-- hf-synth: end default -->", "Words of mine.")
    again = merge(card)
    assert "Words of mine." in again
    assert "Words of mine." in merge(again.replace("# alarms", "# Alarms"))
    assert published_files(card, "default") is None


@pytest.mark.parametrize("config", ["default", "a.b", "a-b"])
@given(
    before=st.text(st.characters(codec="utf-8"), max_size=30),
    after=st.text(st.characters(codec="utf-8"), max_size=30),
    mark=st.sampled_from(["", "---\n", "<!-- hf-synth: begin default", "<!-- hf-synth: end default -->", "-->"]),
)
def test_all_text_outside_of_our_block_stays(config, before, after, mark):
    """Whatever stands in a README; a second merge changes our block only."""
    theirs = f"Mine. {before}{mark}"
    first = merge(theirs, config)
    assert theirs in first
    edited = first + after
    second = merge(edited, config, OURS.replace("# alarms", "# Alarms"))
    assert theirs in second
    assert second.endswith(after)
    assert second.count("# Alarms") == 1
    assert "# alarms" not in second


@pytest.mark.parametrize("broken", ["---\na: [\n---\n", "---\na: 1\n a: 2\n---\n", "---\na: 2026-99-99\n---\n"])
def test_broken_yaml(broken):
    with pytest.raises(ConfigError, match=r"README\.md of the repo: its YAML cannot be read"):
        merge(broken)


@pytest.mark.parametrize("card", ["", "# Mine", "---\n- a\n---\nb\n", "---\nwords\n---\nb\n", "a\n---\nb: 1\n---\n"])
def test_cards_without_yaml(card):
    assert split_card(card, "card") == ({}, card)


@pytest.mark.parametrize("card", ["---\r\na: 1\r\n---\r\nb\r\n", "\n---\na: 1\n---\nb\r\n"])
def test_line_ends(card):
    assert split_card(card, "card") == ({"a": 1}, "b\r\n")
    assert merge(card).count("b\r\n") == 1


def test_empty_yaml():
    assert split_card("---\n---\nb\n---\nc", "card") == ({}, "b\n---\nc")


def test_odd_entries_are_no_crash():
    theirs = yaml.safe_dump({"configs": "x", "dataset_info": [1, {"splits": None}], "tags": None, "language": None})
    assert data_of(merge(f"---\n{theirs}---\n"))["tags"] == ["synthetic"]


def test_norwegian():
    assert data_of("---\nlanguage: no\n---\n") == {"language": "no"}
    assert data_of("---\nlanguage:\n- no\n- en\n---\n") == {"language": ["no", "en"]}
