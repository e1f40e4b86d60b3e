"""A WordNet of a few words, in the files and the form of the real one, so that tests need no download."""

from hf_synth.transforms.lexicon import _LEXNAMES, _NUMBERS

# Part of speech and senses: the words of a sense, each with how often it is met in that sense.
SENSES = {
    "noun": [
        {"station": 9, "depot": 2}, {"village": 5, "hamlet": 1}, {"book": 20, "volume": 3}, {"train": 8, "rails": 1},
        {"weather": 7, "conditions": 2, "atmospheric_condition": 0}, {"child": 30, "kid": 9},
        {"journey": 4, "travel": 1},
        {"summer": 6, "summertime": 1}, {"soldier": 3, "trooper": 1},
    ],
    "verb": [
        {"buy": 30, "purchase": 8}, {"travel": 9, "journey": 3}, {"stop": 9, "halt": 4}, {"begin": 30, "start": 12},
        {"remember": 9, "recall": 4}, {"show": 9, "display": 2}, {"take": 40, "grab": 1},
    ],
    "adj": [{"brave": 6, "courageous": 3}, {"quick": 5, "speedy": 2}, {"near": 9, "close": 8}],
    "adv": [{"often": 30, "frequently": 8}, {"quickly": 9, "rapidly": 4}],
}  # fmt: skip
EXCEPTIONS = {
    "noun": ["children child"],
    "verb": ["bought buy", "began begin", "begun begin", "took take", "taken take", "stopped stop"],
    "adj": ["nearest near"],
    "adv": [],
}


def write_wordnet(folder):
    """Write the files into `folder/corpora/wordnet`, where nltk looks for them."""
    place = folder / "corpora" / "wordnet"
    place.mkdir(parents=True)
    lines = [f"{at:02d}\t{name}\t{_NUMBERS[name.split('.')[0]]}\n" for at, name in enumerate(_LEXNAMES)]
    (place / "lexnames").write_text("".join(lines), encoding="utf-8")
    counts = []
    for part, senses in SENSES.items():
        letter, number = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}[part], _NUMBERS[part]
        file = next(at for at, name in enumerate(_LEXNAMES) if name.startswith(f"{part}."))
        data, offsets = "", {}
        for words in senses:
            offset = len(data)
            listed = " ".join(f"{word} 0" for word in words)
            frames = " 01 + 08 00" if part == "verb" else ""
            data += f"{offset:08d} {file:02d} {letter} {len(words):02x} {listed} 000{frames} | a sense  \n"
            for word, count in words.items():
                offsets.setdefault(word, []).append(offset)
                counts.append(f"{word}%{number}:{file:02d}:00:: {len(offsets[word])} {count}\n")
        index = "".join(
            f"{word} {letter} {len(places)} 0 {len(places)} {len(places)} {' '.join(f'{at:08d}' for at in places)}  \n"
            for word, places in sorted(offsets.items())
        )
        (place / f"data.{part}").write_text(data, encoding="utf-8")
        (place / f"index.{part}").write_text(index, encoding="utf-8")
        (place / f"{part}.exc").write_text("".join(f"{line}\n" for line in EXCEPTIONS[part]), encoding="utf-8")
    (place / "cntlist.rev").write_text("".join(sorted(counts)), encoding="utf-8")
    return folder
