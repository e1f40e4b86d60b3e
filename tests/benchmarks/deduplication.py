"""How long near-duplicates take to find: in embeddings beside the embedding itself, and in letters.

    python tests/benchmarks/deduplication.py --data FILE.parquet [--column text] [--semantic 20000] [--lexical 200000]

Texts beyond those of the file are texts of the file with two words replaced. `datasketch` is not a dependency: install
it to have its MinHash LSH measured, too.
"""

import argparse
import importlib.util
import random
import time
from pathlib import Path

from datasets import Dataset

from hf_synth.encoder import embed


def read_texts(file, column, count):
    """Distinct texts of a file, then variants of them, up to `count`."""
    texts = list(dict.fromkeys(text for text in Dataset.from_parquet(file)[column] if text.split()))
    draw = random.Random(0)
    words = [word for text in texts for word in text.split()]
    seen, pool = set(texts), [*texts]
    while len(texts) < count:
        changed = draw.choice(pool).split()
        for _ in range(2):
            changed[draw.randrange(len(changed))] = draw.choice(words)
        if (text := " ".join(changed)) not in seen:
            seen.add(text)
            texts.append(text)
    return texts[:count]


def most_memory():
    """Peak memory of this process in MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def measure(name, count, run):
    """Print the time of a run, and give back what it gave."""
    Path("/proc/self/clear_refs").write_text("5")  # forget the highest so far
    started, processor = time.perf_counter(), time.process_time()
    result = run()
    wall, processor = time.perf_counter() - started, time.process_time() - processor
    print(f"| {name} | {count:,} | {wall:.1f} | {processor:.1f} | {most_memory():,.0f} |", flush=True)
    return result


def find_with_datasketch(texts, threshold):
    """datasketch's MinHash LSH over the same shingles, the first of a pair kept."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=threshold, num_perm=64)
    dropped = 0
    shingles = ({text[at : at + 3].encode() for at in range(max(1, len(text) - 2))} for text in texts)
    for number, minhash in enumerate(MinHash.generator(shingles, num_perm=64)):
        if index.query(minhash):
            dropped += 1
        else:
            index.insert(number, minhash, check_duplication=False)
    return dropped


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--column", default="text")
    parser.add_argument("--semantic", type=int, default=20_000)
    parser.add_argument("--lexical", type=int, default=200_000)
    settings = parser.parse_args()
    print("| work | texts | s | processor s | MiB at most |\n|---|--:|--:|--:|--:|")
    if settings.semantic:
        from hf_synth.filters.semantic import SemanticDeduplication

        texts = read_texts(settings.data, settings.column, settings.semantic)
        embed(texts[:10])
        vectors = measure("embed", len(texts), lambda: embed(texts))
        filter_ = SemanticDeduplication(embed=lambda _: vectors)
        verdicts = measure("semantic search", len(texts), lambda: filter_.judge_texts(texts, []))
        print(f"{sum(not verdict.keep for verdict in verdicts):,} dropped")
    if settings.lexical:
        from hf_synth.filters.near_duplicate import NearDuplicateFilter

        texts = read_texts(settings.data, settings.column, settings.lexical)
        verdicts = measure("near duplicates", len(texts), lambda: NearDuplicateFilter().judge_texts(texts, []))
        print(f"{sum(not verdict.keep for verdict in verdicts):,} dropped")
        if importlib.util.find_spec("datasketch"):
            dropped = measure("datasketch", len(texts), lambda: find_with_datasketch(texts, 0.8))
            print(f"{dropped:,} dropped")


if __name__ == "__main__":
    main()
