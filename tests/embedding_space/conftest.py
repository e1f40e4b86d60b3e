import pytest
import yaml
from gan.shapes import some_points
from small import write_lines


def records(count, seed=0):
    points = some_points(count, seed=seed, spread=2.0)
    return [
        {"embedding": vector, "label": points.names[label]}
        for vector, label in zip(points.vectors.tolist(), points.labels.tolist(), strict=True)
    ]


@pytest.fixture
def pointed(tmp_path):
    """Write a recipe of embeddings; gives its folder."""

    def write(rows=None, **settings):
        write_lines(tmp_path / "rows.jsonl", rows or records(120))
        write_lines(tmp_path / "others.jsonl", records(60, seed=1))
        values = {
            "task": "embedding",
            "data": {
                "train": {"path": "rows.jsonl"},
                "pretraining": {"path": "others.jsonl"},
                "test_rows": 60,
            },
            "sizes": [20, 40],
            "gan": {"steps": 20, "pretraining_steps": 20, "hidden": 16, "noise_size": 4, "check_every": 10},
            **settings,
        }
        (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(values))
        return tmp_path

    return write
