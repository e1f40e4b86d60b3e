"""A profile in Markdown. Whatever comes from rows goes through `hf_synth.markdown`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hf_synth.markdown import code_span, inline, markdown_table
from hf_synth.profiles.neighbours import FAR_RANK
from hf_synth.schema import ORIGINS

TITLE = "## The made rows beside the human ones"
CLASSES = 40
FEW = 30


def render_profile(profile: Mapping[str, Any], figures: Sequence[str] = ()) -> list[str]:
    """Write a profile as Markdown.

    Args:
        profile: See `profile_rows`.
        figures: Paths of figures, relative to the text; those of a profile are found by their names.

    Returns:
        Blocks, to be joined by empty lines: a verdict, tables, figures, rows to read.
    """
    images = {name: f"![{name}]({path})" for path in figures for name in [path.rpartition("/")[2].partition(".")[0]]}
    parts = [TITLE, _verdict(profile)]
    if not profile["rows"]["made"]:
        return parts
    parts += ["\n".join(f"- {'Fine' if f['good'] else '**Look**'}: {inline(f['text'])}" for f in profile["findings"])]
    parts += ["### In numbers", markdown_table(_numbers(profile)), _explain(profile), images.get("lengths", "")]
    parts += ["### Classes", *_classes(profile["classes"])]
    parts += ["### Words", _words(profile["vocabulary"])]
    if profile["neighbours"]:
        parts += ["### Nearest human rows", images.get("neighbours", ""), *_neighbours(profile["neighbours"])]
    if profile["plane"] and "plane" in images:
        parts += ["### All rows in one plane", images["plane"]]
    parts += ["### Rows to read", *_samples(profile["samples"])]
    return [part for part in parts if part]


def _verdict(profile: Mapping[str, Any]) -> str:
    rows = profile["rows"]
    if not rows["made"]:
        return "There are no made rows: nothing to compare."
    good = [finding["good"] for finding in profile["findings"]]
    things = [
        f"{count} {'thing' if count == 1 else 'things'} {told}"
        for count, told in ((good.count(False), "to look at"), (good.count(True), "fine"))
        if count
    ]
    few = (
        f" Only {rows['compared']:,} human rows are there to compare length and variety with: take both as a hint."
        if 0 < rows["compared"] < FEW
        else ""
    )
    return (
        f"{rows['made']:,} made rows beside {rows['human']:,} human ones, in {len(profile['classes']):,} "
        f"{'class' if len(profile['classes']) == 1 else 'classes'}: {', '.join(things)}.{few}"
    )


def _numbers(profile: Mapping[str, Any]) -> list[list[str]]:
    """Header and one row a measure: of human and of made rows."""
    vocabulary, bleu, near = profile["vocabulary"], profile["self_bleu"], profile["neighbours"]
    measures: list[tuple[str, Mapping[str, Any], str]] = [
        ("rows compared", {"human": profile["rows"]["compared"], "made": profile["rows"]["made"]}, ","),
        *_spread("words in a row", profile["lengths"], ".1f", ".0f"),
        ("different words", vocabulary["distinct"], ","),
    ]
    for size, counts in profile["ngrams"].items():
        measures.append((f"distinct-{size}, of {counts['sample']:,}", counts, ".2f"))
    if bleu:
        measures.append((f"self-BLEU of {bleu['rows']:,} rows", bleu, ".2f"))
    if near:
        measures += _spread("cosine to the nearest human row", near, ".2f", ".2f")
        shares = {"human": near["human"] and near["human_memorised"], "made": near["memorised"]}
        measures.append((f"above {near['memorised_above']}: nearly the same", shares, ".1%"))
        if near["far_below"] is not None:
            shares = {"human": FAR_RANK / 100, "made": near["far"]}
            measures.append((f"below {near['far_below']:.2f}: far off", shares, ".1%"))
    rows = [["", "human", "made"]]
    for name, values, form in measures:
        sides = (values["human"], values["made"])
        rows.append([name, *("-" if value is None else format(value, form) for value in sides)])
    return rows


def _spread(name: str, sides: Mapping[str, Any], mean: str, rank: str) -> list[tuple[str, Mapping[str, Any], str]]:
    """Mean, and outer and middle percentiles, as measures."""
    means = {side: sides[side] and sides[side]["mean"] for side in ("human", "made")}
    ranks = {
        side: sides[side] and " / ".join(format(sides[side]["percentiles"][key], rank) for key in ("5", "50", "95"))
        for side in ("human", "made")
    }
    return [(f"{name}: mean", means, mean), (f"{name}: 5% / half / 95% have at most", ranks, "")]


def _explain(profile: Mapping[str, Any]) -> str:
    """What the figures in the table are."""
    rows, near = profile["rows"], profile["neighbours"]
    peers = "those of the classes that have made rows" if rows["compared"] < rows["human"] else "all of them"
    told = [
        f"The human rows compared are {peers}. Distinct-n is the share of different ones among runs of n words: "
        "higher is more varied. Self-BLEU is how like each other rows are, from 0 to 1. Both depend on how much text "
        "there is, so they are of samples of the same size from both sides."
    ]
    if near:
        told.append(
            f"The nearest human row is looked for among {near['human_rows']:,} human rows of all classes, for "
            f"{near['made_rows']:,} made rows; for a human row it is the nearest other one."
        )
    told += [f"Left out: {name} ({inline(why)})." for name, why in profile["left_out"].items()]
    return " ".join(told)


def _classes(classes: Mapping[str, Mapping[str, int]]) -> list[str]:
    """A table of rows by class and origin, the largest classes first if there are many."""
    origins = [origin for origin in ORIGINS if any(origin in counts for counts in classes.values())]
    shown = sorted(classes, key=lambda label: (-sum(classes[label].values()), label))[:CLASSES]
    table = [["class", *origins]]
    for label in sorted(shown):
        table.append([inline(label), *(f"{classes[label].get(origin, 0):,}" for origin in origins)])
    more = f"The {CLASSES} largest of {len(classes):,} classes." if len(classes) > CLASSES else ""
    return [markdown_table(table), more]


def _words(vocabulary: Mapping[str, Any]) -> str:
    """Words that stand out, with their counts."""
    lines = []
    for name, told in (("overused", "More often in made rows than in human ones"), ("underused", "Less often")):
        words = [f"{code_span(odds['word'])} {odds['made']:,}:{odds['human']:,}" for odds in vocabulary[name]]
        if words:
            lines.append(f"- {told} (made:human): {', '.join(words)}")
    new = [f"{code_span(word)} {count:,}" for word, count in vocabulary["new_words"].items()]
    if new:
        lines.append(f"- In made rows alone: {', '.join(new)}")
    return "\n".join(lines) or "No word stands out."


def _neighbours(near: Mapping[str, Any]) -> list[str]:
    parts = []
    if len(near["methods"]) > 1:
        table = [["method", "made rows", "nearly the same", "far off"]]
        for method, counts in near["methods"].items():
            shares = [f"{counts[key] / counts['rows']:.1%}" for key in ("memorised", "far")]
            table.append([inline(method), f"{counts['rows']:,}", *shares])
        parts.append(markdown_table(table))
    for key in ("nearest", "farthest"):
        pairs = [
            f"- {pair['cosine']:.2f} {code_span(pair['class'])} {inline(pair['text'])} ← {inline(pair['neighbour'])}"
            for pair in near[key]
        ]
        if pairs:
            parts += [f"The {key} made rows, each with the human row that is nearest to it:", "\n".join(pairs)]
    return parts


def _samples(samples: Mapping[str, Sequence[Mapping[str, str]]]) -> list[str]:
    """Random rows, origin by origin."""
    parts = ["Drawn by chance, each class and method with its share; slots are written as &#91;name : value&#93;."]
    for origin, rows in samples.items():
        lines = []
        for row in rows:
            method = f" ({inline(row['method'])})" if row["method"] else ""
            lines.append(f"- {code_span(row['class'])}{method} {inline(row['text'])}")
        parts += [f"**{origin.capitalize()}**", "\n".join(lines)]
    return parts
