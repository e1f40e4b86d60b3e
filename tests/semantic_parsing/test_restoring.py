import pytest

from hf_synth.semantic_parsing import restore_words


@pytest.mark.parametrize(
    ("text", "parse", "restored"),
    [
        ("Has Angelika Kratzer written?", "[IN:A [SL:B angelika kratzer ] ]", "[IN:A [SL:B Angelika Kratzer ] ]"),
        ("soon?", "[IN:A [SL:B Soon ] ]", "[IN:A [SL:B soon ] ]"),
        ("at 7pm.", "[IN:A [SL:B at 7 pm ] ]", "[IN:A [SL:B at 7pm ] ]"),
        ("AC/DC please", "[IN:A [SL:B ac/dc ] ]", "[IN:A [SL:B AC/DC ] ]"),
        ("may I see May Day", "[IN:A [SL:B may day ] [SL:C i ] ]", "[IN:A [SL:B May Day ] [SL:C I ] ]"),
        ("Finish My long Report", "[IN:A [SL:B finish report ] ]", "[IN:A [SL:B Finish Report ] ]"),
        ("Two Pizzas", "(ORDER (NUMBER two ) (SIZE big ) )", "(ORDER (NUMBER Two ) (SIZE big ) )"),
        ("Two Pizzas", "(ORDER (NUMBER two )", "(ORDER (NUMBER two )"),
        ("Two Pizzas", "two", "two"),
        ("Two Pizzas", "", ""),
        ("", "(ORDER (NUMBER two ) )", "(ORDER (NUMBER two ) )"),
        ("Is it May?", "[IN:A]", "[IN:A ]"),
    ],
)
def test_words_are_spelt_as_in_the_text(text, parse, restored):
    assert restore_words(parse, text) == restored


def test_a_second_mention_takes_the_second_place():
    assert restore_words("(A (B rome ) (B rome ) )", "Rome and ROME") == "(A (B Rome ) (B ROME ) )"


def test_words_that_a_model_cannot_write():
    unknown = "(A (B <unk> ) (C hi ) )"
    assert restore_words(unknown, "Hi ☃!", lambda word: {"☃": "<unk>"}.get(word, word.casefold())) == (
        "(A (B ☃ ) (C Hi ) )"
    )


def test_no_bracket_is_taken_for_a_word():
    assert restore_words("(A (B <unk> ) )", "(x) ok", lambda word: "<unk>") == "(A (B x ) )"
