import numpy as np
from small import human_row

from hf_synth.filters.value import ValueFilter
from hf_synth.schema import Provenance, Row

VECTORS = {"rome": (1, 0), "rainy": (0, 1), "paris": (0.9, 0.1), "umbrella": (0.2, 0.8), "middle": (0.6, 0.8)}
HUMAN = [human_row("[city : Rome]"), human_row("is it [weather : rainy]")]


def judge(*texts, human=HUMAN, asked=None):
    def embed(values):
        if asked is not None:
            asked.extend(values)
        return np.array([VECTORS[value] for value in values], dtype=np.float32)

    return ValueFilter(embed=embed)([human_row(text) for text in texts], human)


def test_a_value_that_is_nearest_to_another_slot():
    verdicts = judge("in [city : paris]", "in [city : Umbrella]", "now [weather : umbrella]")
    assert [verdict.reason for verdict in verdicts] == ["", "implausible_value", ""]
    assert verdicts[1].score == 0.8
    assert verdicts[1].detail == "'Umbrella' as city is nearest to 'rainy', a weather"


def test_a_value_that_people_used_is_not_questioned():
    asked = []
    assert [verdict.keep for verdict in judge("[city : ROME]", "no slot", asked=asked)] == [True, True]
    assert asked == []


def test_a_slot_that_people_never_filled_is_not_questioned():
    assert judge("[mood : umbrella]")[0].keep


def test_only_human_rows_are_a_reference():
    made = Row(human_row("[city : umbrella]").utterance, Provenance("synthetic", "linguist@1", "t"))
    assert judge("[city : middle]", human=[*HUMAN, made])[0].reason == "implausible_value"
    assert judge("[city : middle]", human=[made])[0].keep


def test_the_default_encoder_tells_cities_from_weather():
    human = [human_row(f"[city : {word}]") for word in ("rome", "paris", "new york", "oslo")]
    human += [human_row(f"[weather : {word}]") for word in ("rainy", "snow", "umbrella weather", "storm")]
    rows = [human_row("in [city : berlin]"), human_row("in [city : umbrella]")]
    assert [verdict.reason for verdict in ValueFilter()(rows, human)] == ["", "implausible_value"]
