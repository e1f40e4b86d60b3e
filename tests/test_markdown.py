from hf_synth.markdown import markdown_table, share_table


def test_a_cell_cannot_break_its_table():
    assert markdown_table([["a\nb"], ["c|d"]]).splitlines() == ["| a b |", "| :-- |", "| c\\|d |"]


def test_shares():
    text = share_table(("reason", "count", "share"), {"a": 1, "b": 2000}, 4000)
    assert text.splitlines()[2:] == ["| b | 2,000 | 50.0% |", "| a | 1 | 0.0% |"]
