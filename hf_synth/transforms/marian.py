"""What transforms that translate have in common: their models, what is sent to them, and what is not believed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hf_synth.errors import check_choice
from hf_synth.generation import Reject
from hf_synth.seeding import stable_hash
from hf_synth.transforms.alignment import SPANS, refuse_slots
from hf_synth.transforms.base import NOT_IN_KEY, Transform
from hf_synth.transforms.passage import Passage
from hf_synth.transforms.process import load_once
from hf_synth.transforms.stand_in import protect
from hf_synth.translation.engines import Decoding, choose_engine, load_translator
from hf_synth.translation.models import SHIPPED, hash_model

# Twice in a row happens ("very very good"); what a model falls into is a loop.
_LOOP = re.compile(r"(\S{1,3})\1{3}|(\b\w.{3,40}?)\2{2}")


@dataclass(frozen=True, kw_only=True)
class MarianTransform(Transform):
    """A transform that translates rows with Marian models.

    Args:
        source: Language of the texts; a row whose `locale` is of another is refused.
        models: Folder or Hub id of the models, with `{source}` and `{target}` in it.
        engine: `ctranslate2`, `transformers`, or `auto`: the faster one that is installed.
        compute_type: `int8`, `float32`, `bfloat16`, or `auto`.
        num_beams: Width of the beam search; 1 is greedy.
        max_new_tokens: Longest translation, in tokens.
        batch_tokens: Token budget of a batch; it does not decide the rows.
        spans: `refuse`, `verify` or `protect`.
        (others): See `Transform`.

    Raises:
        ConfigError: A setting is out of its range.
    """

    source: str = "en"
    models: str = SHIPPED
    engine: str = "auto"
    compute_type: str = "auto"
    num_beams: int = 1
    max_new_tokens: int = 256
    batch_tokens: int = field(default=4096, metadata=NOT_IN_KEY)
    spans: str = "refuse"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice("spans", self.spans, (*SPANS, "protect"))
        self._engine()

    def _decoding(self) -> Decoding:
        """How translations are searched for."""
        return Decoding(
            beams=self.num_beams,
            batch_tokens=self.batch_tokens,
            seed=self.seed,
            max_new_tokens=self.max_new_tokens,
        )

    def _engine(self) -> tuple[str, str]:
        """Engine and number format."""
        return choose_engine(self.engine, self.compute_type, self._decoding().temperature)

    def _name_models(self, ways: Iterable[tuple[str, str]], target: str) -> str:
        """The models with the hash of their weights, the engine and its number format."""
        weights = [hash_model(self.models.format(source=one, target=other)) for one, other in ways]
        models = self.models.format(source=self.source, target=target)
        revision = f"@{stable_hash(weights)[:8]}" if any(weights) else ""
        return ":".join((f"{models}{revision}", *self._engine()))

    def _translate(self, texts: Sequence[str], one: str, other: str, decoding: Decoding) -> list[list[str]]:
        """Translate from one language to another, best first; none for a text that is too long."""
        model = load_once(load_translator, self.models.format(source=one, target=other), *self._engine())
        found: list[list[str]] = model.translate(texts, decoding)
        return found

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


def refuse_translation(passage: Passage) -> Reject:
    """The refusal of a row that the models have no translation of."""
    detail = "the text is too long for the model, or its translation runs on and on"
    return Reject("no_translation", passage.text, detail)


def refuse_repetition(text: str, source: Passage) -> Reject | None:
    """The refusal of a translation that goes round in circles, where its source does not."""
    if not is_repetitive(text) or is_repetitive(source.text):
        return None
    return Reject("repetition", source.text, f"the translation repeats itself: {text!r}")


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
