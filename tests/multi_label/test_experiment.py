import json

import pytest
from datasets import load_dataset

from hf_synth.errors import ConfigError
from hf_synth.multi_label.experiment import LabelRun
from hf_synth.recipes import load_run_recipe, open_run

ALL = "pseudo+negatives+distillation"


def start(folder, *assignments, out="out"):
    return open_run(load_run_recipe(folder, assignments), folder / out)


def test_from_rows_to_a_report_and_back_again(labelled, monkeypatch):
    folder = labelled(second_stage={"arms": ["given_labels", "pseudo"], "epochs": 1})
    run = start(folder)
    assert isinstance(run, LabelRun)
    report = run.report()
    assert (report["task"], report["metric"], report["baseline"]) == ("multi_label", "micro_f1", "given_labels")
    assert list(report["arms"]) == [
        "given_labels", ALL, "distillation", "negatives", "pseudo", "full_data"
    ]  # fmt: skip
    assert (report["test_rows"], report["measured"]["students"], report["measured"]["cells"]) == (36, 18, 3)
    assert report["uplift"][ALL]["micro_f1"]["interval"] == "t"
    told = report["arms"]["pseudo"]["metrics"]
    assert 0 < told["pseudo_right"]["mean"] <= 1
    assert told["coverage"]["mean"] >= report["arms"]["given_labels"]["metrics"]["coverage"]["mean"]
    text = (folder / "out" / "report.md").read_text()
    assert "# What found and wrong labels are worth" in text
    assert "| arm | rows with a pseudo-label |" in text
    assert "generated rows" not in text
    assert "## Generation" not in text
    assert (folder / "out" / "figures" / "confidence.png").is_file()
    assert {label["kind"] for row in report["confidence"] for label in row["labels"]} == {"given", "found", "other"}

    rows = load_dataset("parquet", data_files=str(folder / "out" / "**" / "rows.parquet"), split="train")
    assert len(rows) == 36
    assert rows.features["pseudo_labels"].feature.names == ["card", "loan", "lost", "new"]
    assert set(rows.column_names) > {"labels", "pseudo_labels", "pseudo_confidences", "pseudo_epochs"}
    assert all(not set(row["labels"]) & {*row["pseudo_labels"], *row["negative_labels"]} for row in rows)

    monkeypatch.setattr("hf_synth.pseudo_labels.training.fit", None)  # nothing is trained again
    (folder / "out" / "report.json").unlink()
    assert start(folder).report() == report
    with pytest.raises(ConfigError, match="with other settings: seeds was 1, now 2"):
        start(folder, "seeds=2")
    with pytest.raises(ConfigError, match="need no teacher"):
        run.build()


def test_wrong_labels_of_the_data_are_taken_as_they_are(labelled, some_rows):
    rows = [{**row, "negative_labels": ["loan" if "card" in row["labels"] else "card"]} for row in some_rows]
    folder = labelled(rows=rows, arms=["negatives", "given_labels"])
    start(folder).report()
    assert not list(folder.glob("out/**/first_round.npz"))
    data = load_dataset("parquet", data_files=str(folder / "out" / "**" / "rows.parquet"), split="train")
    assert all(len(labels) == 1 for labels in data["negative_labels"])


def test_equal_seeds_give_equal_scores(labelled):
    folder = labelled(arms=["given_labels", ALL])
    scores = [start(folder, "data.folds=3", out=out).report() for out in ("one", "two")]
    assert json.dumps(scores[0]) == json.dumps(scores[1])
