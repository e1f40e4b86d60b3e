"""Judgements on disk: added to, never lost, the last one of a row holds."""

from pathlib import Path

import pytest

from hf_synth.errors import ConfigError
from hf_synth.review.judgements import (
    Judgement,
    append_judgement,
    find_folder,
    name_file,
    read_judgements,
    read_reviewers,
)


def test_a_later_judgement_replaces_an_earlier_one(tmp_path):
    file = tmp_path / "review" / "ann.jsonl"
    assert read_judgements(file) == {}
    said = [Judgement("a", "right"), Judgement("b", "not_sure", "große\nFrage \u2028"), Judgement("a", "wrong_slots")]
    for judgement in said:
        append_judgement(file, judgement)
    assert read_judgements(file) == {"a": said[2], "b": said[1]}
    assert file.read_bytes().count(b"\n") == 3, "nothing is ever taken away"


def test_a_line_torn_at_any_byte_loses_nothing_else(tmp_path):
    file = tmp_path / "ann.jsonl"
    append_judgement(file, Judgement("a", "right"))
    whole = file.read_bytes()
    append_judgement(file, Judgement("b", "unnatural", "note"))
    torn = file.read_bytes()[len(whole) :]
    for end in range(len(torn) - 1):
        file.write_bytes(whole + torn[:end])
        assert read_judgements(file).keys() == {"a"}
        append_judgement(file, Judgement("c", "right"))
        assert read_judgements(file).keys() == {"a", "c"}


def test_a_line_that_is_no_judgement_is_named(tmp_path):
    file = tmp_path / "ann.jsonl"
    append_judgement(file, Judgement("a", "right"))
    for line in (b'{"row": "b", "verdict": "good"}\n', b"[1]\n", b'{"row": "b"}\n'):
        file.write_bytes(b'{"row": "a", "verdict": "right"}\n' + line)
        with pytest.raises(ConfigError, match=r"ann\.jsonl:2: not a judgement"):
            read_judgements(file)


def test_each_reviewer_has_a_file(tmp_path):
    for name in ("ann", "bob"):
        append_judgement(name_file(tmp_path, name), Judgement("a", "right", name))
    assert {name: said["a"].note for name, said in read_reviewers(tmp_path).items()} == {"ann": "ann", "bob": "bob"}


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", "a\\b", ".hidden", "-x", "a b", "a\n", "x" * 65])
def test_a_name_is_no_path(tmp_path, name):
    with pytest.raises(ConfigError, match="a reviewer is named by"):
        name_file(tmp_path, name)


def test_judgements_lie_beside_the_dataset():
    assert find_folder(Path("/run/dataset")) == Path("/run/review")
    assert find_folder(Path("/data/alarms")) == Path("/data/alarms-review")
