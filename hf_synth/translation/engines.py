"""Two engines that run the same Marian model: CTranslate2, the fast one, and transformers, which runs everywhere."""

from __future__ import annotations

import importlib.util
import logging
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from hf_synth.errors import ConfigError, check_choice, require_extra
from hf_synth.manifest import find_cache
from hf_synth.seeding import rng, stable_hash
from hf_synth.translation.models import find_model, load_model, load_tokenizer

logger = logging.getLogger(__name__)
ENGINES = ("auto", "ctranslate2", "transformers")
TYPES = ("auto", "int8", "float32", "bfloat16", "float16", "int8_float32", "int8_bfloat16", "int8_float16")
MAX_SOURCE = 400
SLACK = 10  # a translation has less than twice the tokens of its source and this many more


@dataclass(frozen=True)
class Decoding:
    """How translations are searched for, or drawn.

    Args:
        beams: Width of the beam; 1 is greedy.
        returned: Translations of each text, at most `beams` unless they are drawn.
        batch_tokens: Token budget of a batch, padding included.
        temperature: Draw instead of searching; 0 does not.
        seed: Seed of the draws, which depend on the text alone.
        max_new_tokens: Longest translation, in tokens.

    Raises:
        ConfigError: A value is below its least, or more translations than beams are wanted.
    """

    beams: int = 1
    returned: int = 1
    batch_tokens: int = 4096
    temperature: float = 0.0
    seed: int = 0
    max_new_tokens: int = 256

    def __post_init__(self) -> None:
        for name in ("beams", "returned", "batch_tokens", "max_new_tokens"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} must be at least 1, got {getattr(self, name)}")
        if self.temperature < 0:
            raise ConfigError(f"temperature must be at least 0, got {self.temperature}")
        if self.temperature and self.beams > 1:
            raise ConfigError("translations are drawn or searched for with beams, not both", hint="Set num_beams=1.")
        if self.returned > self.beams and not self.temperature:
            raise ConfigError(
                f"{self.returned} translations of each text need as many beams, got {self.beams}",
                hint=f"Set num_beams={self.returned}, or a temperature.",
            )


class Translator(Protocol):
    """What translates."""

    def translate(self, texts: Sequence[str], decoding: Decoding) -> list[list[str]]:
        """Translate texts, each to `decoding.returned` texts, best first.

        A text that is too long has none, and a translation that runs on and on is left out.
        """
        ...


def choose_engine(engine: str, compute_type: str, temperature: float = 0.0) -> tuple[str, str]:
    """Say what `auto` means here.

    Args:
        engine: `ctranslate2`, `transformers` or `auto`: CTranslate2 if it is installed and nothing is drawn.
        compute_type: A number format, or `auto`: int8 for CTranslate2, float32 for transformers.
        temperature: Above 0 if translations are drawn.

    Returns:
        Engine and number format.

    Raises:
        ConfigError: The engine or the format is unknown, or they do not go together.
    """
    check_choice("engine", engine, ENGINES)
    check_choice("compute_type", compute_type, TYPES)
    if engine == "auto":
        engine = "ctranslate2" if importlib.util.find_spec("ctranslate2") and not temperature else "transformers"
    if engine == "ctranslate2":
        if temperature:
            raise ConfigError("CTranslate2 draws by batch, not by text", hint="Set engine='transformers'.")
        return engine, "int8" if compute_type == "auto" else compute_type
    if compute_type not in ("auto", "float32", "bfloat16"):
        raise ConfigError(f"transformers computes in float32 or bfloat16, not {compute_type!r}")
    return engine, "float32" if compute_type == "auto" else compute_type


def load_translator(name: str, engine: str = "auto", compute_type: str = "auto") -> Translator:
    """Load a Marian model.

    Args:
        name: A shipped model, a folder or a Hub id, such as `Helsinki-NLP/opus-mt-en-fr`.
        engine: See `choose_engine`.
        compute_type: See `choose_engine`.

    Returns:
        The translator, on the GPU if there is one.

    Raises:
        ConfigError: The engine cannot compute in that format here.
        TeacherError: There is no such model, or it is no Marian model.
        MissingExtraError: The engine is not installed.
    """
    engine, compute_type = choose_engine(engine, compute_type)
    require_extra(
        "translation", "torch", "transformers", "sentencepiece", *([engine] if engine == "ctranslate2" else [])
    )
    tokenizer = load_tokenizer(name)
    kind = CTranslate2Translator if engine == "ctranslate2" else TransformersTranslator
    return kind(name, tokenizer, compute_type)


class _Sorted:
    """Texts tokenised, those that are too long left out, and the way back to their order."""

    def __init__(self, tokenizer: Any, texts: Sequence[str]) -> None:
        self._tokenizer = tokenizer
        rows = tokenizer(list(texts)).input_ids if texts else []
        self.count = len(texts)
        self.kept = [index for index, row in enumerate(rows) if len(row) <= MAX_SOURCE]
        self.kept.sort(key=lambda index: (-len(rows[index]), index))
        self.rows = [rows[index] for index in self.kept]
        self.limits = [2 * len(row) + SLACK for row in self.rows]

    def batches(self, budget: int) -> list[list[int]]:
        """Positions in `rows`, in batches under a token budget."""
        found: list[list[int]] = []
        for position in range(len(self.rows)):
            longest = len(self.rows[found[-1][0]]) if found else 0
            if not found or longest * (len(found[-1]) + 1) > budget:
                found.append([])
            found[-1].append(position)
        return found

    def decode(self, made: Sequence[Sequence[Sequence[int]]], returned: int) -> list[list[str]]:
        """Texts of the best hypotheses of each row; those that run on and on are left out."""
        pairs = zip(made, self.limits, strict=True)
        ended = [[ids for ids in found if len(ids) < limit][:returned] for found, limit in pairs]
        texts = iter(self._tokenizer.batch_decode([ids for found in ended for ids in found], skip_special_tokens=True))
        return [[next(texts) for _ in found] for found in ended]

    def restore(self, outcomes: Sequence[list[str]]) -> list[list[str]]:
        """Outcomes in the order of the texts; an empty list for those left out."""
        out: list[list[str]] = [[] for _ in range(self.count)]
        for index, outcome in zip(self.kept, outcomes, strict=True):
            out[index] = outcome
        return out


class CTranslate2Translator:
    """A Marian model in CTranslate2, converted once and kept in the cache folder.

    Args:
        name: Folder or Hub id.
        tokenizer: The model's tokenizer.
        compute_type: A type of CTranslate2, such as `int8` or `float32`.
    """

    def __init__(self, name: str, tokenizer: Any, compute_type: str) -> None:
        import ctranslate2
        import torch

        self.tokenizer = tokenizer
        device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
        if compute_type not in ctranslate2.get_supported_compute_types(device):
            raise ConfigError(f"CTranslate2 cannot compute in {compute_type!r} on this {device}", hint="Use float32.")
        self._engine = ctranslate2.Translator(
            str(convert(name)), device=device, compute_type=compute_type, intra_threads=torch.get_num_threads()
        )

    def translate(self, texts: Sequence[str], decoding: Decoding) -> list[list[str]]:
        """Translate texts; see `Translator`."""
        work = _Sorted(self.tokenizer, texts)
        longest = max(work.limits, default=1)
        results = self._engine.translate_batch(
            [self.tokenizer.convert_ids_to_tokens(row) for row in work.rows],
            max_batch_size=decoding.batch_tokens,
            batch_type="tokens",
            beam_size=decoding.beams,
            num_hypotheses=decoding.beams,  # all, so that which are left out does not depend on the batch
            max_decoding_length=min(decoding.max_new_tokens, longest),
        )
        read = self.tokenizer.convert_tokens_to_ids
        made = [[read(tokens) for tokens in result.hypotheses] for result in results]
        return work.restore(work.decode(made, decoding.returned))


class TransformersTranslator:
    """A Marian model in transformers.

    Args:
        name: Folder or Hub id.
        tokenizer: The model's tokenizer.
        compute_type: `float32`, `bfloat16`, or `auto`.
    """

    def __init__(self, name: str, tokenizer: Any, compute_type: str) -> None:
        import torch

        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.tokenizer = tokenizer
        self.model = load_model(name, getattr(torch, compute_type)).to(self.device)
        self.model.train(False)

    def translate(self, texts: Sequence[str], decoding: Decoding) -> list[list[str]]:
        """Translate texts; see `Translator`."""
        import torch

        work = _Sorted(self.tokenizer, texts)
        out: list[list[list[int]]] = []
        for batch in work.batches(decoding.batch_tokens):
            repeats = decoding.returned if decoding.temperature else 1
            rows = [work.rows[index] for index in batch for _ in range(repeats)]
            inputs = self.tokenizer.pad({"input_ids": rows}, return_tensors="pt")
            with torch.inference_mode():
                made = self.model.generate(
                    **inputs.to(self.device),
                    **self._search([texts[work.kept[index]] for index in batch], decoding),
                    # Marian models force an end mark into the last place; CTranslate2 does not count it.
                    max_new_tokens=min(decoding.max_new_tokens, work.limits[batch[0]]) + 1,
                    do_sample=False,
                )
            special = {self.tokenizer.pad_token_id, self.tokenizer.eos_token_id}
            ids = [[token for token in row if token not in special] for row in made.tolist()]
            step = decoding.returned if decoding.temperature else decoding.beams
            out.extend(ids[start : start + step] for start in range(0, len(ids), step))
        return work.restore(work.decode(out, decoding.returned))

    @staticmethod
    def _search(texts: Sequence[str], decoding: Decoding) -> dict[str, Any]:
        """Arguments that search with beams, or that draw with random numbers of their own for every text."""
        if not decoding.temperature:
            search: dict[str, Any] = {"num_beams": decoding.beams, "num_return_sequences": decoding.beams}
            # As CTranslate2 ends a search: when as many translations as beams are complete.
            return search | ({"early_stopping": True} if decoding.beams > 1 else {})
        import torch
        from transformers import LogitsProcessorList

        from hf_synth.teachers.sampler import KeyedSampler

        uniforms = [
            torch.from_numpy(rng(decoding.seed, "translate", text, rank).random(decoding.max_new_tokens))
            for text in texts
            for rank in range(decoding.returned)
        ]
        sampler = KeyedSampler(torch.stack(uniforms), decoding.temperature, top_k=50, top_p=0.95)
        return {"num_beams": 1, "logits_processor": LogitsProcessorList([sampler])}


def convert(name: str) -> Path:
    """Convert a Marian model for CTranslate2, once; later calls find it in the cache folder."""
    import ctranslate2
    from ctranslate2.converters import TransformersConverter
    from transformers.utils.hub import cached_file

    weights = find_model(name) or Path(str(cached_file(name, "config.json"))).resolve().parent
    stamp = [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in sorted(weights.glob("*.*"))]
    root = find_cache() / "ctranslate2"
    folder = root / stable_hash(str(weights), stamp, ctranslate2.__version__)[:16]
    if folder.is_dir():
        return folder
    import torch

    logger.info("converting %s for CTranslate2", name)
    fresh = folder.with_name(f".{folder.name}.{os.getpid()}")
    plain = fresh / "plain"
    load_model(name, torch.float32).save_pretrained(plain)
    load_tokenizer(name).save_pretrained(plain)
    TransformersConverter(str(plain)).convert(str(fresh / "converted"), force=True)
    try:
        (fresh / "converted").rename(folder)
    except OSError:  # another process was first
        pass
    shutil.rmtree(fresh)
    return folder
