import numpy as np
import pytest
from datasets import Dataset
from small import human_row

from hf_synth.errors import ConfigError
from hf_synth.filters.dataset import filter_dataset
from hf_synth.filters.leakage import LeakageFilter

TEST = "could you please put on some jazz in the kitchen"


def judge(text, held_out=(TEST,), **settings):
    return LeakageFilter(**{"cosine": None, **settings}).judge_texts([text], held_out)[0]


def test_q8_an_equal_text_leaks():
    verdict = judge(f" {TEST.upper()}  ")
    assert (verdict.reason, verdict.score) == ("leak_exact", 1.0)
    assert verdict.detail == f"the held-out text {TEST!r}"
    assert judge(TEST, overlap=None).reason == "leak_exact"


def test_most_of_its_words():
    for text in (f"hey {TEST} now", "please put on some jazz in the kitchen", TEST.replace(" ", ", ")):
        assert judge(text).reason == "leak_ngram", text
        assert judge(text, overlap=None).keep
    verdict = judge("could you please put on some jazz in the bathroom", overlap=0.8)
    assert (verdict.reason, verdict.score) == ("leak_ngram", 0.875)
    assert verdict.detail == f"88 % of the runs of 3 words are shared with {TEST!r}"
    assert judge("could you please put on some jazz in the bathroom").keep


def test_a_share_of_the_threshold_itself_stays():
    text = "could you please put on some jazz in the bathroom"
    assert judge(text, overlap=0.875).keep
    assert judge(text, overlap=0.874).reason == "leak_ngram"


def test_short_texts_stand_in_many_others_by_chance():
    assert judge("put on some jazz").keep
    assert judge("put on some jazz", shortest=4).reason == "leak_ngram"
    assert judge(TEST, ["put on some jazz"]).keep
    assert judge("Put on some jazz!", ["put on some, jazz"]).reason == "leak_ngram"
    assert judge("put jazz on", ["put on jazz"]).keep
    assert judge("...", ["?!"]).keep


def test_the_most_shared_text_is_named_whatever_the_order():
    near, far = f"{TEST} now", "please put on some jazz in the kitchen or wherever you happen to be"
    for held_out in ([near, far], [far, near]):
        assert judge(TEST, held_out).detail.endswith(repr(near))


VECTORS = {"stop it": (1, 0), "stop that": (0.96, 0.28), "at the bound": (0.95, 0.3122499), "go on": (0, 1)}


def embed(texts):
    return np.array([VECTORS[text] for text in texts])


def test_other_words_for_the_same():
    filter_ = LeakageFilter(embed=embed)
    verdicts = filter_.judge_texts(["stop that", "go on", "stop that", "at the bound"], ["stop it"])
    assert [verdict.reason for verdict in verdicts] == ["leak_semantic", "", "leak_semantic", ""]
    assert verdicts[0].detail == "says the same as 'stop it'"
    assert verdicts[0].score == pytest.approx(0.96, abs=1e-6)
    assert all(verdict.keep for verdict in LeakageFilter(cosine=None).judge_texts(["stop that"], ["stop it"]))


def test_rows_are_not_compared_with_each_other():
    assert all(verdict.keep for verdict in LeakageFilter(embed=embed).judge_texts(["stop it", "stop that"], ["go on"]))


def test_fitted_on_held_out_rows_it_looks_at_no_other():
    asked = []

    def count(texts):
        asked.extend(texts)
        return embed(texts)

    filter_ = LeakageFilter(embed=count).fit([human_row("go on")], [human_row("stop it")])
    rows = [human_row("stop that"), human_row("go on"), human_row("stop it")]
    assert [verdict.reason for verdict in filter_(rows, [human_row("go on")])] == ["leak_semantic", "", "leak_exact"]
    assert asked == ["stop it", "stop that", "go on"], "the held-out texts are embedded once, and no leak is"
    nothing = LeakageFilter(embed=count).fit(rows, [])
    assert all(verdict.keep for verdict in nothing(rows, rows))


def test_a_report_of_the_leaks_of_a_dataset():
    train = Dataset.from_dict({"text": ["play the blues", f"{TEST} now", TEST.title()]})
    kept, leaks = filter_dataset(train, [LeakageFilter(cosine=None)], Dataset.from_dict({"text": [TEST]}))
    assert kept["text"] == ["play the blues"]
    assert leaks.to_list() == [
        {
            "row": 1,
            "text": f"{TEST} now",
            "reason": "leak_ngram",
            "detail": f"100 % of the runs of 3 words are shared with {TEST!r}",
            "score": 1.0,
        },
        {
            "row": 2,
            "text": TEST.title(),
            "reason": "leak_exact",
            "detail": f"the held-out text {TEST!r}",
            "score": 1.0,
        },
    ]


def test_with_the_default_encoder():
    train = Dataset.from_dict({"text": ["What will the weather be tomorrow in Paris", "play some jazz"]})
    test = Dataset.from_dict({"text": ["what will the weather be like in paris tomorrow"]})
    assert LeakageFilter()(train, reference=test)["text"] == ["play some jazz"]
    assert filter_dataset(train, [LeakageFilter()], test)[1]["reason"] == ["leak_semantic"]


@pytest.mark.parametrize(
    "settings",
    [{"words": 0}, {"overlap": 1}, {"overlap": -0.1}, {"shortest": 0}, {"cosine": 0}, {"cosine": 1.01}],
)
def test_settings_out_of_range(settings):
    with pytest.raises(ConfigError, match="leakage filter"):
        LeakageFilter(**settings)
