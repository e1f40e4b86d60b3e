"""A trained student: it predicts, and it is saved and loaded."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer

from hf_synth.encoder import find_encoder
from hf_synth.errors import HfSynthError
from hf_synth.schema import Utterance, tag_names
from hf_synth.students.intent_slots import IntentSlotModel, collate, decode, encode, make_model
from hf_synth.students.settings import StudentSettings

CARD = "student.json"


class Student:
    """A joint model of intents and slots, ready to predict.

    Args:
        model: The trained `IntentSlotModel`, or its peft wrapper.
        tokenizer: The encoder's tokenizer.
        settings: How it was trained.
        intents: Intent names, in class order.
        slots: Slot names.

    Attributes:
        validation: Scores on the validation rows; empty if there were none.
    """

    def __init__(
        self, model: Any, tokenizer: Any, settings: StudentSettings, intents: Sequence[str], slots: Sequence[str]
    ) -> None:
        self.model, self.tokenizer, self.settings = model.eval(), tokenizer, settings
        self.intents, self.slots, self.tags = list(intents), list(slots), tag_names(slots)
        self.validation: dict[str, float] = {}

    def predict(self, utterances: Sequence[Utterance], batch_tokens: int = 2048) -> list[tuple[str, tuple[str, ...]]]:
        """Predict the intent and one IOB2 tag for each token.

        Args:
            utterances: Only their tokens are read.
            batch_tokens: Upper bound of rows times longest row in a batch, at least 1.

        Returns:
            Intent and tags of each utterance, in order, such as `("GetWeather", ("O", "O", "B-city"))`.
        """
        if not utterances:
            return []
        pieces, firsts = encode(self.tokenizer, [u.tokens for u in utterances], self.settings.max_length)
        order = sorted(range(len(pieces)), key=lambda index: len(pieces[index]))
        out: list[tuple[str, tuple[str, ...]]] = [("", ())] * len(pieces)
        device = next(self.model.parameters()).device
        start = 0
        with torch.inference_mode():
            while start < len(order):
                stop = start + 1
                while stop < len(order) and (stop + 1 - start) * len(pieces[order[stop]]) <= batch_tokens:
                    stop += 1
                chosen = order[start:stop]
                batch = collate([{"input_ids": pieces[index]} for index in chosen])
                scores = self.model(**{name: tensor.to(device) for name, tensor in batch.items()})
                intents, tags = scores.intent_logits.argmax(-1).tolist(), scores.slot_logits.argmax(-1).tolist()
                for index, intent, best in zip(chosen, intents, tags, strict=True):
                    out[index] = self.intents[intent], decode(best, firsts[index], self.tags)
                start = stop
        return out

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write the adapter (or the whole model if there is none), the tokenizer and the label names."""
        self.model.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)
        card = {
            "settings": self.settings.to_dict(),
            "intents": self.intents,
            "slots": self.slots,
            "validation": self.validation,
        }
        (Path(folder) / CARD).write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Student:
        """Read a student that `save` wrote.

        Args:
            folder: Where `save` wrote; the encoder of an adapter is looked for by `find_encoder`.

        Returns:
            The student, on the GPU if there is one.

        Raises:
            HfSynthError: The folder holds no student.
        """
        path = Path(folder) / CARD
        if not path.is_file():
            raise HfSynthError(
                f"{folder}: expected a saved student, found no {CARD}", hint="Give a folder that Student.save wrote."
            )
        card = json.loads(path.read_text(encoding="utf-8"))
        settings = StudentSettings.from_dict(card["settings"])
        tokenizer = AutoTokenizer.from_pretrained(folder)
        model: Any
        if settings.lora_rank:
            from peft import PeftModel

            base = make_model(find_encoder(settings.encoder), card["intents"], tag_names(card["slots"]))
            model = PeftModel.from_pretrained(base, folder)
        else:
            model = IntentSlotModel.from_pretrained(folder)
        if torch.cuda.is_available():
            model = model.to("cuda")
        student = cls(model, tokenizer, settings, card["intents"], card["slots"])
        student.validation = card["validation"]
        return student
