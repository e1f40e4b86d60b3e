"""What a card says, part by part. Whatever comes from a manifest goes through `hf_synth.markdown`."""

from __future__ import annotations

import json
from collections import Counter

from hf_synth.cards.front_matter import order_splits
from hf_synth.cards.manifest import DatasetManifest
from hf_synth.cards.shapes import find_shape
from hf_synth.cards.uplift import Uplift
from hf_synth.configuration import to_dict
from hf_synth.markdown import (
    code_span,
    fence,
    inline,
    inline_with_links,
    markdown_table,
    one_line,
    share_table,
    show_hidden,
    wrap,
)
from hf_synth.schema import ORIGINS
from hf_synth.tables import COLUMNS, GUARD_OFF, arm_rows, caption, order_arms, points

WRITERS = {
    "human": "written by people",
    "augmented": "human rows changed by a program",
    "synthetic": "written by a model",
}
ARMS = {
    "real_only": "has the human rows alone",
    "upsampled": "repeats the human rows",
    "slot_resampling": "adds copies of the human rows with other slot values",
    "linguist": "adds the rows that the teacher wrote",
    "linguist_mixed": "adds half of the teacher's rows, and copies with other slot values",
    "linguist_zero_shot": "has rows that the teacher wrote unseen, and no human rows of the targets",
    "classification": "adds the texts that the teacher wrote",
    "translation": "adds human rows of another language, translated",
    "linguist_and_translation": "adds half of the teacher's rows, and half of the translated ones",
    "gaussian_noise": "adds human points with noise",
    "mixup": "adds mixes of two human points",
    "smote": "adds points between human ones of a class",
    "pretrained": "has the human rows alone, for students that saw rows of another kind first",
    "gan_vanilla": "adds generated points, without any of the four measures",
    "gan_consistency": "has a classifier of the human rows agree with the points",
    "gan_pretraining": "begins with a generator of rows of another kind as well",
    "gan_noise": "adds noise to the human rows that the generator sees as well",
    "gan": "has all four measures: smooth labels, too",
    "gan_prior": "also has that classifier know what the other rows say",
    "gan_soft": "also has students learn from the chances of each class",
    "gan_without_pretraining": "has all measures but the rows of another kind",
    "two_stage": "trains on the made rows first, then on the human ones",
    "unfiltered": "adds made rows that passed no filter",
    "full_data": "has human rows that the others lack: the ceiling",
}


def tell_summary(manifest: DatasetManifest) -> str:
    """What the dataset is, in two sentences."""
    train = Counter(manifest.rows.get("train", {}))
    parts = [f"{train[origin]:,} {WRITERS[origin]}" for origin in ORIGINS if train[origin]]
    summary = find_shape(manifest.task).summary
    locales = f", in {', '.join(map(inline, manifest.locales))}" if manifest.locales else ""
    warnings = [
        *(["**Temporary: a cold start.** No training row is human; replace the rows by real ones as they come."]
          if manifest.temporary else []),
        *([GUARD_OFF] if not manifest.guard else []),
    ]  # fmt: skip
    told = (
        f"{summary[0].upper()}{summary[1:]}{locales}. For training there are {train.total():,} rows: "
        f"{', '.join(parts) or 'none'}. Made with `hf-synth` {inline(manifest.version)} by the recipe "
        f"{code_span(manifest.recipe)}."
    )
    return "\n\n".join([told, *warnings])


def count_splits(manifest: DatasetManifest) -> str:
    """A table of rows by split and origin."""
    rows = [["split", *ORIGINS, "all"]]
    for name in order_splits(manifest.rows):
        count = Counter(manifest.rows[name])
        rows.append([inline(name), *(f"{count[origin]:,}" for origin in ORIGINS), f"{count.total():,}"])
    return markdown_table(rows)


def tell_held_out(manifest: DatasetManifest) -> str:
    """What validation and test are."""
    held_out = [code_span(name) for name in order_splits(manifest.rows) if name != "train"]
    if not held_out:
        return "There are no validation and test rows here: evaluate on human rows that are not in `train`."
    if not manifest.guard:
        return f"Nobody made sure that all rows of {' and '.join(held_out)} were written by people."
    return (
        f"All rows of {' and '.join(held_out)} were written and labelled by people. None of them stood in a prompt, "
        f"and no made row repeats {'the text of one' if find_shape(manifest.task).texts else 'one'}."
    )


def show_examples(manifest: DatasetManifest) -> str:
    """A few rows of each origin."""
    parts = []
    for origin in ORIGINS:
        rows = [
            json.dumps({name: _shorten(text) for name, text in row.items()}, ensure_ascii=False)
            for row in manifest.examples.get(origin, ())
        ]
        if rows:
            parts.append(f"{origin.capitalize()}:\n\n{fence(list(map(show_hidden, rows)), 'json')}")
    notation = [note] if (note := find_shape(manifest.task).notation) else []
    pictures = [f"![{inline(told)}]({name})" for name, told in sorted(manifest.pictures.items())]
    return "\n\n".join([*notation, *parts, *pictures]) if parts else "There are no training rows."


def _shorten(text: str, longest: int = 500) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def tell_uplift(manifest: DatasetManifest) -> str:
    """What students learn from the rows."""
    if manifest.uplift is None:
        return "Not measured yet: `hf-synth run` trains students with and without the made rows, and compares them."
    report, measured = to_dict(manifest.uplift), manifest.uplift.measured
    arms = [f"{code_span(arm)} {ARMS[arm]}" for arm in order_arms(report["arms"]) if arm in ARMS]
    return "\n\n".join(
        [
            _tell_gain(manifest.uplift),
            f"Small models, the students, were trained on each of several training sets, the arms: {'; '.join(arms)}. "
            f"They were tested on {manifest.uplift.test_rows:,} rows that people wrote.",
            markdown_table([[inline(arm), *figures] for arm, *figures in arm_rows(report)]),
            f"{inline(caption(report))} Students: {measured.students} (experiments: {measured.cells}, draws of human "
            f"rows: {measured.draws}, training seeds: {measured.student_seeds}).",
        ]
    )


def _tell_gain(uplift: Uplift) -> str:
    """What the students of this dataset gain, no more than the interval allows."""
    gain, arm = uplift.uplift.get(uplift.arm, {}).get(uplift.metric), code_span(uplift.arm)
    if gain is None:
        return f"Students of this dataset ({arm}) were not compared with a baseline."
    side = f"{abs(100 * gain.mean):.1f} points {'below' if gain.mean < 0 else 'above'}"
    interval = f"95% interval {' to '.join(map(points, gain.ci95))}" if gain.ci95 else "a single pair of students"
    others = uplift.measured.cells - 1
    datasets = (
        f"this dataset, and on those of the recipe's other experiments ({others})," if others else "this dataset"
    )
    told = (
        f"Students trained on {datasets} are {side} the best baseline in {COLUMNS[uplift.metric]}: {arm} against "
        f"{code_span(uplift.baseline)} in the table ({interval})."
    )
    helps = gain.ci95 is not None and min(gain.ci95) > 0
    return told if helps else f"{told} This does not show that the made rows help."


def tell_making(manifest: DatasetManifest) -> str:
    """Who wrote what, with which settings and filters."""
    teacher, prompt = manifest.teacher, manifest.prompt
    methods = ", ".join(f"{code_span(name)} ({count:,} rows)" for name, count in sorted(manifest.methods.items()))
    if teacher is None or prompt is None:
        return f"No row was written by a teacher.\n\n- methods: {methods or 'none'}"
    shown = (
        f"read up to {prompt.examples} human rows of `train` in each prompt and wrote new ones"
        if prompt.examples
        else "was shown no human row and wrote new ones from label names alone"
    )
    targets = ", ".join(map(code_span, manifest.targets))
    intro = (
        f"People wrote and labelled the human rows. A language model, the teacher, {shown}, already labelled, for "
        f"{targets}. What did not parse or did not pass the filters was dropped and counted."
    )
    sampling = ", ".join(f"{name} {value}" for name, value in sorted(manifest.sampling.items()))
    licence = inline(teacher.license) if teacher.license else "not stated"
    counts = manifest.generation
    return "\n".join(
        [
            f"{intro}\n",
            f"- methods: {methods or 'none'}",
            f"- teacher: {code_span(teacher.name)} (revision: {inline(teacher.revision or 'not stated')}; licence: "
            f"{licence})",
            f"- sampling: {inline(sampling) or 'not stated'}",
            f"- filters, in this order: {', '.join(map(code_span, manifest.filters)) or 'none'}",
            *([f"- mixing: {code_span(manifest.mixing)}"] if manifest.mixing else []),
            f"- counts: {counts.requested:,} rows wanted, {counts.prompts:,} prompts, {counts.completions:,} "
            f"completions, {counts.accepted:,} accepted, {sum(counts.rejected.values()):,} rejected",
        ]
    )


def show_prompt(manifest: DatasetManifest) -> str:
    """The first prompt, as it was asked."""
    prompt = manifest.prompt
    if manifest.teacher is None and prompt is None:
        return "There is none: no teacher was asked."
    if prompt is None or not prompt.text:
        return "The prompt is not recorded."
    parts = [
        f"The first prompt of {code_span(prompt.name)}, lines broken for reading:",
        fence(wrap(prompt.text), "text"),
    ]
    if prompt.instruction:
        parts += [
            "<details>\n<summary>The same as an instruction, which chat models read</summary>",
            fence(wrap(prompt.instruction), "text"),
            "</details>",
        ]
    return "\n\n".join(parts)


def count_rejects(manifest: DatasetManifest) -> str:
    """A table of rejects by reason."""
    rejected, completions = manifest.generation.rejected, manifest.generation.completions
    if not rejected or not completions:
        return f"Nothing that {'the teacher wrote' if manifest.teacher else 'was made'} was rejected."
    counts = {inline(reason): count for reason, count in rejected.items()}
    whole = "completions" if manifest.teacher else "what was made"
    table = share_table(("reason", "rejects", f"share of {whole}"), counts, completions)
    return f"{table}\n\n`surplus`: good rows, more than were wanted." if "surplus" in rejected else table


def count_classes(manifest: DatasetManifest) -> str:
    """A table of rows by class, split and origin."""
    used = {(name, origin) for splits in manifest.classes.values() for name in splits for origin in splits[name]}
    columns = [(name, origin) for name in order_splits({name for name, _ in used}) for origin in ORIGINS]
    columns = [column for column in columns if column in used]
    header = [
        inline(find_shape(manifest.task).class_column),
        *(f"{inline(name)}, {origin}" for name, origin in columns),
    ]
    rows = [
        [inline(label), *(f"{splits.get(name, {}).get(origin, 0):,}" for name, origin in columns)]
        for label, splits in sorted(manifest.classes.items())
    ]
    return markdown_table([header, *rows])


def tell_limits(manifest: DatasetManifest) -> str:
    """What the rows must not be used for."""
    lines = [
        "Made rows are for training. Do not evaluate on them, and never use them to measure bias or fairness: they "
        "show what a model writes, not what people say.",
        _tell_ratio(manifest),
        "The rows carry the habits of the teacher and of the few rows it was shown; they add variety, not knowledge "
        "of real users."
        if manifest.teacher
        else "Made rows repeat what is in the rows they were made from: they add variety, not knowledge of users.",
    ]
    return "\n".join(f"- {line}" for line in lines)


def tell_review(manifest: DatasetManifest) -> str:
    """What people found who read some of the made rows."""
    review = manifest.review
    if not find_shape(manifest.task).texts:
        return "Not reviewed: people cannot read embeddings."
    if review is None:
        return "Not reviewed: no person has checked the made rows. Their texts may be odd and their labels wrong."
    share = ""
    if review.interval:
        low, high = review.interval
        share = f" ({review.wrong / review.sampled:.1%}, 95% interval {low:.1%} to {high:.1%})"
    unsure = f" They were not sure of {review.unsure:,}." if review.unsure else ""
    others = "" if review.sampled >= sum(manifest.methods.values()) > 0 else " The others were not read."
    told = (
        f"People read {review.sampled:,} made rows and found {review.wrong:,} wrong{share}; the check was "
        f"{'passed' if review.passed else 'not passed'}.{unsure}{others}"
    )
    pairs = [
        f"- {' and '.join(map(inline, pair.reviewers))} agree on {pair.same:,} of {pair.rows:,} rows; Cohen's kappa "
        f"is {'not defined' if pair.kappa is None else f'{pair.kappa:.2f}'}."
        for pair in review.agreement
    ]
    return "\n".join([told, *([""] if pairs else []), *pairs])


def _tell_ratio(manifest: DatasetManifest) -> str:
    """How many training rows are real."""
    train = Counter(manifest.rows.get("train", {}))
    if train.total() == train["human"]:
        return "All training rows are human."
    if not train["human"]:
        return "The training rows hold no human row at all: a cold start, to be replaced by real rows as they come."
    share = round(100 * train["human"] / train.total())
    return f"Of {train.total():,} training rows {train['human']:,} are human: {share} real to {100 - share} made."


def tell_sources(manifest: DatasetManifest) -> str:
    """Sources and licences."""
    lines = [f"Human rows: {inline_with_links(source)}" for source in manifest.sources]
    if not lines:
        lines.append("Human rows: their source is not stated.")
    if manifest.license is None:
        lines.append("Licence: not stated. Check the terms of the human rows before publishing.")
    else:
        lines.append(f"Licence: {inline_with_links(manifest.license)}, that of the human rows.")
    if manifest.teacher and manifest.teacher.license is None:
        lines.append("The teacher's licence is not stated: check that its terms allow publishing what it wrote.")
    elif manifest.teacher and manifest.teacher.license:
        lines.append(
            f"Teacher: {code_span(one_line(manifest.teacher.name))}, licence {inline(manifest.teacher.license)}."
        )
    return "\n".join(f"- {line}" for line in lines)
