import numpy as np
import pytest
from datasets import load_dataset
from gan.shapes import some_points

from embedding_space.conftest import records
from hf_synth.embedding_space import cells, students
from hf_synth.embedding_space.cells import make_point_cells, read_rows
from hf_synth.embedding_space.recipe import ARMS, RIVALS
from hf_synth.embedding_space.rivals import make_rival
from hf_synth.embedding_space.students import score_student, train_student
from hf_synth.errors import ConfigError, SchemaError
from hf_synth.recipes import load_run_recipe, open_run


def start(folder, *assignments, out="out"):
    return open_run(load_run_recipe(folder, assignments), folder / out)


def test_from_rows_to_a_report_and_a_dataset(pointed, monkeypatch):
    folder = pointed(arms=list(ARMS), draws=2, sizes=[20])
    report = start(folder).report()
    assert (report["task"], report["metric"], report["baseline"]) == ("embedding", "accuracy", "real_only")
    assert set(report["arms"]) == set(ARMS)
    assert set(report["by_target"]) == {f"sentences, 20 rows, {kind}" for kind in ("logistic", "network")}
    assert (report["test_rows"], report["measured"]["students"]) == (60, len(ARMS) * 4)
    assert {"coverage", "distance_ratio", "made_as_test"} <= set(report["arms"]["gan"]["metrics"])
    assert report["transforms"]["smote"] == {"requested": 92, "made": 92}
    made = report["transforms"]["gan"]
    assert made["requested"] == 92 >= made["made"]
    assert [panel["arm"] for panel in report["points"]] == ["gan_vanilla", "gan_soft"]
    assert len(report["points"][0]["real"]) == 20
    assert {"coverage", "distance_ratio"} <= set(report["diversity"])
    assert all(-1 <= value <= 1 for value in report["diversity"].values())
    assert (folder / "out" / "figures" / "points.png").is_file()
    text = (folder / "out" / "report.md").read_text()
    assert "Rank correlation with the gain, among students of one kind" in text
    assert "## What the points are like" in text

    dataset = load_dataset(str(folder / "out" / "cells" / "sentences-20-0" / "dataset"))
    human = dataset["test"].features["origin"].str2int("human")
    assert (dataset["train"]["origin"][:].count(human), len(dataset["test"])) == (20, 60)
    assert set(dataset["test"]["origin"]) == {human}
    card = (folder / "out" / "cells" / "sentences-20-0" / "dataset" / "README.md").read_text()
    assert "Embeddings of texts, and points like them, with a class." in card
    assert "(points.png)" in card
    assert (folder / "out" / "cells" / "sentences-20-0" / "dataset" / "points.png").is_file()
    assert "`gan_vanilla` adds generated points, without any of the four measures" in card
    assert "There is none: no teacher was asked." in card
    assert "`gan_prior`" in card

    monkeypatch.setattr(students, "train_student", None)  # nothing is trained again
    assert start(folder).report() == report


def test_draws_share_their_test_rows_and_more_rows_begin_with_fewer(pointed):
    recipe = load_run_recipe(pointed(draws=2))
    few, second, more, _ = make_point_cells(recipe, read_rows(recipe))
    assert (few.name, second.name, more.name) == ("sentences-20-0", "sentences-20-1", "sentences-40-0")
    assert more.train[:20] == few.train
    assert more.test == few.test != second.test
    assert not set(more.train) & set(more.test)
    with pytest.raises(ConfigError, match=r"data\.train has 120 rows, expected 60 for the test and 80 to train on"):
        make_point_cells(load_run_recipe(pointed(sizes=[80])), read_rows(recipe))


@pytest.mark.parametrize("arm", RIVALS)
def test_rivals_keep_the_shares_of_the_classes(arm):
    real = some_points(40).take([*range(40), *range(0, 40, 2)])  # two thirds of the first class
    made = make_rival(arm, real, 90, 0.5, seed=0)
    assert len(made) == 90
    assert 0.5 < (made.labels == 0).mean() < 0.8
    assert np.array_equal(made.vectors, make_rival(arm, real, 90, 0.5, seed=0).vectors)
    assert not np.array_equal(made.vectors, make_rival(arm, real, 90, 0.5, seed=1).vectors)


@pytest.mark.parametrize("kind", ["logistic", "network"])
def test_students_learn_and_a_pre_trained_one_knows_more(kind):
    test = some_points(200, seed=5, spread=3.0)
    few, many = some_points(10, seed=1, spread=3.0), some_points(400, seed=2, spread=3.0)
    scores = {
        "few": score_student(train_student(kind, few, 0), test),
        "many": score_student(train_student(kind, many, 0), test),
        "both": score_student(train_student(kind, few, 0, before=train_student(kind, many, 0)), test),
    }
    assert scores["few"] < scores["many"]
    assert scores["few"] < scores["both"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{**row, "label": "good"} for row in records(110)], "all rows have the class 'good'"),
        ([*records(110)[1::2], *records(110, 2)[1::2], records(110)[0]], "the class 'bad' has 1 row"),
        ([*records(110), {"embedding": [1.0], "label": "good"}], "row 110 has an embedding of shape"),
    ],
)
def test_rows_that_are_wrong_are_found_before_a_folder_is_claimed(pointed, rows, message):
    with pytest.raises(SchemaError, match=message):
        start(pointed(rows=rows))
    assert not (pointed() / "out").exists()


def test_texts_are_embedded_once(pointed, monkeypatch):
    words = [f"good w{number}" if number % 2 else f"bad w{number}" for number in range(120)]
    rows = [{"text": text, "label": text.split()[0]} for text in words]
    folder = pointed(rows=rows, arms=["real_only"], students=["logistic"], encoders={"vectors": "words.vec"})
    settings = {"data.pretraining": "null", "encoders": f"{{vectors: {folder}/words.vec}}"}
    lines = ["good 1 0", "bad 0 1", *(f"w{number} 0.{number} 0.5" for number in range(120))]
    (folder / "words.vec").write_text("\n".join(lines))
    assignments = [f"{key}={value}" for key, value in settings.items()]
    report = start(folder, *assignments).report()
    asked = []
    monkeypatch.setattr(cells, "embed_texts", lambda *arguments: asked.append(arguments))
    assert start(folder, *assignments).report() == report
    assert not asked
