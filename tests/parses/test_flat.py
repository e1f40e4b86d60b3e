from hf_synth.parses.flat import write_flat_parse
from hf_synth.parses.tree import read_parse
from hf_synth.schema import Span, Utterance


def test_brackets_in_words_do_not_break_the_parse():
    row = Utterance(("play", "a[b]", "c", "[x]"), (Span(1, 3, "song"), Span(3, 4, "mark")), "play music", "en-US", "s")
    flat = write_flat_parse(row)
    assert flat.parse == "[IN:play_music [SL:song c ] ]"
    assert read_parse(flat.parse).label == "IN:play_music"
    assert (flat.tokens, flat.spans, flat.seed_id) == (row.tokens, (), "s")
