"""Points around a few centres, so that a generator has something to learn."""

import numpy as np

from hf_synth.gan.points import Points

NAMES = ("bad", "good", "so-so")


def some_points(count=60, size=6, classes=2, seed=0, spread=0.6):
    generator = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    centres = np.random.default_rng(7).normal(size=(classes, size)) * 2
    vectors = centres[labels] + spread * generator.normal(size=(count, size))
    return Points(vectors.astype(np.float32), labels, NAMES[:classes])
