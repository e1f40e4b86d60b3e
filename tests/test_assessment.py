from hf_synth.assessment import assess_teacher, make_requests, share
from hf_synth.generation import Sampling
from hf_synth.seeds import read_record
from hf_synth.teachers.scripted import ScriptedTeacher, echo_slots

ROWS = [
    read_record({"intent": "set_alarm", "utterance": text}, "en-US", f"s{number}")
    for number, text in enumerate(
        [
            "wake me at [time : seven]",
            "alarm at [time : noon] [date : today]",
            "up by [time : six]",
            "ring [date : friday]",
        ]
    )
]


def test_a_teacher_that_writes_what_is_owed_is_always_accepted():
    result = assess_teacher(ScriptedTeacher(echo_slots), ROWS, Sampling(), draws=3)
    assert result["prompts"] == 4
    assert result["intents"] == ["set_alarm"]
    for decoding in ("constrained", "free"):
        assert result[decoding]["accepted"] == 1.0
        assert result[decoding]["literal_exact"] == 1.0
        assert result[decoding]["rejected"] == {}


def test_invented_values_of_the_script_are_novel_and_unknown():
    result = assess_teacher(ScriptedTeacher(echo_slots), ROWS, Sampling(), draws=3)["free"]
    assert result["wildcard_novel"] == 1.0
    assert result["wildcard_known"] == 0.0


def test_rejects_are_counted_by_reason():
    result = assess_teacher(ScriptedTeacher(lambda draw, sampling: "[1 broken"), ROWS, Sampling())["free"]
    assert result["accepted"] == 0.0
    assert result["rejected"] == {"malformed": 1.0}
    assert result["distinct"] is None


def test_requests_never_show_the_utterance_they_ask_for():
    for request, row in zip(make_requests(ROWS), ROWS, strict=True):
        assert len(request.examples) == 3
        assert sorted(item.slot for item in request.include) != [] or row.spans == ()


def test_share_of_nothing_is_none():
    assert share([]) is None
    assert share([True, False]) == 0.5
