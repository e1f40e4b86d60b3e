"""A trained parser: it predicts, and it is saved and loaded."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, GenerationConfig, LogitsProcessorList

from hf_synth.configuration import from_dict, to_dict
from hf_synth.device import supports_bf16
from hf_synth.errors import ConfigError, HfSynthError
from hf_synth.parses.schema import ParseSchema
from hf_synth.semantic_parsing.grammar import InputGrammar, ParseGrammar, Tokens
from hf_synth.semantic_parsing.restoring import restore_words
from hf_synth.semantic_parsing.settings import ParserSettings
from hf_synth.semantic_parsing.words import split_words
from hf_synth.teachers.base_model import load_base
from hf_synth.teachers.label_tokens import add_label_tokens, decode_parse, find_label_tokens
from hf_synth.teachers.pointer import add_pointer, own_layers
from hf_synth.teachers.vocabulary import encode_plain, word_masks
from hf_synth.training import pad

CARD, POINTER = "parser.json", "pointer.safetensors"


class Parser:
    """A sequence-to-sequence model that writes the parse of a text.

    Args:
        model: The trained model, or its peft wrapper, with a token for each label (see `add_label_tokens`).
        tokenizer: Its tokenizer.
        settings: How it was trained, and how it decodes.
        schema: The labels of its parses, and which stands in which.
        values: Values of slots by label. A constrained parse that copies has nothing else in slots of these labels.

    Attributes:
        training: What `finetune` reported; empty if it was not trained here.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        settings: ParserSettings,
        schema: ParseSchema,
        values: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.model, self.tokenizer, self.settings, self.schema = model.eval(), tokenizer, settings, schema
        self.values = {label: tuple(found) for label, found in (values or {}).items()}
        self.labels = find_label_tokens(tokenizer, schema)
        self.training: dict[str, Any] = {}
        self._written = lru_cache(maxsize=100_000)(self._write)

    def predict(
        self, texts: Sequence[str], constrained: bool | None = None, copy: bool | None = None, batch_tokens: int = 1024
    ) -> list[str]:
        """Write the parse of each text.

        Args:
            texts: Utterances, at most `settings.max_length` tokens of which are read.
            constrained: Write parses over the schema and nothing else; as `settings.constrained` says if left out.
            copy: If constrained, take the words of a parse from its text, each as often as it stands there, and whole
                values for the labels of `values`, unless it has none; as `settings.copy` says if left out.
            batch_tokens: Upper bound of rows times longest text in a batch, at least 1.

        Returns:
            Parses such as `(ORDER (NUMBER two ) )`, in order, their words spelt as in the text. What was written
            without constraint may be no parse.

        Raises:
            ConfigError: `settings.max_new_tokens` is too small for any parse of the schema.
        """
        constrained = self.settings.constrained if constrained is None else constrained
        copy = self.settings.copy if copy is None else copy
        encoded: list[list[int]] = []
        if texts:
            split = [split_words(text) for text in texts]
            encoded = self.tokenizer(split, truncation=True, max_length=self.settings.max_length).input_ids
        order = sorted(range(len(texts)), key=lambda index: len(encoded[index]))
        parses = [""] * len(texts)
        while order:
            size = 1
            while size < len(order) and (size + 1) * len(encoded[order[size]]) <= batch_tokens:
                size += 1
            chosen, order = order[:size], order[size:]
            grammars = [self._make_grammar(texts[index], copy) for index in chosen] if constrained else []
            outputs = self._generate([encoded[index] for index in chosen], grammars)
            for index, tokens in zip(chosen, outputs, strict=True):
                parse = decode_parse(tokens, self.tokenizer, self.labels, self.schema)
                parses[index] = restore_words(parse, texts[index], self._written)
        return parses

    @torch.inference_mode()
    def _generate(self, rows: Sequence[Sequence[int]], grammars: Sequence[InputGrammar]) -> list[list[int]]:
        device = next(self.model.parameters()).device
        config = self.model.config
        padding = self.tokenizer.pad_token_id
        source = torch.from_numpy(pad(rows, padding)).to(device)
        mask = torch.from_numpy(pad([[1] * len(row) for row in rows], 0)).to(device)
        beams = self.settings.num_beams
        processors = [ParseGrammar(grammars, self._masks, beams=beams)] if grammars else []
        settings = GenerationConfig(  # type: ignore[no-untyped-call]
            max_new_tokens=self.settings.max_new_tokens,
            num_beams=beams,
            do_sample=False,
            pad_token_id=padding,
            eos_token_id=self.tokenizer.eos_token_id,
            decoder_start_token_id=config.decoder_start_token_id,
        )
        with torch.autocast(device.type, torch.bfloat16, enabled=supports_bf16()):
            output = self.model.generate(
                input_ids=source,
                attention_mask=mask,
                logits_processor=LogitsProcessorList(processors),
                generation_config=settings,
            )
        tokens: list[list[int]] = output[:, 1:].tolist()
        return tokens

    def _make_grammar(self, text: str, copy: bool, known: bool = True) -> InputGrammar:
        """What may be written of a text; any words of it, or free words, if no parse could hold what it has."""
        counts: Counter[Tokens] | None = None
        values: dict[str, dict[Tokens, list[Tokens]]] = {}
        if copy:
            signs = {self.schema.brackets.open, self.schema.brackets.close}
            words = [(word, self._encode(word)) for word in split_words(text).split() if word not in signs]
            words = [(word, tokens) for word, tokens in words if tokens and not set(tokens) & self._taken]
            counts = Counter(tokens for _, tokens in words)
            values = self._find_values(words) if known else {}
        grammar = InputGrammar(
            self.schema,
            self.labels,
            self._prefix,
            self.tokenizer.eos_token_id,
            self.settings.max_new_tokens,
            counts,
            values,
        )
        if grammar.possible:
            return grammar
        if copy:
            return self._make_grammar(text, bool(values), False)
        raise ConfigError(
            f"no parse of the schema fits in parser.max_new_tokens={self.settings.max_new_tokens}",
            hint="Raise it, or check that every label of the schema can be filled.",
        )

    def _find_values(self, words: Sequence[tuple[str, Tokens]]) -> dict[str, dict[Tokens, list[Tokens]]]:
        """The values that a text has for each label whose values are known, as tokens with those of their words."""
        found: dict[str, dict[Tokens, list[Tokens]]] = {label: {} for label in self.values}
        forms = [word.casefold() for word, _ in words]
        for start in range(len(words)):
            for end in range(start + 1, min(start + self._longest_value, len(words)) + 1):
                parts = [tokens for _, tokens in words[start:end]]
                for label in self._value_labels.get(tuple(forms[start:end]), ()):
                    found[label][tuple(token for part in parts for token in part)] = parts
        return found

    @cached_property
    def _value_labels(self) -> dict[tuple[str, ...], list[str]]:
        """The labels that each value may stand in, by the parts of its words."""
        labels: dict[tuple[str, ...], list[str]] = {}
        for label, values in self.values.items():
            for value in dict.fromkeys(tuple(split_words(value.casefold()).split()) for value in values):
                labels.setdefault(value, []).append(label)
        return labels

    @cached_property
    def _longest_value(self) -> int:
        return max(map(len, self._value_labels), default=0)

    def _encode(self, word: str) -> tuple[int, ...]:
        """Tokens of a word behind a bracket."""
        return tuple(encode_plain(self.tokenizer, f"{self.schema.brackets.close} {word}")[1:])

    def _write(self, word: str) -> str:
        """What is left of a word when it was encoded and decoded."""
        return str(self.tokenizer.decode(self._encode(word), clean_up_tokenization_spaces=False)).strip().casefold()

    @cached_property
    def _prefix(self) -> list[int]:
        """What the tokenizer puts before every target."""
        around = self.tokenizer(text_target=self.schema.brackets.close).input_ids
        return list(around[: around.index(self.labels.close)])

    @cached_property
    def _taken(self) -> set[int]:
        """Tokens that mean something else than words."""
        return {*self.labels.all, *self.tokenizer.all_special_ids} - {self.tokenizer.unk_token_id}

    @cached_property
    def _masks(self) -> torch.Tensor:
        width = self.model.get_output_embeddings().weight.shape[0]
        return word_masks(self.tokenizer, width, self.schema.brackets.open + self.schema.brackets.close, self._taken)

    def point(self) -> Any:
        """Let the model point at words instead of writing them; the layer that does so."""
        dropped = set(self.tokenizer.all_special_ids) - {self.tokenizer.unk_token_id}
        return add_pointer(self.model, (*self.labels.all, *self._prefix, self.tokenizer.eos_token_id), tuple(dropped))

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write the adapter (or the whole model if there is none), the tokenizer, the settings and the schema."""
        # The labels' embeddings are part of an adapter; those of all words are the base's.
        options = {"save_embedding_layers": False} if self.settings.lora_rank else {}
        with own_layers(self.model):
            self.model.save_pretrained(folder, **options)
        if self.settings.points:
            save_file(self.model.get_output_embeddings().query.state_dict(), Path(folder) / POINTER)
        self.tokenizer.save_pretrained(folder)
        card = {
            "settings": to_dict(self.settings),
            "schema": self.schema.to_dict(),
            "values": {label: list(found) for label, found in self.values.items()},
            "training": self.training,
        }
        (Path(folder) / CARD).write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Parser:
        """Read a parser that `save` wrote.

        Args:
            folder: Where `save` wrote; the base of an adapter is looked for as in training.

        Returns:
            The parser, on the GPU if there is one.

        Raises:
            HfSynthError: The folder holds no parser.
            TeacherError: The base of its adapter cannot be loaded.
        """
        path = Path(folder) / CARD
        if not path.is_file():
            raise HfSynthError(
                f"{folder}: expected a saved parser, found no {CARD}", hint="Give a folder that Parser.save wrote."
            )
        card = json.loads(path.read_text(encoding="utf-8"))
        settings, schema = from_dict(ParserSettings, card["settings"], "parser"), ParseSchema.from_dict(card["schema"])
        tokenizer = AutoTokenizer.from_pretrained(folder)
        model: Any
        if settings.lora_rank:
            from peft import PeftModel

            model, fresh = load_base(settings.base)
            add_label_tokens(model, fresh, schema)
            model = PeftModel.from_pretrained(model, folder)
        else:
            model = AutoModelForSeq2SeqLM.from_pretrained(folder)
        if torch.cuda.is_available():
            model = model.to("cuda")
        parser = cls(model, tokenizer, settings, schema, card["values"])
        parser.training = card["training"]
        if settings.points:
            parser.point().query.load_state_dict(load_file(path.parent / POINTER))
        return parser
