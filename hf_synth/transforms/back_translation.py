"""Back-translation: through another language and back, for the same meaning in other words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from hf_synth.errors import ConfigError
from hf_synth.generation import Reject
from hf_synth.transforms.alignment import retag
from hf_synth.transforms.marian import MarianTransform, refuse_repetition, refuse_translation
from hf_synth.transforms.passage import Passage
from hf_synth.transforms.stand_in import restore
from hf_synth.translation.engines import Decoding
from hf_synth.translation.models import SHIPPED, shipped_pivots

PIVOTS = ("fr", "de", "zh")


@dataclass(frozen=True)
class BackTranslation(MarianTransform):
    """Translate a text to another language and back with Marian models.

    Before: `how do i get to the airport`. After: `how can i go to the airport` (the shipped models). Copies
    take the pivots in turn. A copy equal to its source is dropped, and so is a translation that goes round in circles.
    Rows with slots are refused, since words move and change under translation. With `spans="verify"` the whole row is
    translated and kept if every slot value is found again; with `spans="protect"` names stand in for the values, which
    are put back where the names are found again: more rows are kept, and the values never change.

    The models that come with the package are tiny and know short everyday sentences. The real ones are better:
    `BackTranslation(models="Helsinki-NLP/opus-mt-{source}-{target}")`.

    Args:
        pivots: Languages to go through; if empty, French, German and Chinese, or those that the shipped models know.
        num_return_sequences: Ways back that are tried for each way there; needs as many beams, or a temperature.
        temperature: Draw the ways back at this temperature instead of searching for the likeliest; 0 does not. Draws
            depend on the text alone, which only the engine `transformers` can do.
        (others): See `MarianTransform`.

    Raises:
        ConfigError: A setting is out of its range.
        TeacherError: There is no model for a language pair.
        MissingExtraError: What translates is not installed.

    Reference: Sennrich, Haddow and Birch 2016 (back-translation); Xie et al. 2020, UDA (as augmentation).
    """

    name: ClassVar[str] = "back_translation"
    version: ClassVar[int] = 1
    pivots: tuple[str, ...] = ()
    num_return_sequences: int = 1
    temperature: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        known = shipped_pivots(self.source) if self.models == SHIPPED else PIVOTS
        object.__setattr__(self, "pivots", tuple(self.pivots or (known or PIVOTS)))
        if self.source in self.pivots:
            raise ConfigError(f"pivots are other languages than {self.source!r}, got {list(self.pivots)}")

    @property
    def teacher(self) -> str:
        """The models, with `*` for the pivot and the hash of their weights, the engine and its number format."""
        ways = [way for pivot in self.pivots for way in ((self.source, pivot), (pivot, self.source))]
        return self._name_models(ways, "*")

    def _decoding(self) -> Decoding:
        return replace(super()._decoding(), returned=self.num_return_sequences, temperature=self.temperature)

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

    def _turns(self, passage: Passage) -> list[str]:
        """The pivots that the copies of a passage go through, the first drawn by the text."""
        start = self.draw(passage, 0).randrange(len(self.pivots))
        return [self.pivots[(start + turn) % len(self.pivots)] for turn in range(min(self.copies, len(self.pivots)))]

    def _there_and_back(self, texts: Sequence[str], pivot: str) -> list[list[str]]:
        """The ways back from one pivot, best first; none for a text that is too long."""
        forward = self._translate(texts, self.source, pivot, replace(self._decoding(), returned=1, temperature=0.0))
        between = list(dict.fromkeys(found[0] for found in forward if found and found[0].strip()))
        ways = dict(zip(between, self._translate(between, pivot, self.source, self._decoding()), strict=True))
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
            return [refuse_translation(passage)]
        made = [refuse_repetition(text, passage) or retag(text, sent) for text in texts]
        if sent is not passage:
            made = [restore(item, sent, passage) if isinstance(item, Passage) else item for item in made]
        kept = [item for item in made if isinstance(item, Passage) and item.text != passage.text]
        return list(kept[: self.copies]) or [next((i for i in made if isinstance(i, Reject)), made[0])]
