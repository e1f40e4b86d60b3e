"""Imports point from left to right through the rooms of the house, never back."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import hf_synth

ROOT = Path(hf_synth.__file__).parent
LEVELS = (
    {
        "annotation", "canvas", "columns", "configuration", "device", "encoder", "errors", "generation", "guard",
        "intervals", "manifest", "markdown", "parses", "registry", "schema", "seeding", "sources",
        "stratified", "training",
    },
    {"filters", "metrics", "prompts", "seeds", "teachers"},
    {"builders", "distillation", "gan", "mixing", "pseudo_labels", "splits", "transforms", "translation"},
    {"augmentation", "cards", "confidence_figure", "figures", "hub", "points_figure", "profiles", "registration",
     "students", "tables"},
    {"arm_run", "arms", "assessment", "cells", "copies", "dataset_facts", "distributed", "embedding_space",
     "experiment", "forecast", "language_rows", "multi_label", "new_language", "recipe", "recipe_file",
     "recipe_settings", "recipes", "report", "report_page", "report_text", "review", "run_folder", "running",
     "semantic_parsing", "teach_recipe", "teaching", "writing"},
    {"cli"},
)  # fmt: skip
LEVEL = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}
# Rooms of one level that must not know each other; what stands together in a group is one room in several files.
STRANGERS = (
    ({"prompts"}, {"teachers"}, {"filters"}, {"metrics"}, {"seeds"}),
    ({"cards", "tables"}, {"hub"}, {"students"}, {"figures"}, {"profiles"}),
)
# `figures` draws what `tables` orders: both show one report.
ALLOWED = {("figures", "tables"), ("figures", "confidence_figure"), ("figures", "points_figure")}


def room_of(file):
    parts = file.relative_to(ROOT).with_suffix("").parts
    return "" if parts == ("__init__",) else parts[0]


def imported_modules(tree):
    """All modules of the library that a file imports anywhere: in functions and for type checking, too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            if node.module == "hf_synth":
                yield from ((f"hf_synth.{alias.name}", node.lineno) for alias in node.names)
            else:
                yield node.module, node.lineno


def imported_rooms(source):
    for module, line in imported_modules(ast.parse(source)):
        package, _, rest = module.partition(".")
        room = rest.partition(".")[0]
        if package == "hf_synth" and room and not room.startswith("__"):
            yield room, line


def breaks(room, other):
    """Why a room must not import another; None if it may."""
    if room == other or (room, other) in ALLOWED:
        return None
    if LEVEL[other] > LEVEL[room]:
        return f"{other} (level {LEVEL[other]}) stands right of {room} (level {LEVEL[room]})"
    for groups in STRANGERS:
        mine, theirs = ([group for group in groups if name in group] for name in (room, other))
        if mine and theirs and mine != theirs:
            return f"{room} and {other} must not know each other"
    return None


def files():
    return sorted(ROOT.rglob("*.py"))


def test_every_file_has_a_room():
    assert {room_of(file) for file in files()} - set(LEVEL) == {""}


@pytest.mark.parametrize("file", files(), ids=lambda file: str(file.relative_to(ROOT)))
def test_imports_point_left(file):
    room = room_of(file)
    found = list(imported_rooms(file.read_text(encoding="utf-8")))
    assert {other for other, _ in found} <= set(LEVEL)
    if room:
        problems = [f"line {line}: {why}" for other, line in found if (why := breaks(room, other))]
        assert not problems


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("schema", "from hf_synth.seeds import read_utterances"),
        ("prompts", "def f():\n    import hf_synth.teachers.local"),
        ("filters", "if TYPE_CHECKING:\n    from hf_synth.prompts.linguist import LinguistPrompt"),
        ("teachers", "from hf_synth import seeds"),
        ("students", "from hf_synth.cards.dataset import write_dataset"),
        ("builders", "from hf_synth.students import StudentSettings"),
        ("recipe", "import hf_synth.cli as c"),
    ],
)
def test_breaches_are_seen(room, source):
    assert any(breaks(room, other) for other, _ in imported_rooms(source))


def test_what_is_allowed_is_allowed():
    for room, other in (("builders", "teachers"), ("recipe", "students"), ("cards", "tables"), ("arms", "recipe")):
        assert breaks(room, other) is None


def test_the_package_imports_light_and_quickly():
    code = (
        "import sys, time; before = time.process_time(); import hf_synth; spent = time.process_time() - before\n"
        "heavy = {'torch', 'transformers', 'datasets', 'evaluate', 'pyarrow', 'pandas'} & set(sys.modules)\n"
        "assert not heavy, heavy\nassert spent < 0.5, spent"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_settings_of_a_recipe_load_no_torch():
    code = (
        "import sys, hf_synth.recipe, hf_synth.cli\n"
        "heavy = {'torch', 'transformers', 'evaluate'} & set(sys.modules)\nassert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_public_names_resolve():
    assert list(hf_synth.__all__) == sorted(hf_synth.__all__)
    for name in hf_synth.__all__:
        assert getattr(hf_synth, name).__name__ == name
    assert set(hf_synth.__all__) <= set(dir(hf_synth))
    for name in dir(hf_synth):
        getattr(hf_synth, name)


def test_unknown_attribute():
    with pytest.raises(AttributeError, match="no attribute 'LinguistBilder'"):
        hf_synth.LinguistBilder  # noqa: B018
