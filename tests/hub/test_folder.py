"""What is published of a folder, and nothing else of the machine."""

import os

import pytest

from hf_synth.errors import ConfigError
from hf_synth.hub.folder import find_dataset, list_files
from hf_synth.hub.push import push_to_hub

from .ready import write_run


@pytest.fixture
def run(tmp_path):
    return write_run(tmp_path / "run")


def test_a_run_and_its_dataset_mean_the_same(run):
    assert find_dataset(run) == find_dataset(run / "dataset") == run / "dataset"
    assert list(list_files(run / "dataset", rejects=True)) == [
        "test.parquet", "train.parquet", "validation.parquet", "manifest.json", "rejects.parquet",
    ]  # fmt: skip
    assert "rejects.parquet" not in list_files(run / "dataset", rejects=False)


def test_a_run_with_cells(tmp_path):
    write_run(tmp_path / "cells" / "a")
    assert find_dataset(tmp_path) == tmp_path / "cells" / "a" / "dataset"
    write_run(tmp_path / "cells" / "b")
    with pytest.raises(ConfigError, match=r"holds 2 datasets: .*a/dataset, .*b/dataset\n.*cells/a REPO --config a"):
        find_dataset(tmp_path)


@pytest.mark.parametrize("place", ["none", "empty", "empty/file"])
def test_no_dataset(tmp_path, place):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "file").write_text("x")
    with pytest.raises(ConfigError, match="holds no dataset"):
        find_dataset(tmp_path / place)


@pytest.mark.parametrize("name", ["train.parquet", "more.parquet", "manifest.json", "README.md", "rejects.parquet"])
def test_a_link_is_not_followed(run, tmp_path, name):
    secret = tmp_path / "secret"
    secret.write_text("mine")
    path = (run if name.startswith("rejects") else run / "dataset") / name
    path.unlink(missing_ok=True)
    path.symlink_to(secret)
    with pytest.raises(ConfigError, match="is a link"):
        push_to_hub(run, "user/name", rejects=True, dry_run=True)


def test_a_folder_that_is_a_link(run, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "dataset").symlink_to(run / "dataset")
    with pytest.raises(ConfigError, match="leads out of"):
        find_dataset(other)
    (tmp_path / "latest").symlink_to(run)
    assert list_files(find_dataset(tmp_path / "latest"), rejects=True)


@pytest.mark.parametrize("name", ["a b.parquet", "rejects.parquet", "x -->.parquet", "é.parquet", "..parquet"])
def test_names_that_are_no_splits(run, name):
    (run / "dataset" / name).write_bytes(b"")
    with pytest.raises(ConfigError, match="not the name of a split"):
        list_files(run / "dataset", rejects=False)


def test_what_else_lies_there_is_not_published(run):
    (run / "dataset" / ".env").write_text("secret")
    (run / "dataset" / "notes.txt").write_text("mine")
    os.mkfifo(run / "dataset" / "pipe")
    assert not {".env", "notes.txt", "pipe"} & set(list_files(run / "dataset", rejects=False))


def test_no_rejects(run):
    (run / "rejects.parquet").unlink()
    with pytest.raises(ConfigError, match=r"rejects\.parquet: no such file"):
        list_files(run / "dataset", rejects=True)


@pytest.mark.parametrize(
    "repo", ["name", "a/b/c", "../x", "user/..", "user/a b", "user/", "/name", "user/x.git", "u/a--b"]
)
def test_names_that_are_no_repos(run, repo):
    with pytest.raises(ConfigError, match="is no repo of the Hub"):
        push_to_hub(run, repo)


@pytest.mark.parametrize("config", ["", "..", "../x", "a/b", "data", "a b", "-->"])
def test_names_that_are_no_configs(run, config):
    with pytest.raises(ConfigError, match="is no name of a config"):
        push_to_hub(run, "user/name", config_name=config)
