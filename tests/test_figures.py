import logging
import struct
import subprocess
import sys

import pytest
from scores import GENERATION, some_report

from hf_synth import canvas, figures
from hf_synth.errors import MissingExtraError
from hf_synth.figures import draw_figures
from hf_synth.report import write_report


def names(files):
    return [file.name for file in files]


def test_all_figures_are_images_of_a_readable_size(tmp_path):
    files = draw_figures(some_report(), tmp_path / "figures")
    assert names(files) == ["arms.png", "by_target.png", "rejects.png"]
    for file in files:
        width, height = struct.unpack(">II", file.read_bytes()[16:24])
        assert (width, height > 200) == (900, True)


def test_equal_reports_give_equal_files(tmp_path):
    first, second = (draw_figures(some_report(), tmp_path / name) for name in "ab")
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


def test_one_target_and_no_rejects_give_one_figure(tmp_path):
    report = some_report(targets=("GetWeather",), draws=1)
    assert names(draw_figures({**report, "generation": {**GENERATION, "rejected": {}}}, tmp_path)) == ["arms.png"]


def test_an_arm_without_a_target_and_more_arms_than_colours(tmp_path):
    report = some_report(levels={"upsampled": 0.5, **{f"arm{number}": 0.6 for number in range(5)}})
    del report["by_target"]["GetWeather"]["arm1"]
    assert "by_target.png" in names(draw_figures(report, tmp_path))


def test_arms_differ_by_more_than_colour():
    arms = [*some_report()["arms"], *(f"arm{number}" for number in range(len(figures.OTHER_STYLES)))]
    markers = [marker for _, marker in figures._arm_styles(arms).values()]
    assert len(set(markers)) == len(arms)


def test_without_matplotlib_one_line_says_what_to_install(tmp_path, monkeypatch, caplog):
    def missing(extra, *modules):
        raise MissingExtraError("this needs matplotlib", hint=f'Run: pip install "hf-synth[{extra}]"')

    monkeypatch.setattr(canvas, "require_extra", missing)
    with caplog.at_level(logging.WARNING):
        files = write_report(some_report(), tmp_path)
    assert names(files) == ["report.json", "report.md", "report.html"]
    assert [record.getMessage().endswith('pip install "hf-synth[plots]"') for record in caplog.records] == [True]
    assert "![" not in files[1].read_text(encoding="utf-8")


@pytest.mark.parametrize("module", ["hf_synth.report", "hf_synth.figures", "hf_synth.cards.dataset"])
def test_importing_loads_neither_torch_nor_matplotlib(module):
    check = f"import sys, {module}; sys.exit(bool({{'torch', 'matplotlib', 'datasets'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_rows_that_students_were_watched_at(tmp_path):
    label = {"name": "card", "kind": "given", "right": True, "confidences": [0.1, 0.5, 0.9]}
    others = [{**label, "kind": kind, "right": False} for kind in ("found", "other")]
    rows = [{"text": "where is my card " * number, "labels": [label, *others]} for number in (1, 9, 2)]
    files = draw_figures({**some_report(), "confidence": rows}, tmp_path)
    assert names(files)[-1] == "confidence.png"
    width, height = struct.unpack(">II", files[-1].read_bytes()[16:24])
    assert (width, height > 400) == (900, True)
