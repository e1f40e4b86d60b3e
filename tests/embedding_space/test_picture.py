"""What diversity has to do with the gain."""

from hf_synth.embedding_space.picture import relate_diversity
from hf_synth.report import Score


def scores_of(target, real, gains, coverages):
    cell = f"{target} 0"
    yield Score(cell, target, 0, "real_only", 0, 10, {"accuracy": real})
    for number, (gain, coverage) in enumerate(zip(gains, coverages, strict=True)):
        metrics = dict.fromkeys(("distance_ratio", "recall", "directions", "duplicates"), 0.5) | {"coverage": coverage}
        yield Score(cell, target, 0, f"arm {number}", 0, 10, {"accuracy": real + gain, **metrics})


def test_diversity_is_related_to_the_gain_among_students_of_as_many_real_rows():
    few = scores_of("10 rows", 0.5, [0.10, 0.11, 0.12], [0.1, 0.2, 0.3])
    many = scores_of("99 rows", 0.8, [0.01, 0.02, 0.03], [0.7, 0.8, 0.9])
    assert relate_diversity([*few, *many]) == {"coverage": 1.0}  # together they would say the opposite


def test_nothing_is_told_of_a_single_arm():
    assert relate_diversity(list(scores_of("10 rows", 0.5, [0.1], [0.2]))) == {}
