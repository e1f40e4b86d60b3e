"""Which words rows use, and which more or less than others do."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hf_synth.profiles.values import DIGITS, share
from hf_synth.schema import Row

SHOWN = 12
_CERTAIN = 1.96
_MARKS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~¡¿«»„“”‘’‚‹›…–—·、。，．！？：；（）「」『』।॥؟،؛"


def find_words(row: Row) -> list[str]:
    """The case-folded words of a row, without the marks around them.

    Args:
        row: Any row.

    Returns:
        The words, in order; none if there are only marks.

    Examples:
        >>> from hf_synth.schema import Utterance
        >>> find_words(Row.human(Utterance(("What's", "on", "TV", "?"), (), "ask")))
        ["what's", 'on', 'tv']
    """
    return [word for token in row.utterance.tokens if (word := token.casefold().strip(_MARKS))]


def compare_vocabulary(
    human: Sequence[Sequence[str]], made: Sequence[Sequence[str]], known: Iterable[str]
) -> dict[str, Any]:
    """Compare the words of rows.

    Args:
        human: Words of each human row.
        made: Words of each made row.
        known: All words of human rows, of those too that are not compared.

    Returns:
        `words` and `distinct` words of both sides; `unseen`, the share of made words that no human row has (None
        without human rows), with the most frequent of them in `new_words`; `overused` and `underused`: what stands out
        in made rows, see `compare_odds`.
    """
    words = {"human": [word for row in human for word in row], "made": [word for row in made for word in row]}
    counts = {side: Counter(found) for side, found in words.items()}
    seen = set(known)
    new = Counter({word: count for word, count in counts["made"].items() if word not in seen})
    odds = compare_odds(counts["human"], counts["made"])
    return {
        "words": {side: len(found) for side, found in words.items()},
        "distinct": {side: len(found) for side, found in counts.items()},
        "unseen": share(new.total(), len(words["made"])) if seen and words["made"] else None,
        "new_words": dict(sorted(new.items(), key=lambda item: (-item[1], item[0]))[:SHOWN]) if seen else {},
        "overused": [word for word in odds if word["z"] > 0][:SHOWN],
        "underused": [word for word in odds[::-1] if word["z"] < 0][:SHOWN],
    }


def compare_odds(human: Mapping[str, int], made: Mapping[str, int]) -> list[dict[str, Any]]:
    """Find the words that made rows use more or less often than human rows, beyond chance.

    Args:
        human: Counts of words in human rows.
        made: Counts of words in made rows.

    Returns:
        `word`, its counts `human` and `made`, `log_odds` (natural logarithm of the ratio of odds, above 0 if made rows
        use it more) and `z`, of at least 1.96 in size; from the most overused to the most underused.

    Examples:
        >>> [(odds["word"], odds["log_odds"]) for odds in compare_odds({"a": 40, "b": 40}, {"a": 70, "b": 10})]
        [('a', 0.893476), ('b', -0.893476)]

    Reference: Monroe, Colaresi and Quinn (2008), Fightin' Words: log-odds with a Dirichlet prior, which is here the
    words of both sides, as heavy as the smaller side.
    """
    sides = [Counter(human), Counter(made)]
    both, totals = sides[0] + sides[1], [side.total() for side in sides]
    if not all(totals):
        return []
    weight = min(totals) / sum(totals)
    found = []
    for word in both:
        counts = [side[word] + weight * both[word] for side in sides]
        others = [total + min(totals) - count for total, count in zip(totals, counts, strict=True)]
        if not all(others):
            continue  # it is the only word
        theirs, ours = (math.log(count / other) for count, other in zip(counts, others, strict=True))
        z = (ours - theirs) / math.sqrt(sum(1 / count for count in counts))
        if abs(z) >= _CERTAIN:
            found.append(
                {
                    "word": word,
                    "human": sides[0][word],
                    "made": sides[1][word],
                    "log_odds": round(ours - theirs, DIGITS),
                    "z": round(z, DIGITS),
                }
            )
    return sorted(found, key=lambda odds: (-odds["z"], odds["word"]))
