"""Training of the joint student, the same on one process, on a GPU and under `accelerate launch`."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer, PrinterCallback, set_seed

from hf_synth.encoder import find_encoder
from hf_synth.errors import ConfigError, SchemaError, TeacherError
from hf_synth.schema import Row, tag_names
from hf_synth.students.evaluation import check_human, score_predictions
from hf_synth.students.intent_slots import align, collate, encode, make_model
from hf_synth.students.settings import StudentSettings
from hf_synth.students.student import Student
from hf_synth.training import BucketedTrainer, make_optimizer, training_arguments

HEADS = ("intent_head", "slot_head")


def add_adapter(model: Any, settings: StudentSettings) -> Any:
    """Freeze a model's encoder and put LoRA on all its linear layers; the heads stay whole and are trained."""
    from peft import LoraConfig, get_peft_model

    linear = [
        name
        for name, module in model.named_modules()
        if name.startswith("encoder.") and isinstance(module, torch.nn.Linear)
    ]
    config = LoraConfig(
        r=settings.lora_rank,
        lora_alpha=settings.lora_alpha,
        target_modules=linear,
        modules_to_save=list(HEADS),
    )
    return get_peft_model(model, config)


def label_rows(
    rows: Sequence[Row], tokenizer: Any, intents: Sequence[str], slots: Sequence[str], max_length: int
) -> list[dict[str, Any]]:
    """Turn rows into wordpieces and class numbers.

    Args:
        rows: Rows such as `play jazz`, intent `PlayMusic`, tags `O B-genre`.
        tokenizer: The encoder's tokenizer.
        intents: Intent names, in class order.
        slots: Slot names.
        max_length: Longest row of pieces.

    Returns:
        Rows such as `{"input_ids": [101, 2377, 4166, 102], "intent_labels": 2, "slot_labels": [-100, 0, 5, -100]}`.

    Raises:
        ConfigError: A row's intent or slot is not among the names.
    """
    intent_class = {name: index for index, name in enumerate(intents)}
    tag_class = {name: index for index, name in enumerate(tag_names(slots))}
    pieces, firsts = encode(tokenizer, [row.utterance.tokens for row in rows], max_length)
    labelled = []
    for row, ids, first in zip(rows, pieces, firsts, strict=True):
        unknown = {row.utterance.intent} - intent_class.keys() | set(row.utterance.slot_tags) - tag_class.keys()
        if unknown:
            raise ConfigError(
                f"row {row.utterance.text!r} has the label {min(unknown)!r}, which the student does not know",
                hint="Collect the labels with schema.label_names over all training rows.",
            )
        tags = align([tag_class[tag] for tag in row.utterance.slot_tags], first, len(ids))
        labelled.append({"input_ids": ids, "intent_labels": intent_class[row.utterance.intent], "slot_labels": tags})
    return labelled


def train_student(
    rows: Sequence[Row],
    validation: Sequence[Row],
    intents: Sequence[str],
    slots: Sequence[str],
    settings: StudentSettings,
    out: Path | None,
    seed: int,
    first: Sequence[Row] = (),
) -> Student:
    """Train a student on rows of any origin.

    Equal arguments give equal students on one machine. Validation rows are scored once, after training, and decide
    nothing.

    Args:
        rows: Training rows, at least one; a row that stands there twice counts twice.
        validation: Human rows; may be empty.
        intents: Intent names, in class order.
        slots: Slot names.
        settings: How to train.
        out: Folder to save the student in, by the main process alone; None to keep it in memory.
        seed: Seed of the heads, the dropout and the order of rows, at least 0.
        first: Rows of a stage before: the student is trained on them alone, as long again, and then on `rows`.

    Returns:
        The student; `student.validation` holds the scores on the validation rows.

    Raises:
        SchemaError: There are no training rows.
        ConfigError: A row's intent or slot is not among the names.
        ContaminationError: A validation row is not human.
        TeacherError: The encoder cannot be found.
    """
    if not rows:
        raise SchemaError("expected at least one training row, got none")
    check_human(validation, "validation")
    set_seed(seed)
    folder = find_encoder(settings.encoder)
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, add_prefix_space=True)  # words come one by one
    except (OSError, ValueError) as error:
        reason = str(error).strip().split("\n")[0]
        hint = "Check students.encoder and the network, or give a local folder."
        raise TeacherError(f"encoder {settings.encoder!r} cannot be loaded: {reason}", hint=hint) from error
    stages = [label_rows(part, tokenizer, intents, slots, settings.max_length) for part in (first, rows) if part]
    model: Any = make_model(folder, intents, tag_names(slots))
    if settings.lora_rank:
        model = add_adapter(model, settings)
    else:
        model.encoder.get_input_embeddings().requires_grad_(False)
    for encoded in stages:
        model, accelerator = _train(model, encoded, settings, seed)
    student = Student(model, tokenizer, settings, intents, slots)
    if validation:
        student.validation = score_predictions(student.predict([row.utterance for row in validation]), validation)
    if out is not None and accelerator.is_main_process:
        student.save(out)
    accelerator.wait_for_everyone()
    return student


def _train(model: Any, encoded: Sequence[dict[str, Any]], settings: StudentSettings, seed: int) -> tuple[Any, Any]:
    """One stage of training; the model, and the accelerator that it ran on."""
    with tempfile.TemporaryDirectory() as scratch:
        arguments = training_arguments(
            scratch, num_train_epochs=settings.epochs, seed=seed, logging_strategy="no", disable_tqdm=True
        )
        trainer = BucketedTrainer(
            model=model,
            args=arguments,
            train_dataset=encoded,
            data_collator=collate,
            optimizers=(make_optimizer(model, HEADS, settings.encoder_rate, settings.head_learning_rate), None),
            lengths=[len(row["input_ids"]) for row in encoded],
            max_tokens=settings.max_tokens,
        )
        trainer.remove_callback(PrinterCallback)  # a line for each student says nothing that the report does not
        trainer.train()
        accelerator = trainer.accelerator
        return accelerator.unwrap_model(trainer.model_wrapped, keep_fp32_wrapper=False), accelerator
