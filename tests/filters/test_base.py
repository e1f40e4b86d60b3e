from dataclasses import dataclass
from typing import ClassVar

from small import human_row

from hf_synth.filters.base import Verdict, apply_filters, fit_filters
from hf_synth.filters.duplicate import DuplicateFilter
from hf_synth.filters.held_out import HeldOutFilter


@dataclass
class Without:
    word: str
    name: ClassVar[str] = "without"
    version: ClassVar[int] = 1

    def __call__(self, rows, reference):
        self.saw = [row.utterance.text for row in rows]
        return [
            Verdict(f"has_{self.word}", "x", 2.0) if self.word in row.utterance.tokens else Verdict() for row in rows
        ]


def test_each_filter_sees_what_the_ones_before_it_kept():
    rows = [human_row(text) for text in ("a", "b", "a b", "c")]
    first, second = Without("a"), Without("b")
    kept, rejects = apply_filters([first, second], rows, [])
    assert [row.utterance.text for row in kept] == ["c"]
    assert second.saw == ["b", "c"]
    assert [(reject.reason, reject.text, reject.detail, reject.score) for reject in rejects] == [
        ("has_a", "a", "x", 2.0),
        ("has_a", "a b", "x", 2.0),
        ("has_b", "b", "x", 2.0),
    ]
    assert len(rows) == 4


def test_no_filters():
    rows = [human_row("a")]
    assert apply_filters([], rows, []) == (rows, [])


def test_only_filters_that_learn_are_fitted():
    chain = [Without("a"), HeldOutFilter(), DuplicateFilter()]
    fitted = fit_filters(chain, [human_row("x")], [human_row("y")])
    assert fitted == [chain[0], HeldOutFilter(("y",)), chain[2]]
    assert chain[1] == HeldOutFilter()
