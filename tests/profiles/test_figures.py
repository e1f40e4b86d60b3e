import struct
import warnings

import pytest

from hf_synth.profiles.figures import PANELS, draw_profile
from hf_synth.profiles.rows import profile_rows

from .beside import human_rows, made_row, made_rows


@pytest.fixture(scope="module")
def profile():
    return profile_rows(human_rows(), [*made_rows(), *made_rows(origin="augmented", method="swap@1")])


def names(files):
    return [file.name for file in files]


def test_all_figures_are_images_of_a_readable_size(profile, tmp_path):
    files = draw_profile(profile, tmp_path / "figures")
    assert names(files) == ["lengths.png", "neighbours.png", "plane.png"]
    for file in files:
        width, height = struct.unpack(">II", file.read_bytes()[16:24])
        assert (width, 300 < height < 1000) == (900, True)


def test_equal_profiles_give_equal_files(profile, tmp_path):
    first, second = (draw_profile(profile, tmp_path / name) for name in "ab")
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


def test_what_the_profile_lacks_is_not_drawn(profile, tmp_path):
    assert names(draw_profile({**profile, "neighbours": None, "plane": []}, tmp_path)) == ["lengths.png"]
    assert draw_profile(profile_rows(human_rows(), [], encoder=None), tmp_path) == []


def test_few_rows_can_be_drawn(tmp_path):
    one = profile_rows(human_rows()[:1], made_rows()[:1])
    assert names(draw_profile(one, tmp_path)) == ["lengths.png", "neighbours.png"]
    cold = profile_rows([], made_rows())
    assert names(draw_profile(cold, tmp_path)) == ["lengths.png", "plane.png"]


@pytest.mark.parametrize("label", ["$x_{$", "<b>\x1b[31m\u202e", "x" * 300, "a b " * 50])
def test_names_of_classes_are_text(profile, tmp_path, label):
    points = [{**point, "class": label} for point in profile["plane"]]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        draw_profile({**profile, "plane": points}, tmp_path)


def test_many_classes_have_few_panels(tmp_path):
    made = [made_row(f"number {number}", f"class {number}") for number in range(3 * PANELS)]
    draw_profile(profile_rows(human_rows(), made), tmp_path)
    _, height = struct.unpack(">II", (tmp_path / "plane.png").read_bytes()[16:24])
    assert height < 1000
