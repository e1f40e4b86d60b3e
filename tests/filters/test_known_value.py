from hf_synth.filters.known_value import KnownValueFilter
from hf_synth.schema import Row, Utterance

KNOWN = KnownValueFilter({"TOPPING": ["ham", "Black Olives"]})


def parsed(parse):
    return Row.human(Utterance(("any", "words"), (), "ORDER", parse=parse))


def judge(*rows):
    return [(verdict.reason, verdict.detail) for verdict in KNOWN(rows, [])]


def test_values_of_labels():
    good = parsed("(ORDER (NOT (TOPPING HAM ) ) (TOPPING black olives ) (SIZE giant ) )")
    bad = parsed("(ORDER (TOPPING ham ) (NOT (TOPPING black ) ) )")
    assert judge(good, bad) == [("", ""), ("unknown_value", "'black' is no TOPPING")]


def test_rows_without_a_parse():
    assert judge(Row.human(Utterance(("hi",), (), "GREET"))) == [("", "")]


def test_without_values_those_of_human_rows_are_all_there_are():
    fitted = KnownValueFilter().fit([parsed("(ORDER (TOPPING Ham ) )"), parsed("(ORDER (SIZE big ) )")], [])
    assert fitted.values == {"SIZE": ["big"], "TOPPING": ["ham"]}
    assert KNOWN.fit([parsed("(ORDER (TOPPING tuna ) )")], []) is KNOWN
    rows = [parsed(f"(ORDER ({slot} ) )") for slot in ("TOPPING HAM", "TOPPING big", "STYLE thin")]
    assert [verdict.reason for verdict in fitted(rows, [])] == ["", "unknown_value", ""]
