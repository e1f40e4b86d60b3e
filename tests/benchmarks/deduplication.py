"""How long duplicates take to find, in letters and in embeddings, beside other libraries on the same rows in one run.

    python tests/benchmarks/deduplication.py --data FILE.parquet[:COLUMN] ... [--lexical 1000000] [--semantic 100000]

The first file needs the columns `tokens` and `tags` (BIO), too: its slots make the template-like rows. `datasketch`
and `semhash` are no dependencies: what is installed is measured. Prints one Markdown table; `recall` is the share of
the rows dropped when all pairs are compared in float32.
"""

import argparse
import importlib.util
import os
import random
import sys
import time
from pathlib import Path

import numpy as np
from datasets import Dataset

from hf_synth.encoder import embed
from hf_synth.filters import embedding
from hf_synth.filters.duplicate import DuplicateFilter
from hf_synth.filters.near_duplicate import NearDuplicateFilter
from hf_synth.filters.semantic import SemanticDeduplication
from hf_synth.schema import tags_to_spans

OVERLAP, COSINE = 0.8, 0.95
POLITE = ("please", "hey", "can you", "could you please", "i want you to", "okay")


def read_texts(files):
    """Distinct texts of files, given as `FILE` or `FILE:COLUMN`."""
    columns = [Dataset.from_parquet(file)[column or "text"] for file, _, column in (f.partition(":") for f in files)]
    return list(dict.fromkeys(text for column in columns for text in column if text.split()))


def make_random(texts, count, draw):
    """As many words as a text has, each at random."""
    words, lengths = [word for text in texts for word in text.split()], [len(text.split()) for text in texts]
    return take(lambda: " ".join(draw.choices(words, k=draw.choice(lengths))), count)


def make_templates(file, count, draw, templates=200, values=300):
    """The commonest templates of three slots and more, each slot filled with one of the first values."""
    found, seen = {}, {}
    for tokens, tags in zip(
        *(Dataset.from_parquet(file.partition(":")[0])[name] for name in ("tokens", "tags")), strict=True
    ):
        spans = tags_to_spans(tags)
        parts, end = [], 0
        for span in spans:
            seen.setdefault(span.slot, {})[" ".join(tokens[span.start : span.end])] = None
            parts += [*tokens[end : span.start], (span.slot,)]
            end = span.end
        if len(spans) >= 3:
            template = (*parts, *tokens[end:])
            found[template] = found.get(template, 0) + 1
    roots = sorted(found, key=lambda template: -found[template])[:templates]
    pools = {slot: list(of_slot)[:values] for slot, of_slot in seen.items()}

    def fill():
        return " ".join(part if isinstance(part, str) else draw.choice(pools[part[0]]) for part in draw.choice(roots))

    return take(fill, count)


def make_variants(texts, count, draw):
    """The texts, and texts with a word left out, two swapped, a polite word before, or a word of another text."""
    words = [word for text in texts for word in text.split()]

    def vary():
        some = draw.choice(texts).split()
        at, edit = draw.randrange(len(some)), draw.randrange(4)
        if edit == 0 and len(some) > 1:
            del some[at]
        elif edit == 1 and at:
            some[at - 1], some[at] = some[at], some[at - 1]
        elif edit == 2:
            some.insert(0, draw.choice(POLITE))
        else:
            some[at] = draw.choice(words)
        return " ".join(some)

    return take(vary, count, texts[:count])


def take(make, count, first=()):
    """Distinct texts, in the order they are made."""
    texts = dict.fromkeys(first)
    while len(texts) < count:
        texts[make()] = None
    return list(texts)


def measure(name, texts, run):
    """What a run gives, the seconds it takes, and a line on it."""
    Path("/proc/self/clear_refs").write_text("5")  # forget the most memory so far
    started, processor = time.perf_counter(), time.process_time()
    result = run(texts)
    wall, processor = time.perf_counter() - started, time.process_time() - processor
    status = Path("/proc/self/status").read_text().splitlines()
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 2**20
    line = f"{name} | {len(texts):,} | {wall:.1f} | {processor:.1f} | {peak:.2f}"
    print(time.strftime("%H:%M:%S"), line, file=sys.stderr, flush=True)
    return result, wall, line


def drop(filter_, texts):
    return {number for number, verdict in enumerate(filter_.judge_texts(texts, [])) if not verdict.keep}


def drop_exact_and_lexical(texts):
    exact = drop(DuplicateFilter(), texts)
    left = [number for number in range(len(texts)) if number not in exact]
    return exact | {left[number] for number in drop(NearDuplicateFilter(OVERLAP), [texts[number] for number in left])}


def drop_with_datasketch(texts):
    """datasketch's MinHash LSH over the same shingles; it does not verify, the first of a pair stays."""
    from datasketch import MinHash, MinHashLSH

    index, dropped = MinHashLSH(threshold=OVERLAP, num_perm=64), set()
    shingles = ({text[at : at + 3].encode() for at in range(max(1, len(text) - 2))} for text in texts)
    for number, minhash in enumerate(MinHash.generator(shingles, num_perm=64)):
        if index.query(minhash):
            dropped.add(number)
        else:
            index.insert(number, minhash, check_duplication=False)
    return dropped


def drop_with_semhash(texts, vectors):
    """semhash with vectors that are there already."""
    from semhash import SemHash

    class Encoder:
        def encode(self, inputs, **_):
            return vectors[[place[text] for text in inputs]]

    place = {text: number for number, text in enumerate(texts)}
    result = SemHash.from_records(records=texts, model=Encoder()).self_deduplicate(threshold=COSINE)
    return set(range(len(texts))) - {place[text] for text in result.selected}


def drop_by_brute_force(vectors):
    """All products of all vectors; the first of a pair stays."""
    dropped = np.zeros(len(vectors), dtype=bool)
    for start in range(0, len(vectors), 512):
        products = vectors[start : start + 512] @ vectors[: start + 512].T
        for row, other in zip(*map(np.ndarray.tolist, np.nonzero(products > COSINE)), strict=True):
            dropped[start + row] |= other < start + row and not dropped[other]
    return set(np.flatnonzero(dropped).tolist())


def compare_letters(files, texts, count, part, draw):
    """Lines of the table, and notes."""
    lines, notes = [], []
    kinds = {
        "random": lambda: make_random(texts, count, draw),
        "template-like": lambda: make_templates(files[0], count, draw),
    }
    for rows, make in kinds.items():
        made = make()
        dropped, seconds, line = measure("exact + lexical", made, drop_exact_and_lexical)
        lines.append(f"| {rows} | {line} | {len(dropped):,} | |")
        if importlib.util.find_spec("datasketch"):
            some = made[:part]
            dropped, ours, line = measure("exact + lexical", some, drop_exact_and_lexical)
            lines.append(f"| {rows} | {line} | {len(dropped):,} | |")
            dropped, theirs, line = measure("datasketch MinHash LSH", some, drop_with_datasketch)
            lines.append(f"| {rows} | {line} | {len(dropped):,} | |")
            whole = theirs * len(made) / len(some)
            notes.append(
                f"{rows}: datasketch takes {theirs / ours:.1f} times as long on {len(some):,} texts; if it "
                f"grows no faster than the texts, {whole:,.0f} s on {len(made):,}, {whole / seconds:.1f} times ours."
            )
    return lines, notes


def compare_meanings(texts, count, draw):
    """Lines of the table, and notes."""
    made = make_variants(texts, count, draw)
    draw.shuffle(made)
    parts = []

    def embed_and_time(some, *arguments, **settings):
        started = time.perf_counter()
        result = embed(some, *arguments, **settings)
        parts.append((len(some), time.perf_counter() - started))
        return result

    for bf16 in (False, True):
        embed(made[:8], bf16=bf16)  # the model is loaded before anything is timed
    embedding.embed = embed_and_time
    dropped, whole, line = measure(
        "semantic, embedding included", made, lambda made: drop(SemanticDeduplication(COSINE), made)
    )
    embedding.embed = embed
    runs = [(dropped, line)]
    vectors, exact, embedded = measure("embedding in float32", made, embed)
    truth, _, line = measure("brute force, vectors given", made, lambda _: drop_by_brute_force(vectors))
    runs.append((truth, line))
    given = SemanticDeduplication(COSINE, embed=lambda _: vectors)
    dropped, _, line = measure("semantic, vectors given", made, lambda made: drop(given, made))
    runs.append((dropped, line))
    if importlib.util.find_spec("semhash"):
        dropped, _, line = measure("semhash, vectors given", made, lambda made: drop_with_semhash(made, vectors))
        runs.append((dropped, line))
    lines = [
        f"| variants | {line} | {len(dropped):,} | {len(dropped & truth) / max(1, len(truth)):.4f} |"
        for dropped, line in runs
    ]
    rough = parts[0][1]
    again = f"{sum(count for count, _ in parts[1:]):,} texts again, {sum(seconds for _, seconds in parts[1:]):.1f} s"
    note = (
        f"variants: {min(len(texts), len(made)):,} texts of the files, the others with one edit (word left out, "
        "neighbours swapped, polite word before, word replaced), shuffled. Semantic deduplication takes "
        f"{whole / rough:.2f} times the {rough:.1f} s of its embedding ({exact:.1f} s in float32; close to the "
        f"threshold {again})."
    )
    return [*lines, f"| variants | {embedded} | | |"], [note]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True, nargs="+")
    parser.add_argument("--lexical", type=int, default=1_000_000)
    parser.add_argument("--datasketch", type=int, default=100_000, help="how many of them datasketch is given")
    parser.add_argument("--semantic", type=int, default=100_000)
    settings = parser.parse_args()
    texts, draw = read_texts(settings.data), random.Random(0)
    lines, notes = [], []
    if settings.lexical:
        lines, notes = compare_letters(settings.data, texts, settings.lexical, settings.datasketch, draw)
    if settings.semantic:
        more, note = compare_meanings(texts, settings.semantic, draw)
        lines, notes = lines + more, notes + note
    print("| rows | work | texts | s | processor s | peak GiB | dropped | recall |\n|---|---|--:|--:|--:|--:|--:|--:|")
    print(*lines, sep="\n")
    print(f"\n{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}.", *notes, sep="\n\n")


if __name__ == "__main__":
    main()
