"""Hand-made rows that a student can learn in seconds."""

from hf_synth.schema import Row, Utterance, label_names, tags_to_spans

PATTERNS = [
    ("GetWeather", "will it rain in {} {}", ("city", "date")),
    ("GetWeather", "weather for {} {} please", ("city", "date")),
    ("PlayMusic", "play some {} by {}", ("genre", "artist")),
    ("PlayMusic", "i want to hear {} from {} now", ("genre", "artist")),
]
VALUES = {
    "city": ["new york", "paris", "reykjavik", "san luis obispo"],
    "date": ["tomorrow", "next week", "on friday"],
    "genre": ["jazz", "heavy metal", "hip hop"],
    "artist": ["nina simone", "metallica", "björk", "the roots"],
}


def annotate(intent, pattern, values, number):
    """Fill a pattern: `play some {}` and (`genre`, `hip hop`) give tags `O O B-genre I-genre`."""
    tokens, tags, left = [], [], list(values)
    for word in pattern.split():
        if word == "{}":
            slot, value = left.pop(0)
            words = value.split()
            tokens += words
            tags += [f"B-{slot}"] + [f"I-{slot}"] * (len(words) - 1)
        else:
            tokens.append(word)
            tags.append("O")
    return Row.human(Utterance(tuple(tokens), tags_to_spans(tags), intent, seed_id=f"row-{number}"))


ROWS = [
    annotate(intent, pattern, [(a, first), (b, second)], 100 * number + 10 * i + j)
    for number, (intent, pattern, (a, b)) in enumerate(PATTERNS)
    for i, first in enumerate(VALUES[a])
    for j, second in enumerate(VALUES[b])
]
INTENTS, SLOTS = label_names(row.utterance for row in ROWS)
UNSEEN = [
    annotate("GetWeather", "will it rain in {} {}", [("city", "berlin"), ("date", "on monday")], 1000),
    annotate("PlayMusic", "play some {} by {}", [("genre", "soul"), ("artist", "aretha franklin")], 1001),
]
