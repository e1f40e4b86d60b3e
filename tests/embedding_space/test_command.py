import pytest

from embedding_space.conftest import records


def test_from_rows_to_a_table(call, pointed):
    folder = pointed(arms=["real_only", "smote", "gan_vanilla"], sizes=[20], students=["logistic"])
    code, told, err = call("run", folder, "--out", folder / "run")
    assert code == 0, err
    assert "accuracy" in told
    assert f"Rows     {folder / 'run'}/**/dataset/*.parquet" in told


@pytest.mark.parametrize(
    ("rows", "settings", "message"),
    [
        ([{**row, "label": "good"} for row in records(110)], [], "all rows have the class 'good'"),
        ([*records(220)[1::2], records(1)[0]], [], "the class 'bad' has 1 row, expected at least 2"),
        ([*records(110), {"embedding": [1.0, 2.0], "label": "bad"}], [], r"row 110 has an embedding of shape \(2,\)"),
        ([*records(110), {"embedding": [float("nan")] * 6, "label": "bad"}], [], "row 110 has an embedding with NaN"),
        (
            [{"text": f"text {number}", "label": "good" if number % 2 else "bad"} for number in range(110)],
            ["encoders={mine: ./none}", "data.pretraining=null"],
            "encoder './none': no such folder",
        ),
    ],
)
def test_rows_and_encoders_that_are_wrong(refused, pointed, tmp_path, rows, settings, message):
    refused("run", pointed(rows=rows), *settings, "--out", tmp_path / "run", message=message)
