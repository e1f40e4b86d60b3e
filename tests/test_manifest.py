import json
import multiprocessing
import os

import pytest
from small import snapshot

from hf_synth import manifest
from hf_synth.errors import ConfigError
from hf_synth.manifest import FILE, claim_folder, package_versions, read_json, remove_leftovers, write_json

RECIPE = {"name": "small", "students": {"epochs": 1, "rates": (1, 2)}, "arms": ("a", "b")}


def refusal(out, recipe=RECIPE, data=""):
    """The message of a refusal; nothing in or beside the folder is touched."""
    before = snapshot(out.parent)
    with pytest.raises(ConfigError) as caught:
        claim_folder(out, recipe, data)
    assert snapshot(out.parent) == before
    return caught.value.message


def test_versions(monkeypatch):
    versions = package_versions()
    assert versions["hf-synth"] == "0.1.0"
    assert set(versions) == set(manifest.PACKAGES)
    monkeypatch.setattr(manifest, "PACKAGES", ("numpy", "no-such-package"))
    assert list(package_versions()) == ["numpy"]


def test_json_there_and_back(tmp_path):
    path = tmp_path / "deep" / "x.json"
    assert read_json(path) is None
    write_json(path, {"b": "ü", "a": [1, None]})
    assert read_json(path) == {"a": [1, None], "b": "ü"}
    assert path.read_text(encoding="utf-8").startswith('{\n  "a"')
    assert os.listdir(path.parent) == ["x.json"]


def test_what_is_not_json_leaves_the_old_file(tmp_path):
    path = tmp_path / "x.json"
    write_json(path, 1)
    with pytest.raises(TypeError):
        write_json(path, {"a": object()})
    assert read_json(path) == 1


@pytest.mark.parametrize("content", [b"{", b"", b"\xff"])
def test_broken_json(tmp_path, content):
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(ConfigError, match=r"x\.json: not JSON"):
        read_json(tmp_path / "x.json")


def test_a_folder_is_claimed_and_claimed_again(tmp_path):
    for out in (tmp_path / "a" / "new", tmp_path / "empty"):
        if out.name == "empty":
            out.mkdir()
        claim_folder(out, RECIPE, "hash")
        before = snapshot(out)
        assert json.loads((out / FILE).read_text())["recipe"]["name"] == "small"
        claim_folder(out, RECIPE, "hash")
        assert snapshot(out) == before


def test_another_recipe_other_settings_other_rows(tmp_path):
    out = tmp_path / "run"
    claim_folder(out, RECIPE, "hash")
    assert "belongs to recipe 'small', not 'large'" in refusal(out, {**RECIPE, "name": "large"}, "hash")
    message = refusal(out, {**RECIPE, "students": {"epochs": 2, "rates": (1, 2)}, "arms": ["a"]}, "hash")
    assert "with other settings: arms was ['a', 'b'], now ['a']; students.epochs was 1, now 2" in message
    assert "its data has changed" in refusal(out, data="other")


def test_folders_that_are_no_run(tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("x")
    assert "holds files, but no run of hf-synth" in refusal(tmp_path / "thesis")
    (tmp_path / "file").write_text("x")
    assert "is a file, expected a folder" in refusal(tmp_path / "file")
    assert "cannot be written" in refusal(tmp_path / "file" / "below")
    for number, content in enumerate(("[]", "{}", '{"recipe": 3}', "3")):
        out = tmp_path / str(number)
        out.mkdir()
        (out / FILE).write_text(content)
        assert "is no manifest of hf-synth" in refusal(out)


def test_half_written_files_of_dead_processes_are_removed(tmp_path):
    gone = multiprocessing.get_context("spawn").Process()
    gone.start()
    gone.join()
    (tmp_path / "cells").mkdir()
    names = [f"manifest.json.{gone.pid}.tmp", f"cells/x.json.{gone.pid}.tmp", f"y.json.{os.getpid()}.tmp", "notes.tmp"]
    for name in names:
        (tmp_path / name).write_text("{")
    remove_leftovers(tmp_path)
    remove_leftovers(tmp_path / "missing")
    assert [name for name in names if (tmp_path / name).exists()] == names[2:]


def claim_many(root, barrier, refused):
    for number in range(300):
        barrier.wait(60)
        try:
            claim_folder(root / str(number), RECIPE, "hash")
        except ConfigError:
            with refused.get_lock():
                refused.value += 1


def test_two_processes_claim_one_folder_at_the_same_time(tmp_path):
    context = multiprocessing.get_context("spawn")
    barrier, refused = context.Barrier(2), context.Value("i", 0)
    jobs = [context.Process(target=claim_many, args=(tmp_path, barrier, refused)) for _ in range(2)]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join(120)
    assert [job.exitcode for job in jobs] == [0, 0]
    assert refused.value == 0
