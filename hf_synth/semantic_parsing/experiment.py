"""Running a recipe of semantic parsing: from a few human rows to a dataset, parsers and a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from hf_synth.builders.adaptation import check_adaptable
from hf_synth.builders.built import Built, name_versions, utterance_key
from hf_synth.builders.clasp_generation import ClaspSettings
from hf_synth.builders.clasp_rows import FILTERS, build_parse_rows, collect_values, load_clasp_teacher
from hf_synth.builders.clasp_tuning import adapt_clasp
from hf_synth.builders.generation import Generated
from hf_synth.cells import Cell
from hf_synth.filters.base import Filter
from hf_synth.filters.chain import load_filters
from hf_synth.filters.held_out import HeldOutFilter
from hf_synth.filters.known_value import KnownValueFilter
from hf_synth.generation import Teacher
from hf_synth.manifest import read_json, write_json
from hf_synth.metrics.outcomes import FILE as OUTCOMES
from hf_synth.metrics.outcomes import read_outcomes, write_outcomes
from hf_synth.mixing import take_turns
from hf_synth.parses.catalogue import EntityCatalogue
from hf_synth.parses.resolution import read_defaults, resolve_entities
from hf_synth.parses.schema import ParseSchema
from hf_synth.parses.tree import Tree, find_brackets, read_parse
from hf_synth.prompts.clasp_slots import name_prompts
from hf_synth.report import Score
from hf_synth.run_folder import read_arm, write_arm
from hf_synth.running import BaseRun
from hf_synth.schema import Row, Utterance
from hf_synth.seeding import stable_hash
from hf_synth.seeds import read_utterances
from hf_synth.semantic_parsing.arms import draw_grammar, join_rows, resample_parses, select_written
from hf_synth.semantic_parsing.cells import make_parse_cells
from hf_synth.semantic_parsing.languages import make_translator, split_locale, translate_rows
from hf_synth.semantic_parsing.recipe import (
    GRAMMAR,
    RESAMPLED,
    STRATEGIES,
    TRANSLATED,
    WRITTEN,
    ParseRecipe,
    split_arm,
)
from hf_synth.semantic_parsing.recipe_settings import LanguageSettings
from hf_synth.semantic_parsing.words import find_strange
from hf_synth.teachers.journal import Journal
from hf_synth.teachers.loading import load_teacher
from hf_synth.writing import Making


class ParseRun(BaseRun[ParseRecipe]):
    """A run of a recipe of semantic parsing in a folder.

    Args:
        recipe: What to run.
        out: The run folder; one that holds the same recipe is resumed.

    Raises:
        ConfigError: The folder belongs to another run, or the catalogue lacks a slot that is to be resolved.
        SchemaError: Rows or the catalogue do not hold together.
    """

    def __init__(self, recipe: ParseRecipe, out: Path) -> None:
        data = recipe.data
        self._catalogue = data.catalogue.read() if data.catalogue else EntityCatalogue({})
        self._grammar = read_utterances(data.grammar, guard=False) if data.grammar else []
        entities = {label: dict(found) for label, found in sorted(self._catalogue.entities.items())}
        others = stable_hash(entities, [utterance_key(row) for row in self._grammar])[:16]
        super().__init__(recipe, out, make_parse_cells(recipe), others)
        load_filters(recipe.filters, ())
        if recipe.resolution is not None:
            self._catalogue.check({leaf.label for row in self._known for leaf in read_parse(row.parse).leaves()})
        self.claim()

    @cached_property
    def _known(self) -> list[Utterance]:
        """All human rows that some student trains on."""
        return list(dict.fromkeys(row for cell in self.cells for row in (*cell.human.train, *cell.human.full)))

    @cached_property
    def _schema(self) -> ParseSchema:
        """What parses may look like: the user's knowledge of the task, so of all training rows, not of a draw."""
        if self.recipe.schema:
            return ParseSchema.declare(self.recipe.schema, find_brackets(self._known[0].parse))
        return ParseSchema.from_trees(
            (read_parse(row.parse) for row in (*self._known, *self._grammar)), find_brackets(self._known[0].parse)
        )

    @cached_property
    def _closed(self) -> dict[str, tuple[str, ...]]:
        """All values of the labels of a catalogue that is complete."""
        closed = self.recipe.data.catalogue is not None and self.recipe.data.catalogue.closed
        found = {label: self._catalogue.values(label) for label in self._schema.labels} if closed else {}
        return {label: values for label, values in found.items() if values}

    def _values(self, cell: Cell) -> dict[str, list[str]]:
        """The values of each label: those of the catalogue, or of the human rows that are known."""
        known = collect_values(cell.human.train)
        return {label: list(self._catalogue.values(label)) or found for label, found in known.items()}

    def _seeds(self, cell: Cell) -> Iterable[int]:
        return (cell.draw,)

    def _load_teacher(self) -> Teacher:
        if self._teacher is None:
            chosen = self.recipe.teacher
            if chosen.adapt.pairs:
                self._teacher = load_teacher(chosen.name, chosen.endpoint, chosen.budget)
                check_adaptable(self._teacher)
            else:
                self._teacher = load_clasp_teacher(chosen.name, chosen.endpoint, chosen.budget)
        return self._teacher

    def _find_teacher(self, cell: Cell) -> Teacher:
        strategies = self.recipe.generation.plan.strategies
        adapt = self.recipe.teacher.adapt
        teacher: Any = self._load_teacher()
        return adapt_clasp(teacher, cell.human.train, strategies, self._values(cell), adapt, self.out / "teachers")

    def _write(self, cell: Cell, teacher: Teacher, journal: Journal, arm: str) -> tuple[Built, Making]:
        settings = self.recipe.generation
        plan = replace(settings.plan, seed=settings.plan.seed + 1000 * cell.draw)
        sampling = replace(settings.sampling, seed=settings.sampling.seed + cell.draw)
        settings = replace(settings, rows=settings.rows * len(plan.strategies), plan=plan, sampling=sampling)
        filters = load_filters(self.recipe.filters, FILTERS)
        if self._closed:
            filters = (KnownValueFilter(self._closed), *filters)
        if self.recipe.languages is None:
            values, mixing = self._values(cell), self.recipe.mixing
            built = build_parse_rows(cell.human, teacher, journal, settings, self._schema, values, filters, mixing)
        else:
            built = self._write_languages(cell, self.recipe.languages, teacher, journal, settings, filters)
        if self.recipe.resolution is not None:  # the test rows are written in another notation than the made ones
            built = replace(built, test=[])
        versions = tuple(name_versions((*filters, HeldOutFilter())))
        prompts = " ".join(name_prompts(plan.strategies, getattr(teacher, "taught", "")))
        return built, Making(prompts, plan.examples, sampling.to_dict(), versions)

    def _write_languages(
        self,
        cell: Cell,
        languages: LanguageSettings,
        teacher: Teacher,
        journal: Journal,
        settings: ClaspSettings,
        filters: Sequence[Filter],
    ) -> Built:
        """Have the teacher write rows of each new language."""
        human, translation = cell.human, self.recipe.translation
        train, test = ([Row.human(row) for row in part] for part in (human.train, human.test))
        built = Built(train, [], test, Generated())
        for locale in sorted(languages.known):
            own, others = split_locale(human, locale, languages.known)
            part = build_parse_rows(
                own,
                teacher,
                journal,
                settings,
                self._schema,
                filters=filters,
                mixing=self.recipe.mixing,
                sources=others,
                locale=locale,
                translate=None if translation is None else make_translator(translation, locale),
            )
            built.train += [row for row in part.train if row.provenance.origin != "human"]
            built.generated.add(part.generated)
        return built

    def _train_rows(self, cell: Cell, arm: str, built: Mapping[str, Built]) -> list[Row]:
        """The rows that the student of an arm is trained on."""
        return self._join(cell, arm, built)[0]

    def _count_made(self, cell: Cell, arm: str, built: Mapping[str, Built]) -> dict[str, int] | None:
        return self._join(cell, arm, built)[1] or None

    def _join(self, cell: Cell, arm: str, built: Mapping[str, Built]) -> tuple[list[Row], dict[str, int]]:
        """The training set of an arm, and what was made for it; kept in a file, so that it can be looked at."""
        if arm in ("real_only", "full_data"):
            return [Row.human(row) for row in (cell.human.train if arm == "real_only" else cell.human.full)], {}
        path = self._folder(cell) / "arms" / f"{arm}.parquet"
        done = read_arm(path)
        if done is None:
            parts = [self._make(cell, name, built) for name in split_arm(arm)]
            made = take_turns([rows for rows, _ in parts], None)
            counts = sum((Counter(why) for _, why in parts), Counter[str]())
            written = {WRITTEN, *STRATEGIES}.issuperset(split_arm(arm))  # what a teacher wrote has passed the filters
            filters = () if written else load_filters(self.recipe.filters, FILTERS)
            if self.recipe.students.copy:  # a made row that a parser cannot learn is a reject, not an error
                able = [row for row in made if not find_strange(row.utterance.text, read_parse(row.utterance.parse))]
                counts += Counter(uncopyable=len(made) - len(able))
                made = able
            rows, refused = join_rows(cell.human, made, self.recipe.mixing, self.recipe.human_share, filters)
            kept = sum(row.provenance.origin != "human" for row in rows)
            done = rows, {**counts, **refused, "made": kept}
            write_arm(*done, path)
        return done

    def _make(self, cell: Cell, arm: str, built: Mapping[str, Built]) -> tuple[list[Row], dict[str, int]]:
        """The made rows of an arm, with what was counted."""
        count, human = self.recipe.generation.rows, cell.human
        if arm == RESAMPLED:
            return resample_parses(human.train, self._values(cell), count, cell.draw)
        if arm == TRANSLATED:
            return self._translate(cell, count)
        if arm == GRAMMAR:
            return draw_grammar(self._grammar, count, cell.draw), {"requested": count}
        return select_written(arm, built[WRITTEN].train, count), {"requested": count}

    def _translate(self, cell: Cell, count: int) -> tuple[list[Row], dict[str, int]]:
        """Rows of the language in plenty, translated into each of the others."""
        languages, settings = self.recipe.languages, self.recipe.translation
        assert languages is not None
        assert settings is not None
        rows = [row for row in cell.human.train if row.locale not in languages.known]
        made: list[Row] = []
        counts: Counter[str] = Counter()
        for locale in sorted(languages.known):
            found, why = translate_rows(rows, settings, locale, count, cell.draw)
            made += found
            counts.update(why)
        return made, dict(counts)

    def settle(self, tree: Tree) -> Tree:
        """A predicted parse as it is compared with a test row: with entities in the place of words."""
        if self.recipe.resolution is None:
            return tree
        return resolve_entities(tree, self._catalogue, read_defaults(self.recipe.resolution.defaults))[0]

    def _score(self, cell: Cell, arm: str, seed: int, built: Mapping[str, Built]) -> list[Score]:
        folder = self._folder(cell) / "students" / arm / str(seed)
        groups = self._group_test(cell)
        places = {name: folder / name for name in groups}
        if not all((place / "scores.json").is_file() for place in places.values()):
            self._train(cell, arm, seed, built, groups, places)
        return [
            Score(**read_json(place / "scores.json"), outcomes=read_outcomes(place / OUTCOMES))
            for place in places.values()
        ]

    def _group_test(self, cell: Cell) -> dict[str, list[Row]]:
        """The test rows by what they are scored for: all together, or each new language alone."""
        test = [Row.human(utterance) for utterance in cell.human.test]
        if self.recipe.languages is None:
            return {"": test}
        locales = sorted({row.utterance.locale for row in test})
        return {locale: [row for row in test if row.utterance.locale == locale] for locale in locales}

    def _train(
        self,
        cell: Cell,
        arm: str,
        seed: int,
        built: Mapping[str, Built],
        groups: Mapping[str, Sequence[Row]],
        places: Mapping[str, Path],
    ) -> None:
        """Train a student, and write its scores on each group of test rows."""
        from hf_synth.semantic_parsing.evaluation import judge_parser
        from hf_synth.semantic_parsing.training import train_parser

        rows, how = self._train_rows(cell, arm, built), self.recipe
        parser = train_parser(rows, self._schema, how.students, None, seed, self._closed)
        prompts = {text for found in built.values() for text in found.generated.prompt_texts}
        for name, test in groups.items():
            metrics, outcomes = judge_parser(parser, test, rows, prompts, self.settle, how.match, how.guard, how.free)
            target = f"{cell.name}/{name}" if name else cell.name
            score = Score(target, name or "all parses", cell.draw, arm, seed, len(rows), metrics, outcomes)
            write_outcomes(outcomes, places[name] / OUTCOMES)
            values = {key: value for key, value in vars(score).items() if key != "outcomes"}
            write_json(places[name] / "scores.json", values)
