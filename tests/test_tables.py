from scores import some_report

from hf_synth.report import Score, format_table, make_report
from hf_synth.tables import arm_rows, find_subject, order_arms


def test_golden_table():
    metrics = {"target_slot_f1": 0.5, "target_intent_recall": 0.25, "exact_match": 0.125}
    scores = [
        Score(cell, cell, 0, arm, 0, rows, {**metrics, "target_slot_f1": f1})
        for cell, arm, rows, f1 in [
            ("a", "linguist", 1500, 0.70), ("b", "linguist", 1500, 0.84),
            ("a", "upsampled", 1500, 0.60), ("b", "upsampled", 1500, 0.70), ("a", "real_only", 1010, 0.40),
        ]
    ]  # fmt: skip
    # fmt: off
    assert format_table(make_report(scores, ["upsampled"], {}, {}, 9)).splitlines() == [
        "arm        train rows  target slot F1  target recall  other slot F1  other accuracy  exact match  uplift (95% interval)",  # noqa: E501
        "---------  ----------  --------------  -------------  -------------  --------------  -----------  ---------------------",  # noqa: E501
        "real_only       1,010            40.0           25.0              -               -         12.5                  -20.0",  # noqa: E501
        "upsampled       1,500      65.0 ± 7.1     25.0 ± 0.0              -               -   12.5 ± 0.0               baseline",  # noqa: E501
        "linguist        1,500      77.0 ± 9.9     25.0 ± 0.0              -               -   12.5 ± 0.0   +12.0 [-13.4, +37.4]",  # noqa: E501
        "In percent; mean ± standard deviation over students. Uplift: points of target slot F1 over upsampled.",
    ]
    # fmt: on


def test_order():
    arms = ["full_data", "zebra", "linguist", "ape", "slot_resampling", "upsampled", "real_only"]
    assert order_arms(arms) == ["real_only", "upsampled", "slot_resampling", "linguist", "ape", "zebra", "full_data"]


def test_no_minus_before_zero():
    report = some_report()
    report["uplift"]["linguist"]["target_slot_f1"] = {"mean": -0.0004, "ci95": [-0.0002, 0.0001], "pairs": 2}
    assert arm_rows(report)[4][-1] == "+0.0 [+0.0, +0.0]"


def test_subject():
    assert find_subject(some_report()) == "linguist"
    assert find_subject(some_report(levels={"real_only": 0.5, "upsampled": 0.6})) is None
