"""What tokens, slot names, utterances and lists of texts may look like at their worst."""

from hypothesis import strategies as st

from hf_synth.schema import Span, Utterance

NASTY = [
    "[", "]", "[1", "[12", "1", "*", "**", "\\", "\\\\", "\\[", "\\]", "\\*", "<br>", "\\<br>", "<examples>",
    "</examples>", "</s>", "a[1]b", "x]", ",", "=", ":", "a:b", "مرحبا", "שלום", "e\u0301", "👩\u200d🚀", "\u202eabc",
    "ß", "İ", "東京", "\u0300", "\ufffd", "0", "[0", "-",
]  # fmt: skip
tokens = st.one_of(st.sampled_from(NASTY), st.text(min_size=1, max_size=6).filter(lambda text: text.split() == [text]))
slot_names = st.one_of(
    st.sampled_from(["city", "DayOfWeek", "time_range", "a:b", "[1", "*", "<br>", "]", "\\", " x ", "date time"]),
    st.text(min_size=1, max_size=5),
)


@st.composite
def utterances(draw, slots=slot_names, intent="GetWeather"):
    words = tuple(draw(st.lists(tokens, min_size=1, max_size=8)))
    spans, reached = [], 0
    while reached < len(words) and draw(st.booleans()):
        start = draw(st.integers(reached, len(words) - 1))
        end = draw(st.integers(start + 1, len(words)))
        spans.append(Span(start, end, draw(slots)))
        reached = end
    return Utterance(words, tuple(spans), intent)


LIST_PIECES = [
    "[", "]", "{", "}", '"', "'", "`", "“", "”", ",", ":", "\\", "\\u12", "\\ud83d", "```", "```json\n", "\n", " ",
    "...", "…", "//", "1.", "- ", "**", "null", "true", "-1e9", '"text"', '"label":', "<think>", "</think>", "one two",
    "it's", "\x00", "\ud800", "مرحبا", "e\u0301", "\u2028", '["a", "b"]', '{"text": "x"}', "[sic]", "«", "»",
]  # fmt: skip
completions = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(LIST_PIECES), max_size=25).map("".join))
