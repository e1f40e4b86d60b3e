"""How fast the transforms without a model are, what `.map` adds, and what a million rows take.

    python tests/benchmarks/transforms.py --data FOLDER [--million]

FOLDER is read by `load_dataset` and has `tokens`, `tags` and `text`. One process, one thread.
"""

import argparse
import resource
import time

from datasets import Dataset, disable_caching, disable_progress_bars, load_dataset

from hf_synth.transforms.deletion import RandomDeletion
from hf_synth.transforms.noise import SpellingNoise
from hf_synth.transforms.slot_resampling import SlotResampling
from hf_synth.transforms.swap import RandomSwap
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
    transforms = [SpellingNoise(), RandomDeletion(), RandomSwap()]
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
    if settings.million:
        texts = (source["text"][:] * (1_000_000 // len(source) + 1))[:1_000_000]
        rows = Dataset.from_dict({"text": texts})
        del texts
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        started = time.perf_counter()
        made = rows.map(
            SpellingNoise(), batched=True, remove_columns=["text"], cache_file_name="/tmp/hf_synth_million.arrow"
        )
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        spent = time.perf_counter() - started
        print(f"{len(made):,} rows in {spent:.0f} s; most memory {after:.0f} MiB, before {before:.0f}")


if __name__ == "__main__":
    main()
