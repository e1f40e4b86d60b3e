"""Training of the semantic parser: texts in, parses out."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from accelerate.utils import extract_model_from_parallel
from safetensors.torch import load_file
from transformers import set_seed

from hf_synth.errors import SchemaError
from hf_synth.parses.schema import ParseSchema
from hf_synth.parses.tree import ParseError, read_parse, write_parse
from hf_synth.schema import Row
from hf_synth.semantic_parsing.parser import POINTER, Parser
from hf_synth.semantic_parsing.settings import ParserSettings
from hf_synth.semantic_parsing.words import find_strange, split_parse, split_words
from hf_synth.teachers.base_model import load_base
from hf_synth.teachers.finetune import TeachSettings, finetune
from hf_synth.teachers.label_tokens import LabelTokens, add_label_tokens


def train_parser(
    rows: Sequence[Row],
    schema: ParseSchema,
    settings: ParserSettings,
    out: Path | None,
    seed: int,
    values: Mapping[str, Sequence[str]] | None = None,
) -> Parser:
    """Train a parser on rows of any origin.

    Equal arguments give equal parsers on one machine.

    Args:
        rows: Training rows with parses, at least one; a row that stands there twice counts twice.
        schema: The labels of all parses, and which stands in which.
        settings: How to train, and how to decode later.
        out: Folder to save the parser in; None to keep it in memory.
        seed: Seed of the dropout, the adapters and the order of rows, at least 0.
        values: What slots of some labels may hold when it decodes (see `Parser`).

    Returns:
        The parser; `parser.training` holds what `finetune` reports.

    Raises:
        SchemaError: There are no training rows, or a row's parse is none over the schema.
        ConfigError: No text is short enough for `settings.max_length`.
        TeacherError: The base model cannot be loaded.
    """
    if not rows:
        raise SchemaError("expected at least one training row, got none")
    pairs = [write_pair(row, f"training row {number}", schema, settings) for number, row in enumerate(rows)]
    set_seed(seed)
    model, tokenizer = load_base(settings.base)
    labels = add_label_tokens(model, tokenizer, schema)
    if torch.cuda.is_available():
        model = model.to("cuda")
    plain = model
    if settings.lora_rank:
        model = add_adapter(model, labels, settings)
    parser = Parser(model, tokenizer, settings, schema, values)
    if settings.points:
        pointer = parser.point()
        learnt = Path(settings.base) / POINTER
        if learnt.is_file():
            pointer.query.load_state_dict(load_file(learnt))
        pointer.rows.requires_grad_(not settings.frozen_labels)
    teach = TeachSettings(
        pairs=len(pairs),
        learning_rate=settings.peak_rate,
        max_tokens=settings.max_tokens,
        max_source=settings.max_length,
        checkpoint_steps=0,
        seed=seed,
        epochs=settings.epochs,
        min_steps=settings.min_steps,
        quiet=True,
    )
    with tempfile.TemporaryDirectory() as scratch, plain_attention(plain):
        parser.training = finetune(model, tokenizer, pairs, teach, Path(scratch))
    extract_model_from_parallel(model, keep_fp32_wrapper=False)  # a parser decodes as it does when it was loaded
    if out is not None:
        parser.save(out)
    return parser


@contextmanager
def plain_attention(model: Any) -> Iterator[None]:
    """Train without fused attention on a CPU, where its backward pass takes a third of a step, within the block."""
    before = model.config._attn_implementation
    if model.device.type == "cpu":
        model.set_attn_implementation("eager")
    try:
        yield
    finally:
        model.set_attn_implementation(before)


def write_pair(row: Row, name: str, schema: ParseSchema, settings: ParserSettings) -> tuple[str, str]:
    """Write a row as what the model reads and what it is to write, words in parts.

    Args:
        row: Such as `two pizzas, no ham`, with its parse.
        name: How a message names it.
        schema: The schema of its parse.
        settings: With `copy`, the words of the parse must be words of the text.

    Returns:
        Text and parse, such as ` two pizzas , no ham` and `(ORDER (NUMBER two ) (NOT (TOPPING ham ) ) )`.

    Raises:
        SchemaError: There is no parse, or it cannot be read, or it holds what no parse of the schema does, or a word
            that the text does not have.
    """
    where = f"{name} {row.utterance.text!r}"
    if not row.utterance.parse:
        raise SchemaError(f"{where} has no parse", hint="Every row of semantic parsing has a text and a parse.")
    try:
        tree = read_parse(row.utterance.parse, schema.brackets)
    except ParseError as error:
        raise SchemaError(f"{where}: {error.message}") from error
    if problem := schema.find_problem(tree):
        raise SchemaError(f"{where}: {problem}", hint="Collect the schema with ParseSchema.from_trees over all rows.")
    if settings.copy and (strange := find_strange(row.utterance.text, tree)):
        raise SchemaError(
            f"{where}: {strange[0]!r} stands in the parse and not in the text",
            hint="Take the row out, or set parser.copy to false.",
        )
    return split_words(row.utterance.text), write_parse(split_parse(tree), schema.brackets)


def add_adapter(model: Any, labels: LabelTokens, settings: ParserSettings) -> Any:
    """Freeze a model, and put LoRA on all its linear layers; the embeddings of the labels are trained as they are."""
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=settings.lora_rank,
        lora_alpha=settings.lora_alpha,
        target_modules="all-linear",
        trainable_token_indices=list(labels.all),
    )
    return get_peft_model(model, config)
