"""A generator with its discriminator and space: asked, saved and loaded."""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hf_synth.errors import ConfigError, require_extra
from hf_synth.gan.consistency import PointClassifier
from hf_synth.gan.networks import Discriminator, Generator
from hf_synth.gan.settings import GanSettings
from hf_synth.gan.space import Space
from hf_synth.manifest import read_json, write_json
from hf_synth.seeding import rng

require_extra("local", "torch")

import torch  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402
from torch import Tensor  # noqa: E402

CARD, WEIGHTS = "gan.json", "gan.safetensors"


@dataclass
class Gan:
    """A generator of points with classes.

    Args:
        generator: Noise in, points of its space and logits out.
        discriminator: What it was trained against.
        classifier: What its points and their classes were to agree with; its space is where the points lie.
        names: Names of the classes.
        settings: How it was made.
    """

    generator: Generator
    discriminator: Discriminator
    classifier: PointClassifier
    names: tuple[str, ...]
    settings: GanSettings

    @classmethod
    def new(cls, classifier: PointClassifier, names: tuple[str, ...], settings: GanSettings) -> Gan:
        """A generator that has learnt nothing yet."""
        sizes = len(classifier.space.centre), len(names)
        return cls(Generator(settings, *sizes), Discriminator(settings, *sizes), classifier, names, settings)

    @property
    def space(self) -> Space:
        """Where its points lie."""
        return self.classifier.space

    def go_on(self, classifier: PointClassifier) -> Gan:
        """A copy that is to agree with another classifier."""
        parts = copy.deepcopy((self.generator, self.discriminator))
        return Gan(*parts, classifier.move(self.space), self.names, self.settings)

    def draw(self, count: int, seed: int, part: int = 0) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Make points.

        Args:
            count: How many, at least 1.
            seed: Of the noise.
            part: Which part of the points of this seed.

        Returns:
            Vectors of shape (count, d), outside of the generator's space, and chances of the classes.
        """
        noise = rng(seed, "noise", part).standard_normal((count, self.generator.noise_size), dtype=np.float32)
        with torch.inference_mode():
            points, logits = self.generator(torch.from_numpy(noise))
        return self.space.leave(points.numpy()), logits.softmax(dim=1).numpy()

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write it to a folder."""
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        arrays = {"centre": self.space.centre, "weights": self.classifier.weights, "bias": self.classifier.bias}
        told = {f"classifier.{name}": torch.from_numpy(array) for name, array in arrays.items()}
        save_file({**self.tensors(), **told}, place / WEIGHTS)
        card = {"names": list(self.names), "settings": asdict(self.settings)}
        write_json(place / CARD, {**card, "scale": self.space.scale, "unit": self.space.unit})

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Gan:
        """Read what `save` wrote.

        Args:
            folder: Where it wrote.

        Returns:
            The generator.

        Raises:
            ConfigError: There is none.
        """
        card = read_json(Path(folder) / CARD)
        if card is None:
            raise ConfigError(f"{folder} holds no generator", hint="Give a folder that Gan.save wrote.")
        tensors = load_file(Path(folder) / WEIGHTS)
        centre, weights, bias = (tensors[f"classifier.{name}"].numpy() for name in ("centre", "weights", "bias"))
        classifier = PointClassifier(Space(centre, card["scale"], card["unit"]), weights, bias)
        made = cls.new(classifier, tuple(card["names"]), GanSettings(**card["settings"]))
        made.take_tensors(tensors)
        return made

    def tensors(self, prefix: str = "") -> dict[str, Tensor]:
        """The weights of both networks by name, with something before each name if wanted."""
        parts = (("generator", self.generator), ("discriminator", self.discriminator))
        return {
            f"{prefix}{part}.{name}": value.clone()
            for part, network in parts
            for name, value in network.state_dict().items()
        }

    def take_tensors(self, tensors: Mapping[str, Tensor], prefix: str = "") -> None:
        """Take over weights that `tensors` gave."""
        for part, network in (("generator", self.generator), ("discriminator", self.discriminator)):
            start = f"{prefix}{part}."
            network.load_state_dict(
                {name.removeprefix(start): value for name, value in tensors.items() if name.startswith(start)}
            )
