"""Back-translation: through another language and back, for the same meaning in other words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from hf_synth.errors import ConfigError, check_choice
from hf_synth.generation import Reject
from hf_synth.seeding import stable_hash
from hf_synth.transforms.alignment import SPANS, refuse_slots, retag
from hf_synth.transforms.base import NOT_IN_KEY, Transform
from hf_synth.transforms.passage import Passage
from hf_synth.transforms.process import load_once
from hf_synth.transforms.stand_in import protect, restore
from hf_synth.translation.engines import Decoding, choose_engine, load_translator
from hf_synth.translation.models import SHIPPED, hash_model, shipped_pivots

PIVOTS = ("fr", "de", "zh")
# Twice in a row happens ("very very good"); what a model falls into is a loop.
_LOOP = re.compile(r"(\S{1,3})\1{3}|(\b\w.{3,40}?)\2{2}")


@dataclass(frozen=True)
class BackTranslation(Transform):
    """Translate a text to another language and back with Marian models.

    Before: `how do i get to the airport`. After: `how can i go to the airport` (the shipped models). Copies
    take the pivots in turn. A copy equal to its source is dropped, and so is a translation that goes round in circles.
    Rows with slots are refused, since words move and change under translation. With `spans="verify"` the whole row is
    translated and kept if every slot value is found again; with `spans="protect"` names stand in for the values, which
    are put back where the names are found again: more rows are kept, and the values never change.

    The models that come with the package are tiny and know short everyday sentences. The real ones are better:
    `BackTranslation(models="Helsinki-NLP/opus-mt-{source}-{target}")`.

    Args:
        source: Language of the texts; a row whose `locale` is of another is refused.
        pivots: Languages to go through; if empty, French, German and Chinese, or those that the shipped models know.
        models: Folder or Hub id of the models, with `{source}` and `{target}` in it.
        engine: `ctranslate2`, `transformers`, or `auto`: the faster one that is installed.
        compute_type: `int8`, `float32`, `bfloat16`, or `auto`.
        num_beams: Width of the beam search; 1 is greedy.
        num_return_sequences: Ways back that are tried for each way there; needs as many beams, or a temperature.
        temperature: Draw the ways back at this temperature instead of searching for the likeliest; 0 does not. Draws
            depend on the text alone, which only the engine `transformers` can do.
        max_new_tokens: Longest translation, in tokens.
        batch_tokens: Token budget of a batch; it does not decide the rows.
        spans: `refuse`, `verify` or `protect`.
        (others): See `Transform`.

    Raises:
        ConfigError: A setting is out of its range.
        TeacherError: There is no model for a language pair.
        MissingExtraError: What translates is not installed.

    Reference: Sennrich, Haddow and Birch 2016 (back-translation); Xie et al. 2020, UDA (as augmentation).
    """

    name: ClassVar[str] = "back_translation"
    version: ClassVar[int] = 1
    source: str = "en"
    pivots: tuple[str, ...] = ()
    models: str = SHIPPED
    engine: str = "auto"
    compute_type: str = "auto"
    num_beams: int = 1
    num_return_sequences: int = 1
    temperature: float = 0.0
    max_new_tokens: int = 256
    batch_tokens: int = field(default=4096, metadata=NOT_IN_KEY)
    spans: str = "refuse"

    def __post_init__(self) -> None:
        super().__post_init__()
        known = shipped_pivots(self.source) if self.models == SHIPPED else PIVOTS
        object.__setattr__(self, "pivots", tuple(self.pivots or (known or PIVOTS)))
        if self.source in self.pivots:
            raise ConfigError(f"pivots are other languages than {self.source!r}, got {list(self.pivots)}")
        check_choice("spans", self.spans, (*SPANS, "protect"))
        choose_engine(self.engine, self.compute_type, self.temperature)
        self._decoding()

    @property
    def teacher(self) -> str:
        """The models, with `*` for the pivot and the hash of their weights, the engine and its number format."""
        ways = [way for pivot in self.pivots for way in ((self.source, pivot), (pivot, self.source))]
        weights = [hash_model(self.models.format(source=one, target=other)) for one, other in ways]
        models = self.models.format(source=self.source, target="*")
        revision = f"@{stable_hash(weights)[:8]}" if any(weights) else ""
        return ":".join((f"{models}{revision}", *choose_engine(self.engine, self.compute_type, self.temperature)))

    def _decoding(self) -> Decoding:
        return Decoding(
            beams=self.num_beams,
            returned=self.num_return_sequences,
            batch_tokens=self.batch_tokens,
            temperature=self.temperature,
            seed=self.seed,
            max_new_tokens=self.max_new_tokens,
        )

    def rewrite(self, passages: Sequence[Passage]) -> list[list[Passage | Reject]]:
        """Translate all passages of a batch there and back, each text once for each pivot."""
        wanted: dict[str, dict[str, None]] = {pivot: {} for pivot in self.pivots}
        sent = [self._prepare(passage) for passage in passages]
        for passage, item in zip(passages, sent, strict=True):
            for pivot in () if isinstance(item, Reject) else self._turns(passage):
                wanted[pivot][item.text] = None
        ways = {
            pivot: dict(zip(texts, self._there_and_back(list(texts), pivot), strict=True))
            for pivot, texts in wanted.items()
            if texts
        }
        return [
            [item] if isinstance(item, Reject) else self._copies(passage, item, ways)
            for passage, item in zip(passages, sent, strict=True)
        ]

    def _prepare(self, passage: Passage) -> Passage | Reject:
        """What is translated in the place of a passage, or why it is not."""
        language = passage.locale.partition("-")[0]
        if language and language != self.source:
            return Reject(
                "other_language", passage.text, f"the row is {passage.locale}, the models read {self.source}"
            )
        if passage.spans and self.spans == "refuse":
            return refuse_slots(passage, "translation moves and changes words")
        return protect(passage) if self.spans == "protect" and passage.spans else passage

    def _turns(self, passage: Passage) -> list[str]:
        """The pivots that the copies of a passage go through, the first drawn by the text."""
        start = self.draw(passage, 0).randrange(len(self.pivots))
        return [self.pivots[(start + turn) % len(self.pivots)] for turn in range(min(self.copies, len(self.pivots)))]

    def _there_and_back(self, texts: Sequence[str], pivot: str) -> list[list[str]]:
        """The ways back from one pivot, best first; none for a text that is too long."""
        engine = choose_engine(self.engine, self.compute_type, self.temperature)
        there, back = (
            load_once(load_translator, self.models.format(source=one, target=other), *engine)
            for one, other in ((self.source, pivot), (pivot, self.source))
        )
        forward = there.translate(texts, replace(self._decoding(), returned=1, temperature=0.0))
        between = list(dict.fromkeys(found[0] for found in forward if found and found[0].strip()))
        ways = dict(zip(between, back.translate(between, self._decoding()), strict=True))
        return [ways.get(found[0], []) if found else [] for found in forward]

    def _copies(
        self, passage: Passage, sent: Passage, ways: dict[str, dict[str, list[str]]]
    ) -> list[Passage | Reject]:
        turns = self._turns(passage)
        texts = [
            ways[pivot][sent.text][rank]
            for rank in range(self.num_return_sequences)
            for pivot in turns
            if rank < len(ways[pivot][sent.text])
        ]
        if not texts:
            reason = "the text is too long for the model, or its translation runs on and on"
            return [Reject("no_translation", passage.text, reason)]
        made = [
            Reject("repetition", passage.text, f"the translation repeats itself: {text!r}")
            if is_repetitive(text) and not is_repetitive(passage.text)
            else retag(text, sent)
            for text in texts
        ]
        if sent is not passage:
            made = [restore(item, sent, passage) if isinstance(item, Passage) else item for item in made]
        kept = [item for item in made if isinstance(item, Passage) and item.text != passage.text]
        return list(kept[: self.copies]) or [next((i for i in made if isinstance(i, Reject)), made[0])]


def is_repetitive(text: str) -> bool:
    """Say whether a text goes round in circles, as small models do when they are lost.

    Args:
        text: What a model wrote.

    Returns:
        Whether a few characters stand there four times in a row, or a longer piece three times.

    Examples:
        >>> is_repetitive("the table of the table of the table of the"), is_repetitive("no, no, it is very very good")
        (True, False)
    """
    return _LOOP.search(text) is not None
