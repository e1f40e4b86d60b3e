"""Publishing over real connections, and what `datasets` then loads."""

import dataclasses
import json
import re
import subprocess
import sys

import pytest
from small import write_recipe

from hf_synth.errors import ConfigError

from .client import call_configs, call_datasets_push, call_datasets_split, call_load
from .conftest import GUEST, TOKEN
from .ready import FACTS, FILES, change_manifest, splits, write_run


def commits(hub):
    return hub.requests("POST", "/commit/")


def committed(hub):
    """The paths of each commit that was asked for."""
    lines = [[json.loads(line) for line in body.splitlines()] for _, _, body in commits(hub)]
    return [[line["value"]["path"] for line in commit if line["key"] != "header"] for commit in lines]


# What is published loads


def test_push_and_load(hub, push, client, run):
    done = push(run, "user/first")
    assert done.url == f"{hub.url}/datasets/user/first"
    assert done.created
    assert done.review == "1 of 10 rows wrong"
    assert set(done.uploaded) == FILES
    assert set(hub.repos["user/first"].files) == FILES | {".gitattributes"}
    assert done.commit == hub.repos["user/first"].branches["main"]
    assert len(commits(hub)) == 1
    here, there = (client(call_load, TOKEN, place) for place in (str(run / "dataset"), "user/first"))
    assert there == here
    assert list(there) == ["train", "validation", "test"]
    features, rows = there["train"]
    assert rows[-1]["origin"] == features["origin"].str2int("synthetic")
    assert client(call_configs, "user/first") == ["default"]
    assert client(call_load, TOKEN, "user/first", split="train", streaming=True) == (features, rows)
    assert client(call_load, TOKEN, "user/first", split="train[:10%]") == (features, rows[:2])
    again = {"num_proc": 2, "download_mode": "force_redownload"}
    assert client(call_load, TOKEN, "user/first", **again) == here


def test_several_configs(hub, push, client, run, tmp_path):
    other = write_run(tmp_path / "other", splits(made=5, locale="de-DE"))
    push(run, "user/several", config_name="alarms")
    assert push(run, "user/several", config_name="alarm", dry_run=True).unread == ""
    done = push(other, "user/several", config_name="more", rejects=True)
    assert set(done.uploaded) == {
        "README.md",
        "more/rejects.parquet",
        *(f"more/{name}" for name in FILES - {"README.md"}),
    }
    assert client(call_configs, "user/several") == ["alarms", "more"]
    assert client(call_load, TOKEN, "user/several", "alarms") == client(call_load, TOKEN, str(run / "dataset"))
    assert client(call_load, TOKEN, "user/several", "more") == client(call_load, TOKEN, str(other / "dataset"))
    card = hub.repos["user/several"].files["README.md"].decode()
    assert "language:\n- en\n- de\n" in card
    assert not push(run, "user/several", config_name="alarms").uploaded


def test_private(hub, push, client, refused, run, tmp_path):
    assert push(run, "user/secret", private=True).created
    assert hub.repos["user/secret"].private
    assert len(client(call_load, TOKEN, "user/secret")) == 3
    with pytest.raises(Exception, match="Not Found"):
        client(call_load, GUEST, "user/secret", cache_dir=str(tmp_path / "cache"))
    assert not push(run, "user/secret", private=True).uploaded
    hub.add("user/open")
    refused(run, "user/open", private=True, match="exists and is public")
    assert set(hub.repos["user/open"].files) == {".gitattributes"}


def test_another_branch(hub, push, client, run):
    hub.add("user/branches")
    done = push(run, "user/branches", branch="draft")
    assert done.created
    assert set(hub.repos["user/branches"].files) == {".gitattributes"}
    assert len(client(call_load, TOKEN, "user/branches", revision="draft")) == 3
    assert not push(run, "user/branches", branch="draft").uploaded


# Only what has changed is sent


def test_a_second_push_sends_nothing(hub, push, run):
    first = push(run, "user/twice")
    hub.log.clear()
    second = push(run, "user/twice")
    assert second == dataclasses.replace(first, commit=None, uploaded={}, unchanged=second.unchanged, created=False)
    assert set(second.unchanged) == FILES
    assert {method for method, path, _ in hub.log if "paths-info" not in path} == {"GET", "HEAD"}


def test_only_the_change_is_sent(hub, push, run):
    push(run, "user/change")
    card = run / "dataset" / "README.md"
    card.write_text(card.read_text(encoding="utf-8").replace("# alarms", "# Alarms"), encoding="utf-8")
    hub.log.clear()
    done = push(run, "user/change")
    assert list(done.uploaded) == ["README.md"]
    assert not hub.requests("PUT", "/store/")
    assert committed(hub) == [["README.md"]]
    write_run(run, splits(made=3))
    assert (
        set(push(run, "user/change").uploaded)
        == set(committed(hub)[-1])
        == {"train.parquet", "manifest.json", "README.md"}
    )


def test_files_of_an_earlier_push_go_and_those_of_others_stay(hub, push, run):
    push(run, "user/stale", rejects=True)
    repo = hub.repos["user/stale"]
    repo.commit({**repo.files, "notes.md": b"mine", "old.parquet": b"mine"})
    rows = splits()
    del rows["validation"]
    done = push(write_run(run, rows), "user/stale")
    assert done.deleted == ("rejects.parquet", "validation.parquet")
    assert set(repo.files) == FILES - {"validation.parquet"} | {".gitattributes", "notes.md", "old.parquet"}


def test_a_card_cannot_make_a_push_delete_other_files(hub, push, run):
    push(run, "user/lured")
    repo = hub.repos["user/lured"]
    card = repo.files["README.md"].replace(b"begin default: ", b"begin default: README.md notes.md sub/x.parquet ")
    repo.commit({**repo.files, "notes.md": b"mine", "sub/x.parquet": b"mine", "README.md": card})
    assert push(run, "user/lured").deleted == ()
    assert {"README.md", "notes.md", "sub/x.parquet"} < set(repo.files)


# The cards of others


def test_what_people_write_into_the_card_stays(hub, push, client, run):
    push(run, "user/edited")
    repo = hub.repos["user/edited"]
    card = repo.files["README.md"].decode()
    edited = "---\nannotations_creators:\n- expert\n" + card[4:].replace("tags:\n", "tags:\n- voice\n")
    repo.commit({**repo.files, "README.md": f"{edited}\n## Thanks\n\nTo all.\n".encode()})
    assert not push(run, "user/edited").uploaded
    push(write_run(run, splits(made=4)), "user/edited")
    card = repo.files["README.md"].decode()
    assert card.startswith("---\nannotations_creators:\n- expert\n")
    assert "- voice\n- synthetic\n" in card
    assert card.endswith("\n## Thanks\n\nTo all.\n")
    assert "| train | 18 | 0 | 4 | 22 |" in card
    assert "| train | 18 | 0 | 2 | 20 |" not in card
    assert len(client(call_load, TOKEN, "user/edited")["train"][1]) == 22


def test_datasets_pushes_beside_us(hub, push, client, run):
    """A config that `Dataset.push_to_hub` adds, and a split that it adds to ours, outlive our next push."""
    push(run, "user/beside")
    body = hub.repos["user/beside"].files["README.md"].decode().split("\n---\n")[1]
    client(call_datasets_push, TOKEN, "user/beside", [{"a": 1}, {"a": 2}], "other")
    client(call_datasets_split, TOKEN, "user/beside", str(run / "dataset"), "extra")
    card = hub.repos["user/beside"].files["README.md"].decode()
    assert card.endswith(body)
    assert not push(run, "user/beside").deleted
    push(write_run(run, splits(made=6)), "user/beside")
    assert client(call_configs, "user/beside") == ["default", "other"]
    assert client(call_load, TOKEN, "user/beside", "other")["train"][1] == [{"a": 1}, {"a": 2}]
    ours = client(call_load, TOKEN, "user/beside", "default")
    assert {name: len(rows) for name, (_, rows) in ours.items()} == {
        "train": 24,
        "validation": 3,
        "test": 6,
        "extra": 3,
    }


def test_we_push_beside_datasets(hub, push, client, refused, run):
    client(call_datasets_push, TOKEN, "user/theirs", [{"a": 1}])
    before = hub.repos["user/theirs"].files
    refused(run, "user/theirs", match="has a config 'default' that hf-synth did not write .* --replace")
    assert hub.repos["user/theirs"].files == before
    push(run, "user/theirs", config_name="synth")
    assert client(call_load, TOKEN, "user/theirs", "default")["train"][1] == [{"a": 1}]
    assert client(call_load, TOKEN, "user/theirs", "synth") == client(call_load, TOKEN, str(run / "dataset"))
    push(run, "user/theirs", replace=True)
    assert client(call_load, TOKEN, "user/theirs", "default") == client(call_load, TOKEN, "user/theirs", "synth")
    assert set(before) < set(hub.repos["user/theirs"].files)


def test_datasets_replaces_a_split_of_ours(push, client, run):
    """It subtracts the size of what it replaces: our card must have said it."""
    push(run, "user/replaced")
    client(call_datasets_split, TOKEN, "user/replaced", str(run / "dataset"), "train")
    assert len(client(call_load, TOKEN, "user/replaced")["train"][1]) == 3


def test_a_repo_that_exists(hub, push, refused, client, run):
    theirs = {"README.md": b"# Mine\r\n\r\nBy hand.", "LICENSE": b"MIT"}
    repo = hub.add("user/exists", theirs)
    done = push(run, "user/exists")
    assert not done.created
    assert repo.files["LICENSE"] == b"MIT"
    assert "\n---\n# Mine\r\n\r\nBy hand.\n\n<!-- hf-synth: begin default" in repo.files["README.md"].decode()
    assert len(client(call_load, TOKEN, "user/exists")) == 3
    hub.add("user/loose", {"data.csv": b"a\n1\n"})
    refused(run, "user/loose", match=r"no longer find data\.csv")
    hub.add("user/taken", {"manifest.json": b"{}"})
    refused(run, "user/taken", match=r"the repo has manifest\.json, which hf-synth did not write")
    hub.add("user/broken", {"README.md": b"---\na: [\n---\n"})
    with pytest.raises(ConfigError, match="YAML cannot be read"):
        push(run, "user/broken")
    hub.add("user/latin", {"README.md": "grün".encode("latin-1")})
    refused(run, "user/latin", match="is not UTF-8")
    assert len(commits(hub)) == 1


# Not before it is ready


def test_all_refusals_at_once_and_no_request(hub, refused, run):
    rows = splits()
    write_run(run, rows, dataclasses.replace(FACTS, license=None), license=None, teacher={"name": "t"}, locales=[])
    text = refused(run, "user/unready", match="not ready")
    assert len(re.findall("^- ", text, re.MULTILINE)) == 3
    assert "--license" in text
    assert "--teacher-license" in text
    assert not hub.log


def test_a_dry_run_writes_nothing(hub, push, run):
    done = push(run, "user/dry", dry_run=True)
    assert (done.created, done.commit, set(done.uploaded), done.refusals) == (True, None, FILES, ())
    hub.add("user/dry", {"train.parquet": (run / "dataset" / "train.parquet").read_bytes()})
    done = push(run, "user/dry", dry_run=True)
    assert (done.created, done.unchanged) == (False, ("train.parquet",))
    change_manifest(run, review={"sampled": 10, "wrong": 9, "passed": False})
    done = push(run, "user/dry", dry_run=True, private=True)
    assert len(done.refusals) == 2
    assert "9 of 10 rows wrong" in done.refusals[0]
    assert {method for method, path, _ in hub.log if "paths-info" not in path} <= {"GET", "HEAD"}


# From a shell


def shell(environment, *arguments):
    command = [sys.executable, "-m", "hf_synth.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=100)


def test_from_a_shell(hub, environment, run):
    done = shell(environment, "push", run, "user/shell", "--config", "alarms", "--rejects")
    assert done.returncode == 0, done.stderr
    assert f"Dataset  {hub.url}/datasets/user/shell (commit " in done.stdout
    command = re.search(r"^Next     python (-c .*)", done.stdout, re.MULTILINE)[1]
    loaded = subprocess.run(
        f"{sys.executable} {command}", shell=True, capture_output=True, text=True, env=environment, check=True
    )
    assert "num_rows: 20" in loaded.stdout
    assert "hf_" not in done.stdout + done.stderr.replace("hf_synth", "")


def test_a_dry_run_without_a_connection(environment, run):
    change_manifest(run, license="", review=None)
    alone = {**environment, "HF_ENDPOINT": "http://127.0.0.1:9", "HF_DEBUG": "1"}
    done = shell(alone, "push", run, "user/away", "--dry-run")
    assert done.returncode == 2, done.stderr
    assert re.search(r"upload +train\.parquet \([\d,]+ bytes\)", done.stdout)
    assert "Review   not reviewed" in done.stdout
    assert "Unread " in done.stdout
    assert "Refused  the licence of the human rows is not stated" in done.stdout
    assert "Traceback" not in done.stderr
    assert TOKEN not in done.stdout + done.stderr


def test_from_seeds_to_the_hub(hub, environment, client, tmp_path):
    """Every command a user types, on a run as it is: built, refused, its facts stated, published, loaded."""
    recipe, out = write_recipe(tmp_path / "small"), tmp_path / "run"
    assert shell(environment, "build", recipe, "--out", out).returncode == 0
    refused = shell(environment, "push", out, "user/whole")
    assert refused.returncode == 2
    hinted = re.findall(r"hf-synth card (\S+) (--[a-z-]+)", refused.stderr)
    assert {option for _, option in hinted} == {"--license", "--teacher-license"}
    assert {place for place, _ in hinted} == {str(out / "dataset")}
    stated = ("--license", "cc-by-4.0", "--teacher-license", "mit", "--source", "Written for this test.")
    assert shell(environment, "card", out, *stated).returncode == 0
    done = shell(environment, "push", out, "user/whole", "--rejects")
    assert done.returncode == 0, done.stderr
    files = hub.repos["user/whole"].files
    assert set(files) >= FILES | {"rejects.parquet"}
    card = files["README.md"].decode()
    assert card.count("# small\n") == 1
    assert card.count("<!--") == 2, "one mark before our block and one after it"
    assert "Written for this test." in card
    assert "not reviewed" in card.lower()
    assert client(call_load, TOKEN, "user/whole") == client(call_load, TOKEN, str(out / "dataset"))
    again = shell(environment, "push", out, "user/whole", "--rejects")
    assert "nothing has changed" in again.stdout
