"""`hf-synth teach` with `task: parser`: annotated utterances in, a parser to start others from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hf_synth.builders.built import utterance_key
from hf_synth.configuration import to_dict
from hf_synth.errors import ConfigError
from hf_synth.manifest import FILE, claim_folder, package_versions, write_json
from hf_synth.parses.flat import write_flat_parse
from hf_synth.parses.schema import ParseSchema
from hf_synth.parses.tree import SQUARE, read_parse
from hf_synth.schema import Row
from hf_synth.seeding import rng, stable_hash
from hf_synth.seeds import read_utterances
from hf_synth.semantic_parsing.settings import ParserSettings
from hf_synth.sources import Source


@dataclass(frozen=True)
class ParserRecipe:
    """How a parser is made that others start from.

    Args:
        data: Annotated utterances, in any languages.
        name: Name of the recipe; its folder's name if empty.
        parser: How it is trained. Labels keep the embeddings of their names.
        parts: The rows are learnt in so many parts, one after the other; a killed run goes on after the last that is
            done.
        seed: Seed of everything.

    Raises:
        ConfigError: There is no part, or labels would be learnt.
    """

    data: tuple[Source, ...]
    name: str = ""
    parser: ParserSettings = field(default_factory=lambda: ParserSettings(epochs=1, frozen_labels=True))
    parts: int = 8
    seed: int = 0

    def __post_init__(self) -> None:
        if self.parts < 1:
            raise ConfigError(f"parts must be at least 1, got {self.parts}")
        if not self.parser.frozen_labels:
            raise ConfigError("parser.frozen_labels is false: parsers of other labels could not start from this one")


def teach_parser(recipe: ParserRecipe, out: Path) -> dict[str, Any]:
    """Train a parser on intents and slots.

    Args:
        recipe: On what, and how.
        out: Run folder; the parser is saved in `out/model`, for `students.base` of another recipe.

    Returns:
        `rows`, and `seconds` and `loss` of the last part.

    Raises:
        SchemaError: A source does not hold together.
        TeacherError: The base cannot be loaded.
    """
    from hf_synth.semantic_parsing.parser import CARD, Parser
    from hf_synth.semantic_parsing.training import train_parser

    rows = [Row.human(write_flat_parse(row)) for source in recipe.data for row in read_utterances(source)]
    data = stable_hash([utterance_key(row.utterance) for row in rows])[:16]
    claim_folder(out, to_dict(recipe), data)
    schema = ParseSchema.from_trees([read_parse(row.utterance.parse) for row in rows], SQUARE)
    order = rng(recipe.seed, "parser").permutation(len(rows))
    base, report = recipe.parser.base, {}
    for part in range(recipe.parts):
        folder = out / ("model" if part == recipe.parts - 1 else f"part-{part}")
        if not (folder / CARD).is_file():
            chosen = [rows[index] for index in order[part :: recipe.parts]]
            train_parser(chosen, schema, replace(recipe.parser, base=base), folder, recipe.seed + part)
        base, report = str(folder), Parser.load(folder).training
    result = {"rows": len(rows), "seconds": report["seconds"], "loss": report["loss"]}
    write_json(out / FILE, {"recipe": to_dict(recipe), "data": data, "result": result, "versions": package_versions()})
    return result
