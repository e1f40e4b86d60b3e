"""Human rows and made rows to put beside each other."""

from small import seed_records, utterances

from hf_synth.annotation import read_annotation
from hf_synth.schema import Provenance, Row, Utterance


def human_rows():
    """Eighteen rows of three intents."""
    return [Row.human(utterance) for utterance in utterances(seed_records())]


def made_row(text, intent="set_alarm", origin="synthetic", method="linguist@1"):
    return Row(Utterance(*read_annotation(text), intent), Provenance(origin, method, "tiny@ab12", ("s0",)))


def made_rows(**changes):
    """Twelve rows of three intents, some of them nearly human ones."""
    return [
        made_row(text, intent, **changes)
        for intent, texts in {
            "set_alarm": ("wake me at [time : seven] please", "alarm at [time : ten]", "alarm [date : today]", "ring"),
            "play_music": ("play some [genre : jazz] now", "play [genre : soul]", "play [genre : rock]", "music"),
            "get_weather": (
                "will it snow in [city : paris]",
                "is it hot",
                "is it wet",
                "zeppelins over [city : rome]",
            ),
        }.items()
        for text in texts
    ]
