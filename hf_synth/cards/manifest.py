"""The manifest of a dataset: all that its card says, as plain JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hf_synth import __version__
from hf_synth.cards.shapes import find_shape
from hf_synth.cards.uplift import Uplift
from hf_synth.configuration import from_dict, to_dict
from hf_synth.errors import ConfigError
from hf_synth.manifest import read_json, write_json

FORMAT = 1
_FOLDERS = re.compile(r"(?<![\w:/\\.~])(?:~?/(?=\S)|[A-Za-z]:[\\/]+|\\\\)(?:[^\s\"'/\\]+[/\\]+)*")


@dataclass(frozen=True)
class AskedPrompt:
    """What the teacher was asked.

    Args:
        name: The prompt with its version, such as `linguist@1`.
        text: The first prompt that was asked.
        instruction: The same request as chat models read it; empty if there is none.
        examples: Most human rows shown in one prompt.
    """

    name: str
    text: str = ""
    instruction: str = ""
    examples: int = 0


@dataclass(frozen=True)
class Writer:
    """The teacher of a dataset.

    Args:
        name: Its identity, without folders of the machine.
        revision: Hash or commit of its weights; None if the identity states none.
        license: Its licence; None if it is not stated.
    """

    name: str
    revision: str | None = None
    license: str | None = None

    @classmethod
    def of(cls, identity: str, license: str | None = None) -> Writer:
        """Describe a teacher by its identity.

        Args:
            identity: Such as `linguist-mini@53227a24dca8:float32`.
            license: Its licence, if it is known.

        Returns:
            The teacher; folders in its name are left out.

        Examples:
            >>> Writer.of("/home/me/tiny@ab12:float32", "mit")
            Writer(name='tiny@ab12:float32', revision='ab12', license='mit')
        """
        name = without_folders(identity)
        return cls(name, name.rpartition("@")[2].partition(":")[0] if "@" in name else None, license)


@dataclass(frozen=True)
class Generation:
    """How many rows were asked for, written, kept and rejected.

    Args:
        requested: Rows wanted.
        prompts: Prompts asked.
        completions: Completions read.
        accepted: Rows kept.
        rejected: Completions and rows not kept, by reason.
    """

    requested: int = 0
    prompts: int = 0
    completions: int = 0
    accepted: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class SplitSize:
    """How large a split is: rows, and bytes in memory; and a hash of its file, empty in older manifests."""

    num_examples: int
    num_bytes: int
    digest: str = ""


@dataclass(frozen=True)
class Agreement:
    """How far two reviewers agree on what is wrong.

    Args:
        reviewers: Their names.
        rows: Rows of which both were sure.
        same: Rows among them of which both say the same.
        kappa: Cohen's kappa; None where it is not defined, as when both find every row right.
    """

    reviewers: tuple[str, ...]
    rows: int
    same: int
    kappa: float | None = None


@dataclass(frozen=True)
class Review:
    """What people found who read some of the made rows.

    Args:
        sampled: Rows that they read.
        wrong: Rows among them with a wrong label, wrong slots or an odd text.
        passed: Whether so many are good enough.
        right: Rows that are right.
        unsure: Rows of which nobody was sure.
        interval: 95% interval of the share of wrong rows; None in manifests of earlier versions.
        verdicts: How often each judgement was given, by all reviewers.
        reviewers: Their names.
        agreement: Of each pair of them.
        seed: Of the draw of the rows.

    Raises:
        ConfigError: The interval has not two ends, or is one of no rows.
    """

    sampled: int
    wrong: int
    passed: bool
    right: int = 0
    unsure: int = 0
    interval: tuple[float, ...] | None = None
    verdicts: Mapping[str, int] = field(default_factory=dict)
    reviewers: tuple[str, ...] = ()
    agreement: tuple[Agreement, ...] = ()
    seed: int = 0

    def __post_init__(self) -> None:
        if self.interval is not None and (len(self.interval) != 2 or self.sampled < 1):
            raise ConfigError(f"the interval of a review has two ends, of at least one row, got {self.interval}")


@dataclass(frozen=True)
class DatasetManifest:
    """All that the card of a dataset says.

    What stands before `locales` is stated by who makes the dataset; the rest is counted from its rows by
    `write_dataset`, but for `uplift` and `review`, which come later if at all.

    Args:
        name: Name of the dataset.
        recipe: Name of the recipe that made it.
        task: Which columns the rows have: a key of `SHAPES`.
        method: What made the rows, with its version, such as `linguist@1`.
        prompt: What the teacher was asked; None if no teacher wrote.
        teacher: Who wrote; None if nobody did.
        license: Licence of the human rows, and so of the dataset; None if it is not stated.
        sources: Where the human rows come from.
        targets: Classes that rows were made for.
        sampling: Settings of the teacher's draws, by name.
        filters: Filters in their order, with versions.
        mixing: How many made rows join the human ones: `guide`, `all`, or a share; None if that is not known.
        guard: Whether it was made sure that held-out rows are human and that no score was taken on seen rows.
        temporary: Whether no training row is human: a cold start, until real rows come.
        pictures: What each image shows that lies beside the card, by its file.
        generation: Counts of what was asked for and came.
        version: Version of the library.
        format: Version of this form.
        locales: Locales of the rows, such as `en-US`.
        rows: Rows by split and origin.
        methods: Made rows by method.
        classes: Rows by class, split and origin.
        splits: Sizes of the splits.
        labels: Names that the features need, by kind of label.
        examples: Some rows of `train` by origin, as the card shows them.
        uplift: What the rows are worth to a student; None if that was not measured.
        review: What people found in a sample; None if nobody has looked yet.

    Raises:
        ConfigError: The task is unknown, a split has no good name, or a label stands twice.
    """

    name: str
    recipe: str
    task: str
    method: str
    prompt: AskedPrompt | None = None
    teacher: Writer | None = None
    license: str | None = None
    sources: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    sampling: Mapping[str, Any] = field(default_factory=dict)
    filters: tuple[str, ...] = ()
    mixing: str | None = None
    guard: bool = True
    temporary: bool = False
    pictures: Mapping[str, str] = field(default_factory=dict)
    generation: Generation = field(default_factory=Generation)
    version: str = __version__
    format: int = FORMAT
    locales: tuple[str, ...] = ()
    rows: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    methods: Mapping[str, int] = field(default_factory=dict)
    classes: Mapping[str, Mapping[str, Mapping[str, int]]] = field(default_factory=dict)
    splits: Mapping[str, SplitSize] = field(default_factory=dict)
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    examples: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)
    uplift: Uplift | None = None
    review: Review | None = None

    def __post_init__(self) -> None:
        find_shape(self.task)
        for name in (*self.rows, *self.splits):
            if not re.fullmatch(r"\w+", name):
                raise ConfigError(f"a split is named by letters, digits and _, got {name!r}")
        for name in self.pictures:
            if not re.fullmatch(r"\w+\.png", name):
                raise ConfigError(f"a picture is named by letters, digits and _, and .png, got {name!r}")
        for kind, names in self.labels.items():
            if len(set(names)) < len(names):
                raise ConfigError(f"labels.{kind} names something twice")

    def state(
        self, license: str | None = None, teacher_license: str | None = None, sources: tuple[str, ...] = ()
    ) -> DatasetManifest:
        """Add facts that only the maker knows; what is None or empty stays as it is.

        Args:
            license: Licence of the human rows.
            teacher_license: Licence of the teacher, if a teacher wrote.
            sources: Where the human rows come from, instead of what is said so far.

        Returns:
            The manifest with these facts, without folders of the machine.
        """
        return replace(
            self,
            license=self.license if license is None else without_folders(license),
            teacher=replace(self.teacher, license=without_folders(teacher_license))
            if self.teacher and teacher_license is not None
            else self.teacher,
            sources=tuple(map(without_folders, sources)) or self.sources,
        )


def is_dataset(values: Any) -> bool:
    """Whether JSON values are the manifest of a dataset, rather than that of a run."""
    return isinstance(values, dict) and "format" in values and "task" in values


def read_manifest(file: Path) -> DatasetManifest:
    """Read the manifest of a dataset.

    Args:
        file: `manifest.json` in the dataset folder, or a copy of it.

    Returns:
        The manifest.

    Raises:
        ConfigError: There is none, it is broken, or a newer version of the library wrote it.
    """
    values = read_json(file)
    if values is None:
        raise ConfigError(
            f"{file}: no such file",
            hint="Give a dataset of hf-synth; in a run, remove generation.json beside it and build again.",
        )
    hint = "Build the dataset again, or restore the file."
    if not is_dataset(values):
        raise ConfigError(f"{file} is no manifest of a dataset", hint=hint)
    if values["format"] != FORMAT:
        raise ConfigError(
            f"{file} has format {values['format']!r}, expected {FORMAT}", hint="Use the version of hf-synth it names."
        )
    try:
        return from_dict(DatasetManifest, values)
    except ConfigError as error:
        raise ConfigError(f"{file}: {error.message}", hint=error.hint or hint) from None


def write_manifest(manifest: DatasetManifest, file: Path) -> None:
    """Write the manifest of a dataset."""
    write_json(file, to_dict(manifest))


def without_folders(text: str) -> str:
    r"""One line without the folders of the machine that wrote it.

    Args:
        text: Free text, such as a name, a source or the identity of a teacher.

    Returns:
        The text with white space folded and the folders of local paths cut off; addresses and Hub ids stay.

    Examples:
        >>> texts = ("/home/me/tiny@ab12", r"C:\models\tiny", "https://a.org/b/c", "x/y")
        >>> [without_folders(text) for text in texts]
        ['tiny@ab12', 'tiny', 'https://a.org/b/c', 'x/y']
    """
    return _FOLDERS.sub("", " ".join(text.split()))
