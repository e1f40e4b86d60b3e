"""How long duplicates take to find, in letters and in embeddings, beside other libraries on the same rows in one run.

    python tests/benchmarks/deduplication.py --data FILE.parquet[:COLUMN] ... [--lexical 1000000] [--semantic 100000]

The first file needs the columns `tokens` and `tags` (BIO), too: its slots make the template-like rows. `datasketch` and
`semhash` are no dependencies: what is installed is measured. Prints one Markdown table. `recall` is the share of the
rows that comparing all pairs in float32 drops.
"""

import argparse
import importlib.util
import os
import random
import time
from pathlib import Path

import numpy as np
from datasets import Dataset

from hf_synth.encoder import embed
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
    """The texts, and texts with a word left out, two words swapped, a polite word before, or a word of another text."""
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


def measure(rows, name, texts, run, truth=None):
    """Print a line on a run that gives the rows it drops, or None; give back that and the seconds."""
    Path("/proc/self/clear_refs").write_text("5")  # forget the most memory so far
    started, processor = time.perf_counter(), time.process_time()
    dropped = run(texts)
    wall, processor = time.perf_counter() - started, time.process_time() - processor
    status = Path("/proc/self/status").read_text().splitlines()
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 2**20
    count = "" if dropped is None else f"{len(dropped):,}"
    recall = "" if truth is None else f"{len(dropped & truth) / len(truth):.4f}"
    print(
        f"| {rows} | {name} | {len(texts):,} | {wall:.1f} | {processor:.1f} | {peak:.2f} | {count} | {recall} |",
        flush=True,
    )
    return dropped, wall


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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True, nargs="+")
    parser.add_argument("--lexical", type=int, default=1_000_000)
    parser.add_argument("--datasketch", type=int, default=100_000, help="how many of them datasketch is given")
    parser.add_argument("--semantic", type=int, default=100_000)
    settings = parser.parse_args()
    texts, draw = read_texts(settings.data), random.Random(0)
    notes = []
    print("| rows | work | texts | s | processor s | peak GiB | dropped | recall |\n|---|---|--:|--:|--:|--:|--:|--:|")
    for rows in ("random", "template-like") if settings.lexical else ():
        made = (
            make_random(texts, settings.lexical, draw)
            if rows == "random"
            else make_templates(settings.data[0], settings.lexical, draw)
        )
        _, seconds = measure(rows, "exact + lexical", made, drop_exact_and_lexical)
        if importlib.util.find_spec("datasketch"):
            part = made[: settings.datasketch]
            _, ours = measure(rows, "exact + lexical", part, drop_exact_and_lexical)
            _, theirs = measure(rows, "datasketch MinHash LSH", part, drop_with_datasketch)
            whole = theirs * len(made) / len(part)
            notes.append(
                f"{rows}: datasketch takes {theirs / ours:.1f} times as long on {len(part):,} texts; if it grows no "
                f"faster than the texts, {whole:,.0f} s on {len(made):,} ({whole / seconds:.1f} times as long)."
            )
    if settings.semantic:
        made = make_variants(texts, settings.semantic, draw)
        draw.shuffle(made)
        vectors = {}
        for bf16 in (False, True):
            embed(made[:8], bf16=bf16)
            name = f"embedding in {'bfloat16' if bf16 else 'float32'}"
            _, seconds = measure(
                "variants", name, made, lambda made, bf16=bf16: vectors.update({bf16: embed(made, bf16=bf16)})
            )
        truth, _ = measure("variants", "brute force, float32", made, lambda _: drop_by_brute_force(vectors[False]))
        _, whole = measure(
            "variants", "embedding + semantic", made, lambda made: drop(SemanticDeduplication(COSINE), made), truth
        )
        given = SemanticDeduplication(COSINE, embed=lambda _: vectors[False])
        measure("variants", "semantic, vectors given", made, lambda made: drop(given, made), truth)
        if importlib.util.find_spec("semhash"):
            measure(
                "variants", "semhash, vectors given", made, lambda made: drop_with_semhash(made, vectors[False]), truth
            )
        notes.append(
            f"variants: {min(len(texts), len(made)):,} texts of the files, the rest of them with one edit (word left "
            "out, neighbours swapped, polite word before, word replaced), shuffled. Semantic deduplication takes "
            f"{whole / seconds:.2f} times the time of embedding (in bfloat16)."
        )
    print(f"\n{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}.", *notes, sep="\n\n")


if __name__ == "__main__":
    main()
