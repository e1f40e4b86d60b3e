"""The text: a verdict first, and rows that cannot become structure."""

import pytest
from cards.test_hostile_text import HOSTILE
from markdown_it import MarkdownIt

from hf_synth.markdown import is_hidden
from hf_synth.profiles.rows import profile_rows
from hf_synth.profiles.text import CLASSES, TITLE, render_profile
from hf_synth.schema import Provenance, Row, Span, Utterance

from .beside import human_rows, made_row, made_rows

FIGURES = ("figures/arms.png", "figures/lengths.png", "figures/neighbours.png", "figures/plane.png")


@pytest.fixture(scope="module")
def profile():
    return profile_rows(human_rows(), made_rows())


def test_the_verdict_comes_first(profile):
    parts = render_profile(profile, FIGURES)
    looks = sum(not finding["good"] for finding in profile["findings"])
    assert parts[0] == TITLE
    assert parts[1].startswith(f"12 made rows beside 18 human ones, in 3 classes: {looks} things to look at, ")
    assert "Only 18 human rows" in parts[1]
    assert parts[2].count("- **Look**: ") == looks
    assert parts[2].splitlines()[0].startswith("- **Look**: Made rows are ")


def test_figures_of_the_profile_stand_where_they_belong(profile):
    text = "\n\n".join(render_profile(profile, FIGURES))
    assert [name in text for name in ("![arms]", "![lengths](figures/lengths.png)", "![plane]", "![neighbours]")] == [
        False, True, True, True,
    ]  # fmt: skip
    assert "![" not in "\n\n".join(render_profile(profile))


def test_tables_have_a_cell_for_each_column(profile):
    for part in render_profile(profile):
        if part.startswith("|"):
            assert len({line.count("|") for line in part.splitlines()}) == 1
    assert "| play_music | 6 | 4 |" in "\n".join(render_profile(profile))


def test_no_made_rows():
    assert render_profile(profile_rows(human_rows(), [], encoder=None)) == [
        TITLE, "There are no made rows: nothing to compare.",
    ]  # fmt: skip


def test_cold_start():
    parts = render_profile(profile_rows([], made_rows()))
    assert parts[1] == "12 made rows beside 0 human ones, in 3 classes: 1 thing to look at."
    assert "| words in a row: mean | - |" in "\n".join(parts)


def test_many_classes_are_cut_and_the_text_says_so():
    made = [made_row("hi", f"class {number:03}") for number in range(CLASSES + 5)]
    text = "\n".join(render_profile(profile_rows(human_rows(), made, encoder=None)))
    assert f"The {CLASSES} largest of 48 classes." in text


def test_methods_are_compared_if_there_are_several():
    made = [*made_rows(), *made_rows(origin="augmented", method="swap@1")]
    text = "\n".join(render_profile(profile_rows(human_rows(), made)))
    assert "| swap&#64;1 | 12 |" in text


def render_hostile(text, count=6):
    words = (*text.split()[:2000], "and", "so", "on")
    human = [Row.human(Utterance(words, (Span(0, 1, text),), text, seed_id=str(number))) for number in range(count)]
    made = [
        Row(Utterance(words, (Span(0, 1, text),), text), Provenance(origin, f"{text}{origin}"))
        for origin in ("augmented", "synthetic")
        for _ in range(count)
    ]
    return "\n\n".join(render_profile(profile_rows(human, made), FIGURES))


def blocks(text):
    """Blocks and inline elements, without their text."""
    found = []
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text):
        found.append((token.type, token.tag, token.level, token.info, token.content * (token.type == "html_block")))
        found += [child.type for child in token.children or () if child.type not in ("text", "text_special")]
    return found


@pytest.mark.parametrize("name", [name for name in HOSTILE if not name.startswith("huge")])
def test_hostile_rows_change_no_structure(name):
    text = render_hostile(HOSTILE[name])
    assert blocks(text) == blocks(render_hostile("tame"))
    assert not [char for char in text if is_hidden(char)]


@pytest.mark.parametrize("name", ["huge", "huge word"])
def test_huge_rows_are_cut(name):
    assert max(map(len, render_hostile(HOSTILE[name], count=1).splitlines())) < 5_000
