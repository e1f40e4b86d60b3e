import pytest
from datasets import ClassLabel, Dataset, Features, List, Value, load_from_disk

from hf_synth.errors import SchemaError
from hf_synth.pseudo_labels.rows import LabelRow, add_pseudo_labels, read_labels
from hf_synth.pseudo_labels.tracker import FoundLabel

NAMES = ["card", "loan", "lost", "transfer"]


def dataset(labels):
    features = Features({"text": Value("string"), "labels": List(ClassLabel(names=NAMES))})
    return Dataset.from_dict({"text": [f"row {n}" for n in range(len(labels))], "labels": labels}, features=features)


def test_what_was_found_becomes_columns_that_the_next_training_reads(tmp_path):
    found = [(FoundLabel(2, 0.9, 4), FoundLabel(1, 0.8, 5)), ()]
    made = add_pseudo_labels(dataset([[0], [3]]), found)
    made.save_to_disk(tmp_path / "data")
    made = load_from_disk(tmp_path / "data")
    assert made.features["pseudo_labels"] == List(ClassLabel(names=NAMES))
    assert made["pseudo_labels"][:] == [[2, 1], []]
    assert made["pseudo_epochs"][:] == [[4, 5], []]
    assert made["pseudo_confidences"][0] == pytest.approx([0.9, 0.8])
    assert read_labels(made[:], NAMES) == [LabelRow((0,), (1, 2)), LabelRow((3,))]
    assert add_pseudo_labels(made, [(), ()])["pseudo_labels"][:] == [[], []]


def test_labels_are_read_by_name_or_number():
    columns = {"labels": [["lost", "card", "card"], []], "negative_labels": [[], ["transfer"]]}
    assert read_labels(columns, NAMES) == [LabelRow((0, 2)), LabelRow((), (), (3,))]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"labels": [["crad"]]}, r"row 0: unknown label 'crad' in 'labels'\nHint: Did you mean 'card'\?"),
        ({"labels": [[4]]}, "row 0: unknown label 4"),
        ({"labels": [["card"], []]}, "row 1 has an empty list of labels and no negative one"),
        ({"labels": [["card"]], "negative_labels": [["card"]]}, "row 0 has the label 'card' and has it as a negative"),
        ({"labels": ["card"]}, r"row 0: 'labels' holds the text 'card', expected a list"),
        ({"label": [0]}, "no column 'labels' among label"),
    ],
)
def test_wrong_labels(columns, message):
    with pytest.raises(SchemaError, match=message):
        read_labels(columns, NAMES)


def test_as_many_rows_as_the_dataset_has():
    with pytest.raises(SchemaError, match="pseudo-labels of 1 rows, but the dataset has 2"):
        add_pseudo_labels(dataset([[0], [3]]), [()])
