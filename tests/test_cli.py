"""The command line: exit code 0 when done, 2 when the user must change something, 1 for a defect of ours."""

import json
import re
import subprocess
import sys

import pytest
from endpoint_server import EndpointServer
from parsed import write_answer
from semantic_parsing.test_experiment import write_recipe as write_parse_recipe
from small import held_out_records, seed_records, snapshot, write_lines, write_recipe

from hf_synth import experiment, registry
from hf_synth.semantic_parsing import experiment as parse_experiment
from hf_synth.teachers.scripted import ScriptedTeacher


@pytest.fixture
def recipe(tmp_path):
    return write_recipe(tmp_path / "small")


def change_first(recipe, part="seeds", **change):
    records = seed_records() if part == "seeds" else held_out_records(part)
    write_lines(recipe / f"{part}.jsonl", [{**records[0], **change}, *records[1:]])


# What works


def test_from_a_shell(tmp_path, recipe):
    """Installed, as a user calls it; a second run says the same and asks nobody."""

    def shell(*arguments):
        command = [sys.executable, "-m", "hf_synth.cli", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)

    out = tmp_path / "run"
    first = shell("run", recipe, "--out", out)
    assert first.returncode == 0, first.stderr
    assert "Traceback" not in first.stderr
    for arm in ("real_only", "upsampled", "linguist"):
        assert arm in first.stdout
    assert f"Dataset  {out / 'dataset'}" in first.stdout
    assert f"Report   {out / 'report.html'}" in first.stdout
    assert "Next " in first.stdout
    before = snapshot(out)
    second = shell("run", recipe, "--out", out)
    assert second.returncode == 0, second.stderr
    tables = [text[text.index("Dataset  ") :] for text in (first.stdout, second.stdout)]
    assert tables[0] == tables[1]
    after = snapshot(out)
    assert {name for name in after if after[name] != before.get(name)} <= {
        n for n in before if n.startswith("figures/")
    }


def test_build(call, tmp_path, recipe):
    code, out, _ = call("build", recipe, "--out", tmp_path / "run")
    assert code == 0
    assert f"Dataset  {tmp_path / 'run' / 'dataset'}: 42 train, 3 validation, 6 test" in out
    assert f"hf-synth run {recipe} --out {tmp_path / 'run'}" in out
    assert not (tmp_path / "run" / "students").exists()
    assert call("build", recipe, "--out", tmp_path / "run")[1] == out


def test_card(call, tmp_path, recipe):
    assert call("build", recipe, "--out", tmp_path / "run")[0] == 0
    dataset = tmp_path / "run" / "dataset"
    before = snapshot(tmp_path)
    code, out, _ = call("card", dataset)
    assert (code, out) == (0, f"Card     {dataset / 'README.md'}\n")
    assert snapshot(tmp_path) == before
    facts = ["--license", "cc-by-4.0", "--teacher-license", "mit", "--source", "One.", "--source", "Two."]
    assert call("card", tmp_path / "run", *facts)[:2] == (0, out)
    card = (dataset / "README.md").read_text(encoding="utf-8")
    for told in ("license: cc-by-4.0\n", "licence mit.", "- Human rows: One.\n- Human rows: Two.\n"):
        assert told in card
    assert call("card", dataset)[0] == 0
    assert (dataset / "README.md").read_text(encoding="utf-8") == card, "the facts are in the manifest"
    assert call("build", recipe, "--out", tmp_path / "run")[0] == 0
    assert (dataset / "README.md").read_text(encoding="utf-8") == card, "a recipe that is silent takes nothing back"


def test_a_teacher_over_http_and_its_budget(call, tmp_path, recipe):
    """The budget ends a run cleanly; the same command goes on, though the server has moved and more may be spent."""
    out = tmp_path / "run"
    prices = "prompt_price: 1, completion_price: 2"
    with EndpointServer() as server:
        teacher = f"teacher.name={server.url}#m"
        code, told, _ = call("build", recipe, teacher, f"teacher.budget={{{prices}}}", "--out", out, "--dry-run")
        assert code == 0
        assert "Cost     about " in told
        assert not server.requests
        assert not out.exists()
        code, told, err = call("build", recipe, teacher, "teacher.budget.max_requests=5", "--out", out)
        assert code == 2
        assert re.search(r"error: the budget allows no further request; 5 requests \(0 failed\)", err)
        assert "again to go on" in err
        first = [json.dumps(body) for body, _, _ in server.requests]
    with EndpointServer() as server:
        changes = (f"teacher.name={server.url}#m", f"teacher.budget={{{prices}}}", "teacher.endpoint.concurrency=2")
        code, told, err = call("build", recipe, *changes, "--out", out)
        assert code == 0, err
        second = [json.dumps(body) for body, _, _ in server.requests]
        assert not set(first) & set(second)
        assert re.search(rf"Spent    {5 + len(second)} requests \(0 failed\), .* cost 0\.0", told)
        # What decides the completions may not change on the way.
        code, _, err = call("build", recipe, *changes, "teacher.endpoint.stop=[x]", "--out", out)
        assert code == 2
        assert "teacher.name was 'm:chat'" in err


def test_list(call):
    code, out, _ = call("list")
    assert code == 0
    lines = [line.split() for line in out.splitlines()]
    for line in (["prompt", "linguist@1"], ["filter", "duplicate@1"], ["transform", "slot_resampling@1"]):
        assert line in lines
    assert ["teacher", "scripted"] in lines


def test_list_with_a_part_that_cannot_be_imported(call, monkeypatch):
    monkeypatch.setitem(registry._PARTS, ("filter", "lost"), "no_such_package.filters:Lost")
    code, out, _ = call("list")
    assert code == 0
    assert "filter     lost (cannot be imported: No module named 'no_such_package')" in out.splitlines()


def test_help(call):
    code, out, _ = call("--help")
    assert code == 0
    assert all(command in out for command in ("run", "build", "teach", "card", "list"))


# Bad input


def test_an_unbalanced_bracket(refused, tmp_path, recipe):
    change_first(recipe, utterance="wake me at [time : seven")
    refused("run", recipe, "--out", tmp_path / "run", message=r"seeds\.jsonl:1: .*")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"utterance": "wake me at [time : seven"}, "seeds.jsonl:1: "),
        ({"utterance": "wake me at time : seven]"}, "seeds.jsonl:1: "),
        ({"utterence": "x"}, "seeds.jsonl:1: unknown key 'utterence'\nHint: Did you mean 'utterance'?"),
        ({"utterance": "  "}, "seeds.jsonl:1: .*empty"),
        ({"intent": ""}, "seeds.jsonl:1: expected an intent name"),
        (
            {"tokens": ["a", "b"], "slot_tags": ["O"]},
            "seeds.jsonl:1: 2 tokens but 1 slot tags\nHint: Give each token one tag.",
        ),
        ({"tokens": ["a"], "slot_tags": ["X-b"]}, "seeds.jsonl:1: tag 'X-b'"),
        ({"id": "play_music-0"}, r"seeds.jsonl:7: id 'play_music-0' was used at .*seeds.jsonl:1"),
    ],
    ids=str,
)
@pytest.mark.parametrize("command", ["run", "build"])
def test_a_bad_line(refused, tmp_path, recipe, command, change, message):
    change_first(recipe, **change)
    refused(command, recipe, "--out", tmp_path / "run", message=message)


@pytest.mark.parametrize("part", ["validation", "test"])
def test_a_bad_line_in_other_files(refused, tmp_path, recipe, part):
    change_first(recipe, part, utterance="")
    refused("run", recipe, "--out", tmp_path / "run", message=rf"{part}\.jsonl:1: ")


def test_one_seed_only(refused, tmp_path, recipe):
    write_lines(recipe / "seeds.jsonl", seed_records()[:1])
    refused("run", recipe, "--out", tmp_path / "run", message="intent 'set_alarm' has 1 seed")


def test_an_intent_named_in_no_seed(refused, tmp_path, recipe):
    message = "target 'set_alrm' is the intent of no seed\nHint: Did you mean 'set_alarm'?"
    refused("run", recipe, "targets=[set_alrm]", "--out", tmp_path / "run", message=re.escape(message))
    message = r"seeds.jsonl: no row has intent 'set_alrm'\nHint: Did you mean 'set_alarm'\?"
    refused("run", recipe, "data.train.intents=[set_alrm]", "--out", tmp_path / "run", message=message)


def test_a_csv_in_a_wrong_encoding(refused, tmp_path, recipe):
    lines = ["intent,utterance", "play_music,play some jazz", "play_music,play björk"]
    (recipe / "seeds.csv").write_bytes("\n".join(lines).encode("latin-1"))
    message = r"seeds\.csv:3: the file is not UTF-8 \(byte 0xf6\)"
    refused("run", recipe, "data.train.path=seeds.csv", "--out", tmp_path / "run", message=message)


def test_a_folder_of_another_recipe(refused, call, tmp_path, recipe):
    out = tmp_path / "run"
    assert call("build", recipe, "--out", out)[0] == 0
    other = write_recipe(tmp_path / "other")
    refused("run", other, "--out", out, message="belongs to recipe 'small', not 'other'")
    refused("run", recipe, "students.epochs=3", "--out", out, message=r"students\.epochs was 1\.0, now 3\.0")
    change_first(recipe, utterance="get me up")
    refused("run", recipe, "--out", out, message="its data has changed")


def test_bad_seeds_leave_a_run_as_it_is(refused, call, tmp_path, recipe):
    assert call("build", recipe, "--out", tmp_path / "run")[0] == 0
    change_first(recipe, utterance="[")
    refused("run", recipe, "--out", tmp_path / "run", message=r"seeds\.jsonl:1: ")


@pytest.mark.parametrize("name", ["./nowhere", "no-one/no-such-encoder-of-hf-synth"])
def test_an_encoder_that_cannot_be_reached(call, tmp_path, recipe, name, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    code, _, err = call("run", recipe, f"students.encoder={name}", "--out", tmp_path / "run")
    assert (code, "Traceback" in err) == (2, False)
    assert f"error: encoder '{name}'" in err


def test_a_folder_that_is_no_run(refused, tmp_path, recipe):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("x")
    refused("run", recipe, "--out", tmp_path / "thesis", message="holds files, but no run of hf-synth")
    refused("run", recipe, "--out", tmp_path / "thesis" / "chapter.tex", message="is a file, expected a folder")


@pytest.mark.parametrize("name", ["./no/such/folder", "no-one/no-such-model-of-hf-synth"])
def test_a_teacher_that_cannot_be_reached(refused, tmp_path, recipe, name, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    refused("run", recipe, f"teacher.name={name}", "--out", tmp_path / "run", message=f"cannot load teacher '{name}'")


def test_then_the_right_teacher_runs_into_the_same_folder(refused, call, tmp_path, recipe):
    refused("build", recipe, "teacher.name=./nowhere", "--out", tmp_path / "run", message="cannot load teacher")
    assert call("build", recipe, "--out", tmp_path / "run")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["students.epochz=2"], r"unknown key 'students\.epochz'\nHint: Did you mean 'epochs'\?"),
        (["generaton.rows_per_intent=2"], r"unknown key 'generaton'\nHint: Did you mean 'generation'\?"),
        (["arms=[upsampled, lingust]"], r"unknown arm 'lingust'\nHint: Did you mean 'linguist'\?"),
        (["students.epochs=many"], r"students\.epochs: expected float, got 'many'"),
        (["students.epochs"], "expected key=value"),
        (["data.train.path=nowhere.jsonl"], r"nowhere\.jsonl: no such file"),
    ],
    ids=str,
)
def test_bad_settings(refused, tmp_path, recipe, arguments, message):
    refused("run", recipe, *arguments, "--out", tmp_path / "run", message=message)


def test_an_unknown_key_in_the_file(refused, tmp_path, recipe):
    with (recipe / "recipe.yaml").open("a") as file:
        file.write("basselines: [upsampled]\n")
    message = r"unknown key 'basselines'\nHint: Did you mean 'baselines'\?"
    refused("run", recipe, "--out", tmp_path / "run", message=message)


def test_no_recipe(refused, tmp_path):
    refused("run", tmp_path / "nowhere", "--out", tmp_path / "run", message="no such recipe")
    refused("teach", tmp_path / "nowhere", "--out", tmp_path / "run", message="no such recipe")


@pytest.mark.parametrize("arguments", [["rnu"], ["run"], ["run", "x", "--ot", "y"]], ids=str)
def test_wrong_use(call, tmp_path, arguments, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = call(*arguments)
    assert code == 2
    assert "Usage" in err
    assert list(tmp_path.iterdir()) == []


def test_teach_on_bad_rows_claims_no_folder(refused, tmp_path):
    folder = tmp_path / "mini"
    folder.mkdir()
    write_lines(folder / "rows.jsonl", [{"intent": "a", "utterance": "[x"}])
    (folder / "recipe.yaml").write_text(json.dumps({"data": [{"path": "rows.jsonl"}], "base": "warm:x", "pairs": [1]}))
    refused("teach", folder, "--out", tmp_path / "teacher", message=r"rows\.jsonl:1: ")


def test_a_push_that_cannot_be(refused, call, tmp_path, recipe, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    refused("push", recipe, "user/name", message="holds no dataset of hf-synth")
    assert call("build", recipe, "--out", tmp_path / "run")[0] == 0
    (tmp_path / "run" / "dataset" / "manifest.json").unlink(missing_ok=True)
    refused("push", tmp_path / "run", "name", message="'name' is no repo of the Hub")
    refused("push", tmp_path / "run", "user/name", message=r"not ready to be published:\n- .*manifest\.json: missing")
    code, out, err = call("push", tmp_path / "run", "user/name", "--dry-run")
    assert (code, err) == (2, "")
    assert "HF_HUB_OFFLINE is set: what stands there is not known" in out
    assert "Refused  " in out


def test_no_card_without_a_manifest(refused, tmp_path):
    message = r"holds no dataset with a manifest\.json\nHint: Give a folder that hf-synth build or run wrote\."
    refused("card", tmp_path, message=message)
    refused("card", tmp_path / "nowhere", message=message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"manifest\.json: not JSON"),
        ('{"format": 1, "task": "intent_slots"}', r"manifest\.json: missing key name"),
        ('{"format": 9, "task": "intent_slots"}', r"manifest\.json has format 9, expected 1"),
    ],
)
def test_a_broken_manifest(refused, tmp_path, text, message):
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    refused("card", tmp_path, message=message)


def test_a_card_written_by_hand(refused, call, tmp_path, recipe):
    assert call("build", recipe, "--out", tmp_path / "run")[0] == 0
    (tmp_path / "run" / "dataset" / "README.md").write_text("# Mine\n", encoding="utf-8")
    refused("card", tmp_path / "run", "--license", "mit", message=r"README\.md has no line '<!-- end of what")


def test_a_blank_licence(refused, call, tmp_path, recipe):
    assert call("build", recipe, "--out", tmp_path / "run")[0] == 0
    refused("card", tmp_path / "run", "--license", " ", message=r"card\.license is blank")


# Our defects


def test_a_defect_of_ours(call, tmp_path, recipe, monkeypatch):
    def fail(recipe):
        raise RuntimeError("the roof is on fire")

    monkeypatch.setattr(experiment, "make_cells", fail)
    code, _, err = call("run", recipe, "--out", tmp_path / "run")
    assert code == 1
    assert "RuntimeError: the roof is on fire" in err
    assert "This is a defect of hf-synth" in err


def test_interrupted(call, tmp_path, recipe, monkeypatch):
    def stop(recipe):
        raise KeyboardInterrupt

    monkeypatch.setattr(experiment, "make_cells", stop)
    code, _, err = call("run", recipe, "--out", tmp_path / "run")
    assert code == 130
    assert "run the same command again to go on" in err
    assert "Traceback" not in err


# Parses


@pytest.fixture
def orders(tmp_path, monkeypatch):
    """A recipe of semantic parsing, whose teacher answers by a script."""
    folder = tmp_path / "orders"
    folder.mkdir()
    write_parse_recipe(folder, few={}, arms=["real_only", "clasp"])
    monkeypatch.setattr(parse_experiment, "load_clasp_teacher", lambda *_: ScriptedTeacher(write_answer))
    return folder


def test_parses_from_seeds_to_a_report(call, tmp_path, orders):
    out = tmp_path / "run"
    code, told, err = call("build", orders, "--out", out)
    assert code == 0, err
    assert f"Dataset  {out / 'cells' / 'draw-0' / 'dataset'}: 22 train, 0 validation, 2 test" in told
    code, told, err = call("run", orders, "--out", out)
    assert code == 0, err
    for name in ("real_only", "clasp", "exact match", "bracket F1", "Report   "):
        assert name in told


def test_what_would_be_asked_for_parses(call, tmp_path, orders):
    before = snapshot(tmp_path)
    code, told, err = call("build", orders, "teacher.name=http://localhost:1/v1#m", "--dry-run")
    assert code == 0, err
    assert snapshot(tmp_path) == before
    assert "Rows     16 wanted of http://localhost:1/v1#m" in told
    assert "parse" in told.partition("The first prompt:")[2]


@pytest.mark.parametrize(
    ("part", "row", "settings", "message"),
    [
        (
            "train",
            {"text": "a pot", "parse": "(SHOP (POT (COUNT a ) )"},
            [],
            r"train\.jsonl:7: character 24 of the parse: expected \) for SHOP, got the end",
        ),
        (
            "train",
            {"text": "a mug", "parse": "(SHOP (MUG (COUNT a ) ) )"},
            ["schema={SHOP: [PLANT, POT], PLANT: [COUNT, HEIGHT, KIND, NOT], POT: [COUNT, COLOUR], NOT: [COLOUR], "
             "COUNT: [words], HEIGHT: [words], KIND: [words], COLOUR: [words]}"],
            r"train\.jsonl:7: unknown label 'MUG'",
        ),
        (
            "train",
            {"text": "a mug", "parse": "(SHOP (POT (COUNT one ) ) )"},
            [],
            r"train\.jsonl:7: COUNT 'one' does not stand in the text 'a mug'",
        ),
        ("train", {"text": "a mug", "intent": "SHOP"}, [], r"train\.jsonl:7: the row 'a mug' has no parse"),
        (
            "catalogue",
            {"value": "iris"},
            ["data.catalogue={source: {path: catalogue.jsonl}}"],
            r"catalogue\.jsonl:\d+: expected a text under 'slot', got None",
        ),
        (
            "catalogue",
            {"slot": "KIND", "value": "iris"},
            ["data.catalogue={source: {path: catalogue.jsonl}, labels: {kinds: KIND}}"],
            r"the catalogue has no slot 'kinds'",
        ),
        (
            "catalogue",
            {"slot": "KIND", "value": "iris"},
            ["data.catalogue={source: {path: catalogue.jsonl}}", "resolution={}", "few={}"],
            r"the catalogue has no entry for HEIGHT",
        ),
    ],
)  # fmt: skip
def test_parses_that_are_wrong(refused, tmp_path, orders, part, row, settings, message):
    file = orders / f"{part}.jsonl"
    lines = [line for line in file.read_text().splitlines() if '"HEIGHT"' not in line]
    file.write_text("\n".join([*lines, json.dumps(row)]))
    refused("build", orders, *settings, "--out", tmp_path / "run", message=message)


# Rows with several labels


def test_found_labels_from_rows_to_a_report(call, labelled):
    folder = labelled(arms=["given_labels", "pseudo"])
    code, told, err = call("run", folder, "--out", folder / "run")
    assert code == 0, err
    assert "micro-F1" in told
    assert f"Rows     {folder / 'run'}/**/rows.parquet" in told


@pytest.mark.parametrize(
    ("row", "settings", "message"),
    [
        ({"labels": ["crad"]}, ["data.labels=[card, loan, lost, new]"], r"rows\.jsonl:1: unknown label 'crad'"),
        ({"labels": ["card"], "negative_labels": ["card"]}, [], r"rows\.jsonl:1: .*'card' and has it as a negative"),
        ({"labels": []}, [], r"rows\.jsonl:1: an empty list of labels"),
        ({"labels": ["card"]}, ["pseudo_labels.streak=3"], "streak is 3, but there are 2 epochs"),
        ({"labels": ["card", "fifth"]}, ["students.base={four}"], "has 4 outputs, there are 5 labels"),
        ({"labels": ["card"]}, ["students.base=no/such"], "'no/such' cannot be loaded"),
    ],
)
def test_labels_that_are_wrong(refused, labelled, some_rows, encoder, tmp_path, row, settings, message):
    from hf_synth.pseudo_labels.model import make_classifier

    make_classifier(encoder, 4).save_pretrained(tmp_path / "four")
    folder = labelled(rows=[{"text": "hm", "fold": 0, **row}, *some_rows])
    given = [setting.replace("{four}", str(tmp_path / "four")) for setting in settings]
    refused("run", folder, *given, "--out", tmp_path / "run", message=message)


def test_a_task_that_there_is_not(refused, tmp_path, orders):
    refused("run", orders, "task=parsing", "--out", tmp_path / "run", message="task is one of intents, semantic_p")
