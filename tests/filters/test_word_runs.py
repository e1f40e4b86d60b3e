from hf_synth.filters.word_runs import WordRuns, cut_runs


def test_runs():
    assert cut_runs("a b a b a".split(), 2) == {("a", "b"), ("b", "a")}
    assert cut_runs(["a"], 3) == {("a",)}
    assert cut_runs([], 3) == set()


def test_shared_runs_by_text():
    index = WordRuns([["a", "b", "c"], ["b", "c"], ["x"], []], 2)
    assert index.count_shared(cut_runs(["a", "b", "c"], 2)) == {0: 2, 1: 1}
    assert not index.count_shared(set())
