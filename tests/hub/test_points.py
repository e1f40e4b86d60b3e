"""Publishing embeddings: nobody reads them, nobody wrote them, and their card has a picture."""

from functools import partial

import pyarrow.parquet as pq
import pytest
from datasets import load_dataset
from gan.shapes import some_points

from hf_synth.cards.dataset import write_dataset
from hf_synth.cards.manifest import DatasetManifest
from hf_synth.embedding_space.picture import picture_points
from hf_synth.errors import ConfigError
from hf_synth.gan.building import list_human, list_made
from hf_synth.gan.rows import LabelledItem
from hf_synth.hub.checks import find_refusals
from hf_synth.hub.folder import list_files
from hf_synth.points_figure import draw_points
from hf_synth.review.sample import read_items

from .client import call_load
from .conftest import TOKEN
from .ready import change_manifest

FACTS = DatasetManifest(
    name="points",
    recipe="points",
    task="embedding",
    method="embedding_gan@1",
    license="cc-by-4.0",
    pictures={"points.png": "Real and made points", "lost.png": "Nothing"},
)
FILES = {"train.parquet", "test.parquet", "manifest.json", "points.png"}


@pytest.fixture
def run(tmp_path):
    real, test, made = (some_points(count=20, seed=seed) for seed in range(3))
    rows = {
        name: list_human(
            [LabelledItem(f"{name}:{n}", points.names[label]) for n, label in enumerate(points.labels)], points
        )
        for name, points in {"train": real, "test": test}.items()
    }
    rows["train"] += list_made(made)
    panels = picture_points(real, {"gan": made})
    write_dataset(rows, tmp_path / "run" / "dataset", FACTS, {"points": partial(draw_points, panels)})
    return tmp_path / "run"


def test_points_need_no_teacher_and_no_language(run):
    assert find_refusals(run / "dataset") == ()
    change_manifest(run, license=None)
    assert "licence of the human rows" in " ".join(find_refusals(run / "dataset"))


def test_a_made_point_that_repeats_a_held_out_one(run):
    place = run / "dataset" / "test.parquet"
    made = pq.read_table(run / "dataset" / "train.parquet").slice(39, 1)
    pq.write_table(made, place)
    found = " ".join(find_refusals(run / "dataset"))
    assert "test: 1 rows of it are not human" in found
    assert "train: 1 made rows of it repeat a held-out text" in found


def test_the_picture_is_published_with_the_card_that_shows_it(hub, push, client, run):
    assert set(list_files(run / "dataset", False)) == FILES
    assert "![Real and made points](points.png)" in (run / "dataset" / "README.md").read_text()
    assert "lost.png" not in (run / "dataset" / "README.md").read_text()
    assert set(push(run, "user/points").uploaded) == {*FILES, "README.md"}
    assert client(call_load, TOKEN, "user/points") == client(call_load, TOKEN, str(run / "dataset"))
    push(run, "user/points", config_name="more")
    assert "](more/points.png)" in hub.repos["user/points"].files["README.md"].decode()
    assert not push(run, "user/points", config_name="more").uploaded


def test_a_picture_that_lies_elsewhere_is_not_published(run):
    change_manifest(run, pictures={"../secret.png": "A secret", "secret.txt": "Another"})
    assert set(list_files(run / "dataset", False)) == FILES - {"points.png"}


def test_other_points_in_a_folder_of_the_same_name_are_not_taken_from_the_cache(tmp_path):
    for seed in (1, 2):
        rows = list_made(some_points(count=5, seed=seed))
        write_dataset({"train": rows}, tmp_path / str(seed) / "dataset", FACTS)
        data = load_dataset(str(tmp_path / str(seed) / "dataset"), split="train", cache_dir=str(tmp_path / "cache"))
        assert data["embedding"][:] == [row.embedding.tolist() for row in rows]


def test_a_dataset_with_its_picture_is_replaced(run):
    rows = {"train": list_made(some_points(count=5))}
    assert not write_dataset(rows, run / "dataset", FACTS).pictures
    assert not (run / "dataset" / "points.png").exists()


def test_people_cannot_read_points(run):
    with pytest.raises(ConfigError, match="no texts"):
        read_items(run / "dataset", 5, 0)


def test_a_picture_that_is_a_link_is_not_followed(run, tmp_path):
    (tmp_path / "secret").write_text("mine")
    (run / "dataset" / "points.png").unlink()
    (run / "dataset" / "points.png").symlink_to(tmp_path / "secret")
    with pytest.raises(ConfigError, match="is a link"):
        list_files(run / "dataset", False)
