import pytest
from scores import GENERATION, some_report

from hf_synth.report import Score, make_report
from hf_synth.report_text import find_verdict, headline, render_report


def report(gains, baselines=("upsampled", "slot_resampling"), subject="linguist"):
    scores = [
        Score(str(cell), "a", cell, arm, 0, 10, {"target_slot_f1": 0.5 + extra, "target_intent_recall": 0.5})
        for cell, gain in enumerate(gains)
        for arm, extra in (("upsampled", 0.0), ("slot_resampling", -0.1), (subject, gain))
    ]
    return make_report(scores, baselines, {}, {}, test_rows=1200)


def test_a_spot_check_is_told():
    review = {"sampled": 100, "wrong": 6, "interval": (0.0278, 0.1248), "passed": False}
    text = render_report({**some_report(), "reviews": {"a|b": review}})
    assert "- a&#124;b: people read 100 made rows and found 6 wrong (95% interval 2.8% to 12.5%); the check " in text
    assert "was not passed." in text
    assert "Spot check" not in render_report(some_report())


def test_a_sure_gain():
    assert headline(report([0.05, 0.06, 0.07])) == (
        "On 1,200 human-labelled test rows, linguist reaches 56.0 target slot F1: 6.0 points above upsampled, the "
        "best baseline (95% interval +3.5 to +8.5, 3 pairs of students)."
    )


def test_a_gain_that_may_be_none():
    text = headline(report([-0.02, 0.06, 0.02]))
    assert "2.0 points above" in text
    assert text.endswith("The interval covers zero: this run does not show that the generated rows help.")


def test_a_loss():
    text = headline(report([-0.05, -0.06, -0.07], baselines=("upsampled",)))
    assert "6.0 points below upsampled, the baseline (95% interval -8.5 to -3.5" in text
    assert text.endswith("Here the generated rows are worth less than the baseline.")


def test_one_pair_is_a_hint():
    assert headline(report([0.3])).endswith(
        "With 1 pair of students there is no interval: take it as a hint, not as evidence."
    )


@pytest.mark.parametrize(
    ("gains", "verdict", "line"),
    [
        (
            [0.05, 0.06, 0.07],
            "helped",
            "**Helped**: linguist, +6.0 points of target slot F1 over upsampled (95% interval +3.5 to +8.5)",
        ),
        (
            [-0.05, -0.06, -0.07],
            "hurt",
            "**Hurt**: linguist, -6.0 points of target slot F1 over upsampled (95% interval -8.5 to -3.5)",
        ),
        ([-0.02, 0.06, 0.02], "no difference shown", "**No difference shown**: linguist, +2.0 points of"),
        (
            [0.3],
            "no difference shown",
            "**No difference shown**: linguist, +30.0 points of target slot F1 over upsampled (no interval)",
        ),
    ],
)
def test_the_verdict_comes_first(gains, verdict, line):
    made = report(gains)
    assert find_verdict(made) == verdict
    assert render_report(made).split("\n\n")[1].startswith(line)


def test_without_generated_rows_there_is_no_verdict():
    made = report([0.3], subject="real_only")
    assert find_verdict(made) == "not compared"
    assert render_report(made).split("\n\n")[1] == "**Not compared**"


def test_names_of_targets_and_arms_are_no_structure():
    text = render_report(some_report(targets=("a|b", "<script>", "![x](y)")))
    assert "| a&#124;b |" in text
    assert "<script>" not in text
    assert "![x]" not in text


def test_the_way_to_the_interval_is_told():
    assert "Its interval is Student's t over the pairs" in render_report(report([0.1, 0.2]))
    made = report([0.1, 0.2])
    for gain in (gain for found in made["uplift"].values() for gain in found.values()):
        gain["interval"] = "bootstrap"
    told = render_report(made)
    assert "2,000 times" in told
    assert "and so were cells" in told
    made["measured"]["cells"] = 1
    assert "and so were pairs of students" in render_report(made)
    assert "there is one cell" in render_report(made)
    assert "With a single pair there is no interval." in render_report(report([0.1]))


def test_a_report_of_an_earlier_version_is_told():
    made = report([0.05, 0.06, 0.07])
    for gain in (gain for found in made["uplift"].values() for gain in found.values()):
        del gain["interval"]
    assert "Its interval is Student's t over the pairs" in render_report(made)


def test_another_arm_with_generated_rows():
    assert "linguist_zero_shot reaches 56.0" in headline(report([0.05, 0.06, 0.07], subject="linguist_zero_shot"))


def test_no_generated_rows():
    assert headline(report([0.3], subject="real_only")).endswith("No generated rows were scored.")


def test_no_shared_cell():
    metrics = {"target_slot_f1": 0.5, "target_intent_recall": 0.5}
    scores = [Score(cell, "a", 0, arm, 0, 1, metrics) for cell, arm in (("x", "upsampled"), ("y", "linguist"))]
    assert "shares no cell" in headline(make_report(scores, ["upsampled"], {}, {}, 5))


def test_the_ceiling_and_the_other_intents():
    text = headline(some_report())
    assert "% of the distance from slot_resampling to full_data." in text
    assert "On the other intents it changes intent accuracy by" in text


def test_generation_with_shares():
    text = render_report(some_report())
    assert "4,200 rows wanted, 3,100 prompts, 6,200 completions, 4,150 accepted" in text
    assert "| duplicate | 960 | 15.5% |" in text
    assert "![" not in text


@pytest.mark.parametrize(
    ("generation", "wanted"),
    [({}, "No rows were generated."), ({**GENERATION, "rejected": {}}, "Nothing was rejected.")],
)
def test_nothing_generated_or_rejected(generation, wanted):
    assert wanted in render_report({**some_report(), "generation": generation})


def test_one_target_has_no_table_of_targets():
    assert "## By target" not in render_report(report([0.1, 0.2]))
