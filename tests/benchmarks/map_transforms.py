"""How fast the transforms without a model are, what `.map` adds, and what a million rows take.

    python tests/benchmarks/map_transforms.py --data FOLDER [--million]

FOLDER is read by `load_dataset` and has `tokens`, `tags` and `text`. One process, one thread. `nlpaug` is not a
dependency: install it to have the rows of its `SynonymAug`. It tags with nltk's perceptron, whose weights have to be
downloaded; here one of the same kind is trained on the spot, and a second row has a tagger that costs nothing.
"""

import argparse
import importlib.util
import time
from pathlib import Path

from datasets import Dataset, disable_caching, disable_progress_bars, load_dataset

from hf_synth.transforms.deletion import RandomDeletion
from hf_synth.transforms.lexicon import load_wordnet
from hf_synth.transforms.noise import SpellingNoise
from hf_synth.transforms.slot_resampling import SlotResampling
from hf_synth.transforms.swap import RandomSwap
from hf_synth.transforms.synonym_replacement import SynonymReplacement
from hf_synth.transforms.values import collect_values

BATCH = 1000


def call(transform, rows):
    """Call a transform on batches, as `Dataset.map` does, without `Dataset.map`."""
    for start in range(0, len(rows), BATCH):
        transform(rows[start : start + BATCH])


def clock(run):
    """Processor seconds of the better of three runs."""
    spent = []
    for _ in range(3):
        started = time.process_time()
        run()
        spent.append(time.process_time() - started)
    return min(spent)


def train_tagger(texts):
    """nltk's perceptron tagger, trained for one pass on words tagged as WordNet has them first."""
    from nltk.tag.perceptron import PerceptronTagger

    wordnet, names, tagger = (
        load_wordnet(),
        {"n": "NN", "v": "VB", "a": "JJ", "s": "JJ", "r": "RB"},
        PerceptronTagger(load=False),
    )

    def name(word):
        found = wordnet.synsets(word)
        return (word, names[found[0].pos()] if found else "IN")

    tagger.train([[name(word) for word in text.split()] for text in texts], nr_iter=1)
    return tagger.tag


def synonym_aug(tag):
    """nlpaug 1.1.11's `SynonymAug` on the same WordNet."""
    import nltk
    import nltk.corpus

    nltk.corpus.wordnet = load_wordnet()
    nltk.pos_tag = tag
    from nlpaug.augmenter.word import SynonymAug

    augmenter = SynonymAug(aug_src="wordnet", aug_max=2)
    return lambda texts: augmenter.augment(texts)


def resident(name):
    """Memory of this process in MiB: `VmRSS` now, or `VmHWM` at most."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


def map_a_million(texts):
    """Map a million rows from disk to disk, and say how much memory that took."""
    number = 1_000_000

    def generate():
        for index in range(number):
            yield {"text": texts[index % len(texts)]}

    rows = Dataset.from_generator(generate)
    before = resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # forget the highest so far
    started = time.perf_counter()
    made = rows.map(SpellingNoise(), batched=True, remove_columns=["text"])
    spent = time.perf_counter() - started
    print(f"{len(made):,} rows in {spent:.0f} s; most memory {resident('VmHWM'):.0f} MiB, before {before:.0f}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument(
        "--million", action="store_true", help="also map a million rows, and say how much memory it took"
    )
    settings = parser.parse_args()
    disable_caching()
    disable_progress_bars()
    source = load_dataset(settings.data, split="train")
    tagged = source.select_columns(["tokens", "tags"]).rename_column("tags", "slot_tags")
    plain = source.select_columns(["text"])
    transforms = [SpellingNoise(), RandomDeletion(), RandomSwap(), SynonymReplacement()]
    work = [(transform, rows, kind) for transform in transforms for rows, kind in ((plain, "text"), (tagged, "slots"))]
    work.append((SlotResampling(collect_values(tagged)), tagged, "slots"))
    print(f"{len(source)} rows\n| transform | rows | a second | with `.map` | overhead |\n|---|---|--:|--:|--:|")
    for transform, rows, kind in work:
        alone = clock(lambda transform=transform, rows=rows: call(transform, rows))
        mapped = clock(
            lambda transform=transform, rows=rows: rows.map(transform, batched=True, remove_columns=rows.column_names)
        )
        same = clock(lambda rows=rows: rows.map(lambda batch: dict(batch), batched=True))
        name = type(transform).__name__
        extra = mapped - alone
        print(
            f"| {name} | {kind} | {len(rows) / alone:,.0f} | {len(rows) / mapped:,.0f} | {extra / alone:.0%} "
            f"(an empty `.map`: {same / alone:.0%}) |"
        )
    if importlib.util.find_spec("nlpaug"):
        texts = source["text"][:1000]
        taggers = {"": train_tagger(texts), ", tagger at no cost": lambda words: [(word, "NN") for word in words]}
        for name, tag in taggers.items():
            augment = synonym_aug(tag)
            augment(texts[:10])
            rate = len(texts) / clock(lambda augment=augment: augment(texts))
            print(f"| nlpaug 1.1.11 SynonymAug{name} | text | {rate:,.0f} | | |")
    if settings.million:
        map_a_million(source["text"][:])


if __name__ == "__main__":
    main()
