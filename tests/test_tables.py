from scores import some_report

from hf_synth.report import Score, format_table, make_report
from hf_synth.report_text import render_report
from hf_synth.tables import arm_rows, detail_rows, find_subject, order_arms


def test_golden_table():
    metrics = {"target_slot_f1": 0.5, "target_intent_recall": 0.25, "exact_match": 0.125}
    scores = [
        Score(cell, cell, 0, arm, 0, rows, {**metrics, "target_slot_f1": f1})
        for cell, arm, rows, f1 in [
            ("a", "linguist", 1500, 0.70), ("b", "linguist", 1500, 0.84),
            ("a", "upsampled", 1500, 0.60), ("b", "upsampled", 1500, 0.70), ("a", "real_only", 1010, 0.40),
        ]
    ]  # fmt: skip
    assert format_table(make_report(scores, ["upsampled"], {}, {}, 9)).splitlines() == [
        "arm        train rows  target slot F1  target recall  exact match  uplift (95% interval)",
        "---------  ----------  --------------  -------------  -----------  ---------------------",
        "real_only       1,010            40.0           25.0         12.5                  -20.0",
        "upsampled       1,500      65.0 ± 7.1     25.0 ± 0.0   12.5 ± 0.0               baseline",
        "linguist        1,500      77.0 ± 9.9     25.0 ± 0.0   12.5 ± 0.0   +12.0 [-13.4, +37.4]",
        "In percent; mean ± standard deviation over students. Uplift: points of target slot F1 over upsampled.",
    ]


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


def test_rows_without_slots_are_compared_by_their_intents():
    scores = [
        Score("", "all intents", 0, arm, seed, 10, {"intent_accuracy": share, "target_intent_recall": share})
        for arm, share in (("real_only", 0.5), ("random_swap", 0.6))
        for seed in (0, 1)
    ]
    counts = {"random_swap": {"requested": 20, "made": 18, "unchanged": 2}}
    report = make_report(scores, ["real_only"], {}, {}, 9, counts)
    assert (report["metric"], report["task"]) == ("intent_accuracy", "intent")
    assert arm_rows(report)[0] == ["arm", "train rows", "intent accuracy", "target recall", "uplift (95% interval)"]
    assert arm_rows(report)[2][-1] == "+10.0 [+10.0, +10.0]"
    text = render_report(report)
    assert "| random_swap | 20 | 18 | unchanged 2 |" in text
    assert "random_swap reaches 60.0 intent accuracy: 10.0 points above real_only" in text
    assert "lot F1" not in text
    assert "## Generation" not in text


def test_rows_with_several_labels_are_compared_by_micro_f1():
    arms = {"given_labels": 0.5, "pseudo": 0.6, "pseudo+negatives+distillation": 0.7, "full_data": 0.9}
    told = {"pseudo": {"pseudo_right": 0.8, "coverage": 0.75}, "given_labels": {"coverage": 0.5}}
    scores = [
        Score(f"fold-{fold}", "all labels", 0, arm, 0, 90, {"micro_f1": f1, "ndcg_at_3": f1, **told.get(arm, {})})
        for arm, f1 in arms.items()
        for fold in (0, 1)
    ]
    report = make_report(scores, ["given_labels"], {}, {}, 20)
    assert (report["task"], report["metric"], round(report["gap_closed"], 3)) == ("multi_label", "micro_f1", 0.5)
    assert find_subject(report) == "pseudo+negatives+distillation"
    assert arm_rows(report)[0] == ["arm", "train rows", "micro-F1", "nDCG@3", "uplift (95% interval)"]
    assert detail_rows(report) == [
        ["arm", "pseudo-labels right", "shortlists with a right label"],
        ["given_labels", "-", "50.0 ± 0.0"],
        ["pseudo", "80.0 ± 0.0", "75.0 ± 0.0"],
    ]
    text = render_report(report)
    assert "micro-F1: 20.0 points above given_labels" in text
    assert "50% of the distance from given_labels to full_data" in text
    assert "draws of what is hidden" in text
