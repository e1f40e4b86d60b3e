"""One reviewer at work on one dataset: the same in the terminal and in the browser."""

from __future__ import annotations

from pathlib import Path

from hf_synth.cards.dataset import find_manifests
from hf_synth.cards.manifest import DatasetManifest, Review, read_manifest
from hf_synth.configuration import to_dict
from hf_synth.dataset_facts import update_dataset
from hf_synth.errors import ConfigError, check_choice
from hf_synth.recipe_settings import CardSettings
from hf_synth.report import add_review
from hf_synth.review.judgements import (
    Judgement,
    append_judgement,
    find_folder,
    name_file,
    read_judgements,
    read_reviewers,
)
from hf_synth.review.outcome import make_review
from hf_synth.review.sample import ROWS, Item, read_items
from hf_synth.schema import Span, Utterance

REVIEWER = "reviewer"


class Session:
    """The rows that a person judges, and what was judged so far.

    Args:
        place: Folder of a dataset, or of a run with one dataset.
        reviewer: Name of the person.
        rows: Rows to judge.
        seed: Of their draw; all reviewers of a dataset judge the same rows if it is the same.

    Raises:
        ConfigError: There is no dataset or more than one, it holds no made rows, or a name or number is impossible.
    """

    def __init__(self, place: Path, reviewer: str = REVIEWER, rows: int = ROWS, seed: int = 0) -> None:
        self.manifest_file = _find_manifest(place)
        self.manifest: DatasetManifest = read_manifest(self.manifest_file)
        dataset = self.manifest_file.parent
        self.folder = find_folder(dataset)
        self.reviewer, self.seed = reviewer, seed
        self.file = name_file(self.folder, reviewer)
        self.items: list[Item] = read_items(dataset, rows, seed)
        self.judgements = read_judgements(self.file)

    @property
    def slots(self) -> list[str]:
        """The slots of the rows and their seeds, sorted: what colours are given to."""
        shown = [utterance for item in self.items for utterance in (item.row.utterance, *item.seeds)]
        return sorted({span.slot for utterance in shown for span in utterance.spans})

    @property
    def judged(self) -> int:
        """How many rows of the sample this person has judged."""
        return sum(item.key in self.judgements for item in self.items)

    def find_open(self) -> int:
        """Position of the first row without a judgement; the number of rows if there is none."""
        places = (number for number, item in enumerate(self.items) if item.key not in self.judgements)
        return next(places, len(self.items))

    def judge(self, key: str, verdict: str, note: str = "") -> None:
        """Keep a judgement; it is on disk when this returns.

        Args:
            key: Of a row of the sample.
            verdict: A key of `VERDICTS`.
            note: Free text.

        Raises:
            ConfigError: There is no such row or verdict.
        """
        check_choice("row", key, [item.key for item in self.items])
        judgement = Judgement(key, verdict, note.strip())
        append_judgement(self.file, judgement)
        self.judgements[key] = judgement

    def finish(self) -> Review | None:
        """Write the outcome into manifest, card and the report of the run, if all rows are judged.

        Returns:
            The outcome; None, and nothing is written, while no reviewer has judged all rows.
        """
        review = make_review([item.key for item in self.items], read_reviewers(self.folder), self.seed)
        if review is not None:
            update_dataset(self.manifest_file, CardSettings(), review=review)
            add_review(_find_run(self.manifest_file.parent), self.manifest.name, to_dict(review))
        return review


def name_meaning(utterance: Utterance) -> str:
    """What an utterance means: its parse if it has one, else its intent."""
    return utterance.parse or utterance.intent


def split_slots(utterance: Utterance) -> list[tuple[str, str]]:
    """Cut an utterance where its slots begin and end.

    Args:
        utterance: Of a row or a seed.

    Returns:
        Words with the slot they are in; the slot is empty for words outside of slots.

    Examples:
        >>> split_slots(Utterance(("rain", "in", "new", "york"), (Span(2, 4, "city"),), "GetWeather"))
        [('rain in', ''), ('new york', 'city')]
    """
    parts, reached = [], 0
    for span in (*utterance.spans, Span(len(utterance.tokens), len(utterance.tokens), "")):
        parts += [(" ".join(utterance.tokens[reached : span.start]), ""), (utterance.value(span), span.slot)]
        reached = span.end
    return [(words, slot) for words, slot in parts if words]


def _find_run(dataset: Path) -> Path:
    """Where the run of a dataset would have its report."""
    place = dataset.resolve().parent
    place = place.parent if place.name == "zero_shot" else place
    return place.parents[1] if place.parent.name == "cells" else place


def _find_manifest(place: Path) -> Path:
    files = find_manifests(place)
    if len(files) > 1:
        folders = ", ".join(str(file.parent) for file in files)
        raise ConfigError(
            f"{place} holds {len(files)} datasets: {folders}",
            hint=f"Review one after the other: hf-synth review {files[0].parent}",
        )
    return files[0]
