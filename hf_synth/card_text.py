"""What a dataset card says, part by part."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hf_synth.annotation import write_annotation
from hf_synth.markdown import markdown_table, share_table
from hf_synth.schema import ORIGINS, Row

EXAMPLES = 3
_FOLDERS = re.compile(r"(?<![\w:/\\.~])(?:~?/(?=\S)|[A-Za-z]:[\\/]+|\\\\)(?:[^\s\"'/\\]+[/\\]+)*")


@dataclass(frozen=True)
class CardFacts:
    """What a card says that cannot be counted from the rows.

    Args:
        name: Name of the dataset.
        recipe: Name of the recipe.
        method: What made the rows, with its version, such as `linguist@1`.
        teacher: Identity of the teacher; folders in it are left out of the card.
        locales: Locales of the rows, such as `en-US`.
        targets: Intents that rows were generated for.
        version: Version of the library.
        rejects: Number of rejects by reason.
        sampling: Settings of the teacher's draws, by name.
        filters: Filters in their order, with versions.
        license: Identifier of a licence for the Hub; None leaves it open.
        sources: Where the human rows come from, and on what terms.
    """

    name: str
    recipe: str
    method: str
    teacher: str
    locales: tuple[str, ...]
    targets: tuple[str, ...]
    version: str
    rejects: Mapping[str, int] = field(default_factory=dict)
    sampling: Mapping[str, Any] = field(default_factory=dict)
    filters: tuple[str, ...] = ()
    license: str | None = None
    sources: tuple[str, ...] = ()


def tell_making(facts: CardFacts, made: Sequence[str]) -> str:
    """Who wrote what, with which prompt, settings and filters."""
    if "synthetic" not in made:
        return "No row was written by a teacher."
    sampling = ", ".join(f"{name} {value}" for name, value in sorted(facts.sampling.items()))
    filters = ", ".join(f"`{name}`" for name in facts.filters)
    lines = [
        f"People wrote and labelled the human rows. A language model, the teacher, read some of those in `train` as "
        f"examples and wrote new ones with their slots marked, for the intents "
        f"{', '.join(f'`{target}`' for target in facts.targets)}. The new rows have the origin `synthetic`.",
        f"- teacher: `{plain(facts.teacher)}`",
        f"- prompt: `{facts.method}`",
        f"- sampling: {plain(sampling) or 'not stated'}",
        f"- filters, in this order: {filters or 'none'}",
    ]
    if "augmented" in made:
        lines[0] += " Rows of origin `augmented` are human rows that a program changed."
    return f"{lines[0]}\n\n" + "\n".join(lines[1:])


def tell_held_out(splits: Mapping[str, Sequence[Row]]) -> str:
    """What validation and test are."""
    held_out = [f"`{name}`" for name in splits if name != "train"]
    if not held_out:
        return "There are no validation and test rows here: evaluate on human rows that are not in `train`."
    return (
        f"All rows of {' and '.join(held_out)} were written and labelled by people. None of them stood in a prompt, "
        "and no made row repeats the text of one."
    )


def count_splits(counts: Mapping[str, Counter[str]]) -> str:
    """A table of rows by split and origin."""
    rows = [["split", *ORIGINS, "all"]]
    rows += [
        [name, *(f"{count[origin]:,}" for origin in ORIGINS), f"{count.total():,}"] for name, count in counts.items()
    ]
    return markdown_table(rows)


def count_intents(splits: Mapping[str, Sequence[Row]]) -> str:
    """A table of rows by intent, split and origin."""
    cells = Counter((row.utterance.intent, name, row.provenance.origin) for name in splits for row in splits[name])
    used = {(name, origin) for _, name, origin in cells}
    columns = [(name, origin) for name in splits for origin in ORIGINS if (name, origin) in used]
    rows = [["intent", *(f"{name}, {origin}" for name, origin in columns)]]
    for intent in sorted({intent for intent, _, _ in cells}):
        rows.append([intent, *(f"{cells[intent, name, origin]:,}" for name, origin in columns)])
    return markdown_table(rows)


def count_rejects(rejects: Mapping[str, int]) -> str:
    """A table of rejects by reason."""
    if not rejects:
        return "Nothing that the teacher wrote was rejected."
    return share_table(("reason", "rejects", "share of rejects"), rejects, sum(rejects.values()))


def show_examples(splits: Mapping[str, Sequence[Row]]) -> str:
    """A few rows of each origin, evenly from its first to its last."""
    parts = []
    for origin in ORIGINS:
        rows = [row for row in splits.get("train", ()) if row.provenance.origin == origin]
        shown = [
            {"intent": row.utterance.intent, "utterance": write_annotation(row.utterance)} for row in _evenly(rows)
        ]
        lines = [json.dumps(columns, ensure_ascii=False) for columns in shown]
        if lines:
            parts.append("\n".join([f"{origin.capitalize()}:", "```json", *lines, "```"]))
    return "\n\n".join(parts) or "There are no training rows."


def _evenly(rows: Sequence[Row]) -> Sequence[Row]:
    return [rows[index * len(rows) // EXAMPLES] for index in range(EXAMPLES)] if len(rows) > EXAMPLES else rows


def tell_ratio(train: Counter[str]) -> str:
    """How many training rows are real."""
    made = train.total() - train["human"]
    if not made:
        return "All training rows are human."
    if not train["human"]:
        return "The training rows hold no human row at all: a cold start, to be replaced by real rows as they come."
    share = round(100 * train["human"] / train.total())
    return f"Of {train.total():,} training rows {train['human']:,} are human: {share} real to {100 - share} made."


def tell_sources(facts: CardFacts) -> str:
    """Sources and licence."""
    lines = [f"- {plain(source)}" for source in facts.sources]
    if facts.license is None:
        lines.append("- No licence is stated: check the terms of the human rows and of the teacher before publishing.")
    else:
        lines.append(f"- Licence: `{facts.license}`.")
    return "\n".join(lines)


def plain(text: str) -> str:
    r"""One line without the folders of the machine that wrote it.

    Args:
        text: Free text, such as a name, a source or the identity of a teacher.

    Returns:
        The text with white space folded and the folders of local paths cut off; addresses and Hub ids stay.

    Examples:
        >>> plain("/home/me/tiny@ab12"), plain(r"C:\models\tiny"), plain("https://a.org/b/c"), plain("x/y")
        ('tiny@ab12', 'tiny', 'https://a.org/b/c', 'x/y')
    """
    return _FOLDERS.sub("", " ".join(text.split()))
