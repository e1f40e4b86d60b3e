import pytest
from parsed import SEEDS, VALUES, read, record
from teachers.tiny import bart, word_pieces

from hf_synth.builders.clasp_tuning import ClaspAdaptSettings, adapt_clasp, clasp_pairs
from hf_synth.errors import ConfigError
from hf_synth.parses.tree import read_parse
from hf_synth.parses.values import find_values
from hf_synth.teachers.local import LocalTeacher
from hf_synth.teachers.scripted import ScriptedTeacher

ROWS = read([record(number, row) for number, row in enumerate(SEEDS)])
TEXTS = {row.text for row in ROWS}


def make(strategies, taught="", **settings):
    return clasp_pairs(ROWS, strategies, VALUES, ClaspAdaptSettings(**settings), taught)


def test_texts_for_parses():
    pairs = make(("rs",), pairs=30)
    assert len(pairs) == 30
    assert [target for _, target in pairs[:6]] == [row.text for row in ROWS]
    assert not {target for _, target in pairs[6:]} <= TEXTS  # other values
    for prompt, target in pairs:
        parse = prompt.rpartition("Semantic Parse: ")[2].partition(" ;")[0]
        assert not find_values(target, read_parse(parse))
        assert f"English: {target} ;" not in prompt  # the wanted text is no example
    assert pairs == make(("rs",), pairs=30)


def test_parses_with_texts():
    prompts, targets = zip(*make(("gb",), pairs=20), strict=True)
    assert set(prompts) == {"Semantic Parse:"}
    for target in targets:
        parse, _, text = target.partition(" ; English: ")
        assert not find_values(text, read_parse(parse))


def test_strategies_take_turns_and_slots_are_marked_for_a_teacher_that_knows_them():
    pairs = make(("rs", "gb"), "linguist@1", pairs=12, examples=2)
    assert [" * ]" in prompt for prompt, _ in pairs] == [False, True] * 6
    assert all(prompt.startswith("<language>") and "[" in target for prompt, target in pairs)
    assert all(prompt.count("<br>") <= 1 for prompt, _ in pairs)


def test_translations_are_learnt_from_rows_with_the_same_ids():
    german = read([record(0, ("zwei rosen, bitte", "(SHOP (PLANT (KIND rosen ) (COUNT zwei ) ) )")),
                   record(1, ("ein topf", "(SHOP (POT (COUNT ein ) ) )")),
                   record(2, ("farne", "(SHOP (PLANT (KIND farne ) ) )"))], "de-DE")  # fmt: skip
    english = read([record(0, ("two roses please", "(SHOP (PLANT (COUNT two ) (KIND roses ) ) )")),
                    record(1, ("a pot", "(SHOP (POT (COUNT a ) ) )")),
                    record(2, ("two ferns", "(SHOP (PLANT (COUNT two ) (KIND ferns ) ) )"))])  # fmt: skip
    settings = ClaspAdaptSettings(pairs=8)
    pairs = clasp_pairs(german, ("ts", "tb"), {}, settings, "linguist@1", english)
    assert {target.replace("1", "2") for _, target in pairs} == {"ein topf".replace("ein", "[2 ein ]")}
    assert [("[1 * ]" in prompt, "[1 ein ]" in prompt) for prompt, _ in pairs[:2]] == [(False, True), (True, False)]
    plain = clasp_pairs(german, ("tb",), {}, settings, "", english)
    assert plain[0][1] == "(SHOP (POT (COUNT ein ) ) ) ; German: ein topf"
    with pytest.raises(ConfigError, match="no row translates a source"):
        clasp_pairs(german, ("ts",), {}, settings, "linguist@1", english[2:])


def test_without_swaps_and_examples():
    pairs = make(("rs",), pairs=24, swaps=0, examples=0)
    assert {target for _, target in pairs} == TEXTS
    assert all(prompt.count("Semantic Parse:") == 1 for prompt, _ in pairs)


@pytest.mark.parametrize("settings", [{"pairs": -1}, {"swaps": -1}, {"examples": -1}, {"learning_rate": 0}])
def test_bad_settings(settings):
    (name,) = settings
    with pytest.raises(ConfigError, match=rf"teacher\.adapt\.{name} must be"):
        ClaspAdaptSettings(**settings)


def test_adaptation_is_kept_and_says_what_was_taught(tmp_path):
    tokenizer = word_pieces()
    teacher = LocalTeacher(bart(tokenizer), tokenizer, "tiny")
    settings = ClaspAdaptSettings(pairs=12, max_tokens=256)
    adapted = adapt_clasp(teacher, ROWS, ("rs", "gb"), VALUES, settings, tmp_path)
    assert (teacher.taught, adapted.taught) == ("", "clasp@1")
    assert adapted.name == "tiny+6rows"
    assert [token.strip() for token in adapted.tokenizer.tokenize("(SHOP (POT")] == ["(SHOP", "(POT"]
    (folder,) = tmp_path.iterdir()
    written = folder.stat().st_mtime_ns
    again = adapt_clasp(teacher, ROWS, ("rs", "gb"), VALUES, settings, tmp_path)
    assert again.identity == adapted.identity
    assert folder.stat().st_mtime_ns == written
    assert adapt_clasp(teacher, ROWS, ("rs",), VALUES, ClaspAdaptSettings(), tmp_path) is teacher


def test_only_models_that_run_here_adapt(tmp_path):
    with pytest.raises(ConfigError, match="cannot adapt"):
        adapt_clasp(ScriptedTeacher(str), ROWS, ("rs",), VALUES, ClaspAdaptSettings(pairs=2), tmp_path)
