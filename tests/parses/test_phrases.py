from hf_synth.parses.catalogue import EntityCatalogue
from hf_synth.parses.phrases import read_phrases


def test_entities_are_said_in_their_own_words_or_as_the_last_value():
    catalogue = EntityCatalogue(
        {
            "TOPPING": {"weed": "SEA_KELP", "sea kelp": "SEA_KELP", "kelps": "SEA_KELP", "salt": "SODIUM"},
            "STYLE": {"plain": "SIMPLE", "no frills": "SIMPLE", "simple": "ELEGANT"},
            "NUMBER": {"a": "1", "15": "15", "sixteen": "16", "0": "0", "few": "FEW"},
            "VOLUME": {"half a pint": "284, ML"},
        }
    )
    assert read_phrases(catalogue) == {
        "TOPPING": {("SEA_KELP",): ("sea", "kelp"), ("SODIUM",): ("salt",)},
        "STYLE": {("SIMPLE",): ("no", "frills"), ("ELEGANT",): ("simple",)},
        "NUMBER": {
            ("1",): ("one",),
            ("15",): ("fifteen",),
            ("16",): ("sixteen",),
            ("0",): ("0",),
            ("FEW",): ("few",),
        },
        "VOLUME": {("284", "ML"): ("284", "ml")},
    }
