"""Made-up scores: seven targets, three draws, and a ceiling for the first draw alone."""

from hf_synth.report import Score, make_report
from hf_synth.seeding import rng

LEVELS = {"real_only": 0.42, "upsampled": 0.63, "slot_resampling": 0.68, "linguist": 0.74, "full_data": 0.88}
TARGETS = (
    "AddToPlaylist",
    "BookRestaurant",
    "GetWeather",
    "PlayMusic",
    "RateBook",
    "SearchCreativeWork",
    "SearchEvent",
)
GENERATION = {
    "requested": 4200,
    "prompts": 3100,
    "completions": 6200,
    "accepted": 4150,
    "rejected": {
        "malformed": 310,
        "duplicate": 960,
        "untagged_value": 480,
        "surplus": 290,
        "length": 7,
        "held_out": 3,
    },
    "seconds": 413.25,
    "teacher_calls": 6200,
    "journal_hits": 0,
}


def some_scores(levels=None, targets=TARGETS, draws=3, seeds=(0,)):
    scores = []
    for arm, level in (levels or LEVELS).items():
        for number, target in enumerate(targets):
            for draw in range(1 if arm == "full_data" else draws):
                for seed in seeds:
                    noise = rng(0, arm, target, draw, seed).normal(0, 0.02, 5)
                    f1 = min(1.0, level + 0.02 * (number - len(targets) / 2) + noise[0])
                    metrics = {
                        "intent_accuracy": 0.97,
                        "exact_match": 0.8 + level / 10 + noise[1] / 4,
                        "slot_f1": 0.9,
                        "target_intent_recall": min(1.0, 0.82 + level / 5 + noise[2] / 2),
                        "target_slot_f1": f1,
                        "other_intent_accuracy": 0.985 + noise[3] / 20,
                        "other_slot_f1": 0.93 + noise[4] / 10,
                    }
                    rows = 3010 + 490 * (arm != "real_only")
                    scores.append(Score(f"{target}/{draw}", target, draw, arm, seed, rows, metrics))
    return scores


def some_report(**settings):
    return make_report(
        some_scores(**settings), ["upsampled", "slot_resampling"], GENERATION, {"hf_synth": "0.1.0"}, test_rows=700
    )
