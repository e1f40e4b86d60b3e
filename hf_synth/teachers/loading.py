"""Finding a teacher by name: a shipped one, a local folder, a Hub id, or an endpoint."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hf_synth.errors import TeacherError, require_extra
from hf_synth.teachers.address import find_model, is_address, read_address
from hf_synth.teachers.budget import BudgetSettings
from hf_synth.teachers.endpoint import EndpointSettings, EndpointTeacher

if TYPE_CHECKING:
    from hf_synth.generation import Teacher
    from hf_synth.teachers.local import LocalTeacher

ASSETS = Path(__file__).parent.parent / "assets"


def shipped_teachers() -> list[str]:
    """Names of the teachers that come with the package."""
    return sorted(path.parent.name for path in ASSETS.glob("linguist-*/config.json"))


def load_teacher(name: str, endpoint: EndpointSettings | None = None, budget: BudgetSettings | None = None) -> Teacher:
    """Load a teacher.

    Args:
        name: `linguist-mini` (shipped), `scripted` (for trials: stock words around the slots), a local folder, the
            Hub id of a sequence-to-sequence or chat model, or an endpoint: `http://host/v1#model` (without `#model`
            the server is asked for its only one), or `provider#model` for the Hub's inference providers.
        endpoint: How an endpoint is asked; other teachers have no use for it.
        budget: What requests to an endpoint may cost.

    Returns:
        The teacher; one that runs here is on the GPU if there is one.

    Raises:
        TeacherError: Nothing of that name can be loaded or reached.
    """
    if is_address(name):
        address = read_address(name)
        address = address if address.model else find_model(address)
        return EndpointTeacher(address, endpoint or EndpointSettings(), budget or BudgetSettings())
    if name == "scripted":
        from hf_synth.teachers.scripted import ScriptedTeacher, echo_slots

        return ScriptedTeacher(echo_slots)
    return load_local(name)


def load_instructed(
    name: str,
    endpoint: EndpointSettings | None = None,
    budget: BudgetSettings | None = None,
    prompts: Sequence[str] = (),
) -> Teacher:
    """Load a teacher that follows instructions in plain words, or was taught the prompts that it will get.

    Args:
        name: As for `load_teacher`.
        endpoint: As for `load_teacher`.
        budget: As for `load_teacher`.
        prompts: Names and versions of the prompts that it may be asked with, such as `clasp@1`; a teacher that was
            taught other prompts only will not do.

    Returns:
        The teacher.

    Raises:
        TeacherError: Nothing of that name can be loaded or reached, or it was taught other prompts only.
    """
    teacher = load_teacher(name, endpoint, budget)
    taught: str = getattr(teacher, "taught", "")
    if taught and not set(taught.split()) & set(prompts):
        raise TeacherError(
            f"{name!r} was taught {taught} prompts only and follows no other instruction",
            hint="Name a chat model, or a sequence-to-sequence model that follows instructions"
            + (f", or a model that was taught {' or '.join(prompts)} prompts." if prompts else "."),
        )
    return teacher


def teacher_revision(name: str, endpoint: EndpointSettings | None = None) -> str:
    """Name a teacher with the revision of its weights, without loading it.

    Args:
        name: As for `load_teacher`.
        endpoint: As for `load_teacher`.

    Returns:
        The name, with the hash of the weight files if they lie on this disk; the model and how it is asked, if it is
        reached over HTTP.
    """
    if is_address(name):
        address = read_address(name)
        return (endpoint or EndpointSettings()).identify(address.model or address.url)
    folder = ASSETS / name if name in shipped_teachers() else Path(name)
    files = sorted(folder.glob("*.safetensors")) if folder.is_dir() else []
    if not files:
        return name
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return f"{name}@{digest.hexdigest()[:12]}"


def teacher_license(name: str) -> str | None:
    """The licence of a teacher, if its model card lies on this disk and states one.

    Args:
        name: As for `load_teacher`.

    Returns:
        What the card's front matter says, or None.

    Examples:
        >>> teacher_license("linguist-mini"), teacher_license("scripted")
        ('apache-2.0', None)
    """
    card = (ASSETS / name if name in shipped_teachers() else Path(name)) / "README.md"
    front = card.read_text(encoding="utf-8").partition("\n---")[0] if card.is_file() else ""
    stated = re.search(r"^license: *([\w.+-]+) *$", front, re.MULTILINE)
    return stated.group(1) if stated else None


def load_local(name: str) -> LocalTeacher:
    """Load a model that runs in this process; arguments and errors as for `load_teacher`."""
    require_extra("local", "torch", "transformers")
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer

    from hf_synth.teachers.local import LocalTeacher
    from hf_synth.teachers.storage import FILE, load_int8

    folder = ASSETS / name if name in shipped_teachers() else Path(name)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model: Any
    if (folder / FILE).is_file():
        model, tokenizer = load_int8(folder)
        return LocalTeacher(model.to(device), tokenizer, folder.name)
    try:
        config = AutoConfig.from_pretrained(name)
        kind = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
        model = kind.from_pretrained(name, dtype=torch.float32 if device == "cpu" else torch.bfloat16)
        tokenizer = AutoTokenizer.from_pretrained(name)
    except (OSError, ValueError) as error:
        reason = str(error).strip().split("\n")[0]
        raise TeacherError(
            f"cannot load teacher {name!r}: {reason}",
            hint=f"Give a folder, a Hub id that can be reached, or one of {shipped_teachers()}.",
        ) from error
    return LocalTeacher(model.to(device).eval(), tokenizer, name)
