"""How fast back-translation is, against nlpaug and a plain loop, on the same weights and the same texts.

    python tests/benchmarks/back_translation.py --texts snips.txt [--models DIR/{source}-{target}] [--beams 1]

Without `--models` both models have the shape of opus-mt and random weights, and every translation is 16 tokens long.
Every figure is sentences a second there and back, on all cores that this process may use; the runs follow
each other in turns, and the best of each is taken. `nlpaug` is not a dependency: install it to have its row.
"""

import argparse
import importlib.util
import json
import time
from pathlib import Path

import torch
from datasets import Dataset
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from hf_synth.transforms import back_translation
from hf_synth.transforms.back_translation import BackTranslation
from hf_synth.translation.engines import SLACK, convert, load_translator
from hf_synth.translation.marian import MarianShape, build_marian

LENGTH = 16
OPUS = MarianShape(pieces=58_000, width=512, heads=8, encoder_layers=6, decoder_layers=6, feed_forward=2048)


def make_models(folder, texts):
    """Two models of the size of opus-mt with random weights, which end every translation after `LENGTH` tokens."""
    for way in ("en-fr", "fr-en"):
        if not (folder / way / "config.json").is_file():
            torch.manual_seed(0)
            shape = MarianShape(**{**vars(OPUS), "pieces": 6000})
            model, tokenizer = build_marian(texts, shape, folder / "pieces")
            model.resize_token_embeddings(OPUS.pieces)
            padding = OPUS.pieces - 1
            for settings in (model.config, model.generation_config):
                settings.pad_token_id = settings.decoder_start_token_id = padding
            model.generation_config.bad_words_ids = None
            model.get_input_embeddings().weight.data[padding] = 0.0
            model.save_pretrained(folder / way)
            tokenizer.save_pretrained(folder / way)
            # The texts have fewer pieces than opus-mt: the rest are names for embeddings that no text reaches.
            file = folder / way / "vocab.json"
            names = json.loads(file.read_text(encoding="utf-8"))
            names |= {f"<unused-{number}>": number for number in range(names["<pad>"], padding)} | {"<pad>": padding}
            file.write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")
            file = folder / way / "tokenizer_config.json"
            card = json.loads(file.read_text(encoding="utf-8"))
            added = card["added_tokens_decoder"]
            added[str(padding)] = added.pop(next(key for key, token in added.items() if token["content"] == "<pad>"))
            file.write_text(json.dumps(card), encoding="utf-8")
    return f"{folder}/{{source}}-{{target}}"


def plain_loop(models, texts, beams, length):
    """What one writes by hand: batches of 32 in the order of the texts."""

    def translate(name, rows):
        tokenizer, model = loaded[name]
        out = []
        for start in range(0, len(rows), 32):
            batch = tokenizer(rows[start : start + 32], padding=True, return_tensors="pt")
            with torch.inference_mode():
                made = model.generate(**batch, num_beams=beams, max_new_tokens=length)
            out.extend(tokenizer.batch_decode(made, skip_special_tokens=True))
        return out

    names = [models.format(source=a, target=b) for a, b in (("en", "fr"), ("fr", "en"))]
    loaded = {n: (AutoTokenizer.from_pretrained(n), AutoModelForSeq2SeqLM.from_pretrained(n).eval()) for n in names}
    return lambda: translate(names[1], translate(names[0], texts))


def nlpaug_runner(models, texts, beams, length):
    """nlpaug 1.1.11; it takes the width of the beam from the model's own settings."""
    from nlpaug.augmenter.word import BackTranslationAug

    names = [models.format(source=a, target=b) for a, b in (("en", "fr"), ("fr", "en"))]
    augmenter = BackTranslationAug(*names, device="cpu", batch_size=32, max_length=length + 1)
    for model in (augmenter.model.src_model, augmenter.model.tgt_model):
        model.generation_config.num_beams = beams
    return lambda: augmenter.augment(texts)


def engine_ceiling(models, texts, beams, length, compute_type):
    """CTranslate2 called directly on texts that are tokenised and sorted already; both ways, nothing decoded."""
    import ctranslate2

    runs = []
    for way in (("en", "fr"), ("fr", "en")):
        name = models.format(source=way[0], target=way[1])
        tokenizer = AutoTokenizer.from_pretrained(name)
        rows = sorted((tokenizer.convert_ids_to_tokens(ids) for ids in tokenizer(texts).input_ids), key=len)[::-1]
        engine = ctranslate2.Translator(
            str(convert(name)), compute_type=compute_type, intra_threads=torch.get_num_threads()
        )
        runs.append((engine, rows, min(length, 2 * len(rows[0]) + SLACK)))

    def run():
        for engine, rows, longest in runs:
            engine.translate_batch(
                rows, max_batch_size=4096, batch_type="tokens", beam_size=beams, max_decoding_length=longest
            )

    return run


def ours(models, texts, beams, length, engine, compute_type):
    """The transform, called as `Dataset.map` calls it, with its models loaded."""
    transform = BackTranslation(
        models=models, pivots=("fr",), num_beams=beams, max_new_tokens=length, engine=engine, compute_type=compute_type
    )
    transform({"text": texts[:2]})
    return lambda: transform({"text": texts})


def measure_workers(models, texts, length):
    """Sentences a second of `Dataset.map` with one process of one thread and with two, models loaded by each."""
    rows = Dataset.from_dict({"text": texts * 12})
    transform = BackTranslation(models=models, pivots=("fr",), max_new_tokens=length)
    rates = {}
    for number in (1, 2):
        started = time.perf_counter()
        rows.map(transform, batched=True, remove_columns=["text"], num_proc=number, load_from_cache_file=False)
        rates[number] = max(rates.get(number, 0), len(rows) / (time.perf_counter() - started))
        print(f"num_proc={number}: {len(rows) / (time.perf_counter() - started):.1f} sentences a second")
    print(f"two are {rates[2] / rates[1]:.2f} times one")


def keep_texts_apart():
    """Have the way there hand on the texts: random weights say the same of many, and equal texts are done once."""

    class Apart:
        def __init__(self, name, *engine):
            self.translator, self.forward = load_translator(name, *engine), "en-fr" in name

        def translate(self, texts, decoding):
            made = self.translator.translate(texts, decoding)
            return [[text] for text in texts] if self.forward else made

    back_translation.load_translator = Apart


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--texts", required=True, help="one text a line")
    parser.add_argument("--limit", type=int, default=2000)
    parser.add_argument("--models", default="", help="folders of two models, with {source} and {target}")
    parser.add_argument("--scratch", default="runs/benchmark")
    parser.add_argument("--beams", type=int, default=1)
    parser.add_argument("--workers", action="store_true", help="one process with one thread, then two of them")
    parser.add_argument("--turns", type=int, default=2)
    settings = parser.parse_args()
    texts = Path(settings.texts).read_text(encoding="utf-8").splitlines()[: settings.limit]
    models = settings.models or make_models(Path(settings.scratch), texts)
    if not settings.models:
        keep_texts_apart()
    common = (models, texts, settings.beams, 256 if settings.models else LENGTH)
    if settings.workers:
        torch.set_num_threads(1)
        measure_workers(models, texts, common[-1])
        return
    runs = {
        "transformers, plain loop of 32": plain_loop(*common),
        "hf_synth, transformers, float32": ours(*common, "transformers", "float32"),
        "hf_synth, ctranslate2, float32": ours(*common, "ctranslate2", "float32"),
        "ctranslate2 alone, float32": engine_ceiling(*common, "float32"),
        "hf_synth, ctranslate2, int8": ours(*common, "ctranslate2", "int8"),
        "ctranslate2 alone, int8": engine_ceiling(*common, "int8"),
    }
    if importlib.util.find_spec("nlpaug"):
        runs = {"nlpaug 1.1.11": nlpaug_runner(*common), **runs}
    best = dict.fromkeys(runs, float("inf"))
    for _ in range(settings.turns):
        for name, run in runs.items():
            started = time.perf_counter()
            run()
            best[name] = min(best[name], time.perf_counter() - started)
    first = next(iter(best.values()))
    print(f"{len(texts)} texts, {settings.beams} beams, {torch.get_num_threads()} threads")
    print(f"| {'':32} | sentences a second | ratio |\n|---|--:|--:|")
    for name, seconds in best.items():
        print(f"| {name:32} | {len(texts) / seconds:18.1f} | {first / seconds:5.2f} |")


if __name__ == "__main__":
    main()
