"""Synonyms from WordNet, through nltk: the sense that is used most, the same part of speech, the same inflection."""

from __future__ import annotations

import functools
import os
import shutil
import warnings
from pathlib import Path
from typing import Any

from hf_synth.errors import ConfigError, require_extra
from hf_synth.manifest import find_cache

# Debian's package wordnet-base.
SYSTEM_FOLDER = Path("/usr/share/wordnet")
# Names of WordNet's lexicographer files in their order, which Debian's package lacks.
_LEXNAMES = (
    "adj.all adj.pert adv.all noun.Tops noun.act noun.animal noun.artifact noun.attribute noun.body noun.cognition "
    "noun.communication noun.event noun.feeling noun.food noun.group noun.location noun.motive noun.object "
    "noun.person noun.phenomenon noun.plant noun.possession noun.process noun.quantity noun.relation noun.shape "
    "noun.state noun.substance noun.time verb.body verb.change verb.cognition verb.communication verb.competition "
    "verb.consumption verb.contact verb.creation verb.emotion verb.motion verb.perception verb.possession "
    "verb.social verb.stative verb.weather adj.ppl"
).split()
_NUMBERS = {"noun": 1, "verb": 2, "adj": 3, "adv": 4}
# Language tag to the code that nltk's open multilingual wordnet uses.
LANGUAGES = {
    "en": "eng", "ar": "arb", "bg": "bul", "ca": "cat", "da": "dan", "el": "ell", "es": "spa", "eu": "eus",
    "fi": "fin", "fr": "fra", "gl": "glg", "he": "heb", "hr": "hrv", "id": "ind", "it": "ita", "ja": "jpn",
    "lt": "lit", "ms": "zsm", "nb": "nob", "nl": "nld", "nn": "nno", "pl": "pol", "pt": "por", "ro": "ron",
    "sk": "slk", "sl": "slv", "sv": "swe", "th": "tha", "zh": "cmn",
}  # fmt: skip
# A part of speech counts as a word's own if the next one is at most this often meant.
DOMINANCE = 0.25
PARTS = ("n", "v", "a", "r")
_FILES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}


@functools.cache
def load_wordnet() -> Any:
    """Open WordNet where nltk or Debian keeps it.

    Returns:
        nltk's reader, with the open multilingual wordnet if that is there, too.

    Raises:
        MissingExtraError: nltk is not installed.
        ConfigError: There is no WordNet on this machine.
    """
    require_extra("synonyms", "nltk")
    import nltk
    from nltk.corpus.reader import CorpusReader, WordNetCorpusReader

    root = _find("wordnet")
    if root is None and (SYSTEM_FOLDER / "data.noun").is_file():
        nltk.data.path.append(str(_copy_system_wordnet()))
        root = _find("wordnet")
    if root is None:
        raise ConfigError(
            "there is no WordNet on this machine",
            hint="Run: python -m nltk.downloader wordnet omw-1.4   (or, on Debian: apt-get install wordnet-base)",
        )
    languages = _find("omw-1.4")
    if languages is not None:
        return WordNetCorpusReader(root, CorpusReader(languages, r".*/wn-data-.*\.tab"))

    class English(WordNetCorpusReader):  # type: ignore[misc]
        """Without the map to other languages, which wants a file that Debian's package lacks."""

        def map_wn(self, version: str = "wordnet") -> None:
            return None

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nltk warns that there is one language only; we say so when asked for others
        return English(root, None)


def _find(name: str) -> Any:
    import nltk

    for form in (f"corpora/{name}", f"corpora/{name}.zip/{name}/"):
        try:
            return nltk.data.find(form)
        except LookupError:
            continue
    return None


def _copy_system_wordnet() -> Path:
    """Copy Debian's files to where nltk may read them, with the list of names that it wants beside them."""
    cache = find_cache() / "nltk_data"
    folder = cache / "corpora" / "wordnet"
    if not folder.is_dir():
        fresh = folder.with_name(f".wordnet.{os.getpid()}")
        fresh.mkdir(parents=True)
        for file in SYSTEM_FOLDER.glob("*.*"):
            if file.is_file():
                shutil.copy(file, fresh / file.name)
        lines = [f"{at:02d}\t{name}\t{_NUMBERS[name.split('.')[0]]}\n" for at, name in enumerate(_LEXNAMES)]
        (fresh / "lexnames").write_text("".join(lines), encoding="utf-8")
        try:
            fresh.rename(folder)
        except OSError:  # another process was first
            shutil.rmtree(fresh)
    return cache


@functools.lru_cache(maxsize=1 << 16)
def find_synonyms(word: str, language: str = "en", part: str = "") -> tuple[str, ...]:
    """Synonyms of a word in the sense that is used most.

    Args:
        word: A single word in lower case.
        language: Two-letter tag, one of `LANGUAGES`.
        part: The only parts of speech that are wanted, of `n`, `v`, `a` and `r`; any if empty.

    Returns:
        Other words or phrases of the same part of speech, sorted; in English those that are in use, in the same
        inflection. None if the word is unknown, or may well be another part of speech, or has a form that cannot be
        made with certainty.

    Raises:
        ConfigError: There is no WordNet on this machine, or none of that language.
    """
    wordnet = load_wordnet()
    code = LANGUAGES.get(language)
    if code is None or (code != "eng" and code not in wordnet.langs()):
        raise ConfigError(
            f"there is no WordNet of language {language!r} here",
            hint=f"Run: python -m nltk.downloader omw-1.4   (it has {', '.join(sorted(LANGUAGES))})",
        )
    if code != "eng":
        return _foreign_synonyms(wordnet, word, code, part)
    weights = {}
    for name in part or PARTS:
        lemma = wordnet.morphy(word, name)
        if lemma:
            weights[name] = sum(_count(synset, lemma) for synset in wordnet.synsets(lemma, name)) + 1
    ranked = sorted(weights, key=lambda name: -weights[name])
    if not ranked or (len(ranked) > 1 and weights[ranked[1]] > DOMINANCE * weights[ranked[0]]):
        return ()
    best = ranked[0]
    base = wordnet.morphy(word, best)
    found = set()
    for synset in _main_senses(wordnet, base, best):
        for lemma in synset.lemmas():
            # What WordNet's own texts never use in this sense reads oddly: `tabular array` for a table.
            form = inflect(lemma.name().replace("_", " "), word, base, best) if lemma.count() else ""
            if form and form.lower() not in (word, base):
                found.add(form)
    return tuple(sorted(found))


def _count(synset: Any, lemma: str) -> int:
    return sum(entry.count() for entry in synset.lemmas() if entry.name().lower() == lemma)


def _main_senses(wordnet: Any, lemma: str, part: str) -> list[Any]:
    """The sense that is met most often, and those met at least half as often."""
    senses = wordnet.synsets(lemma, part)
    counts = [_count(synset, lemma) for synset in senses]
    return [synset for at, synset in enumerate(senses) if at == 0 or (counts[at] and counts[at] >= counts[0] / 2)]


def _foreign_synonyms(wordnet: Any, word: str, code: str, part: str) -> tuple[str, ...]:
    """Words that share a sense with an uninflected word of a single part of speech."""
    senses = wordnet.synsets(word, lang=code)
    parts = {"a" if synset.pos() == "s" else synset.pos() for synset in senses}
    if len(parts) != 1 or (part and not parts <= set(part)):
        return ()
    names = senses[0].lemma_names(code)
    return tuple(sorted({name.replace("_", " ") for name in names} - {word}))


@functools.cache
def _exceptions(part: str) -> dict[str, list[str]]:
    """Irregular forms by lemma."""
    forms: dict[str, list[str]] = {}
    for line in load_wordnet().open(f"{_FILES[part]}.exc"):
        form, *lemmas = line.split()
        for lemma in lemmas:
            forms.setdefault(lemma, []).append(form)
    return forms


def inflect(lemma: str, like: str, base: str, part: str) -> str:
    """Give a lemma the inflection of another word.

    Args:
        lemma: What is to be inflected; the first word of a phrase of verbs, the last of one of nouns is.
        like: An English word in lower case.
        base: The lemma of that word.
        part: `n`, `v`, `a` or `r`.

    Returns:
        The form; empty if it is not certain.
    """
    if like == base:
        return lemma
    ending = next((ending for ending in ("ing", "ed", "s") if like.endswith(ending)), "")
    if (part, ending) not in (("n", "s"), ("v", "s"), ("v", "ed"), ("v", "ing")):
        return ""
    words = lemma.split(" ")
    place = 0 if part == "v" else -1
    irregular = _exceptions(part).get(words[place], [])
    if ending == "ed" and irregular:
        return ""
    plural = [form for form in irregular if not form.endswith("s")]
    words[place] = plural[0] if part == "n" and plural else add_ending(words[place], ending)
    wanted = lemma.split(" ")[place]
    return " ".join(words) if load_wordnet().morphy(words[place], part) == wanted else ""


def add_ending(word: str, ending: str) -> str:
    """Add `s`, `ed` or `ing` to a regular English word.

    Args:
        word: A lemma of at least two letters.
        ending: `s`, `ed` or `ing`.

    Returns:
        The inflected word.

    Examples:
        >>> [add_ending(word, "s") for word in ("city", "play", "watch")]
        ['cities', 'plays', 'watches']
        >>> [add_ending(word, "ed") for word in ("like", "try", "stop")]
        ['liked', 'tried', 'stopped']
        >>> [add_ending(word, "ing") for word in ("make", "see", "start")]
        ['making', 'seeing', 'starting']
    """
    vowels = "aeiou"
    if ending == "s":
        if word.endswith("y") and word[-2:-1] not in vowels:
            return word[:-1] + "ies"
        return word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s")
    if word.endswith("e") and (ending == "ed" or not word.endswith(("ee", "oe", "ye"))):
        return word[:-1] + ending
    if ending == "ed" and word.endswith("y") and word[-2:-1] not in vowels:
        return word[:-1] + "ied"
    short = sum(letter in vowels for letter in word) == 1
    if short and len(word) > 2 and word[-1] not in vowels + "wxy" and word[-2] in vowels:
        return word + word[-1] + ending
    return word + ending
