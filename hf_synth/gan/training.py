"""Training of a generator: in turns with its discriminator, watched on validation points, resumable."""

from __future__ import annotations

import copy
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from hf_synth.errors import ConfigError, require_extra
from hf_synth.gan.consistency import PointClassifier
from hf_synth.gan.judging import Judge, is_better
from hf_synth.gan.losses import consistency_loss, discriminator_loss, generator_loss, gradient_penalty
from hf_synth.gan.model import Gan
from hf_synth.gan.points import Points, check_classes
from hf_synth.gan.settings import GanSettings
from hf_synth.seeding import rng, stable_hash

require_extra("local", "torch")

import torch  # noqa: E402
from safetensors import safe_open  # noqa: E402
from safetensors.torch import save, save_file  # noqa: E402

CHECKPOINT = "training.safetensors"
LOOKED, PRETRAINED = 100, 2000  # points that are looked at, at least
PENALTY_EVERY = 4  # steps of the discriminator
LONGER = 8  # times more steps from look to look in a pre-training


@dataclass
class Trained:
    """A generator at its best, and how it got there.

    Args:
        gan: The generator.
        history: One entry a look: `step`, `validation` (loss; the lower, the better), `discriminator`, `generator`
            (losses), `agreement` (share of made points whose class the frozen classifier shares), and `spread` (root
            mean square distance of made points, over that of real ones).
        best_step: The step that it is from.
    """

    gan: Gan
    history: list[dict[str, float]] = field(default_factory=list)
    best_step: int = 0


def train_gan(
    real: Points,
    validation: Points,
    settings: GanSettings,
    seed: int,
    start: Gan | None = None,
    folder: Path | None = None,
    pretraining: bool = False,
    progress: bool = True,
) -> Trained:
    """Train a generator of points that look like real ones, with their classes.

    Args:
        real: Real points, at least two of each class.
        validation: Real points of the same classes that it does not see; they decide when it stops.
        settings: How to train.
        seed: Of everything.
        start: A generator to go on with, such as one that was pre-trained; it is not changed.
        folder: Where a training that is stopped leaves its state, to go on from there; removed when it is done.
        pretraining: Take the number of steps and the rate of a pre-training.
        progress: Show a bar.

    Returns:
        The generator of the look at which validation points were classified best; one that was pre-trained stays as it
        was unless another look is better by more than a standard error.

    Raises:
        SchemaError: A class has a single point.
        ConfigError: `start` is of other classes or of another space, or the state is of another training.

    Reference: Gupta 2019.
    """
    check_classes(real)
    if start is not None and (start.names != real.names or len(start.space.centre) != real.size):
        raise ConfigError(
            f"the pre-trained generator makes {len(start.space.centre)} numbers of {', '.join(start.names)}, "
            f"the real points have {real.size} of {', '.join(real.names)}"
        )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        run = _Run(real, validation, settings, seed, start, pretraining)
        state = None if folder is None else folder / CHECKPOINT
        if state is not None and state.is_file():
            run.load(state)
        bar = tqdm(total=run.steps, initial=run.step, desc="gan", unit="step", disable=not progress)
        while not run.done:
            run.advance()
            bar.update(run.step - bar.n)
            bar.set_postfix(
                {name: f"{value:.3f}" for name, value in run.trained.history[-1].items() if name != "step"}
            )
            if state is not None:
                run.save(state)
        bar.close()
        if state is not None:
            state.unlink(missing_ok=True)
    return run.trained


def fit_classifier(real: Points, settings: GanSettings, start: Gan | None) -> PointClassifier:
    """The classifier that made points and their classes are to agree with.

    Args:
        real: Real points.
        settings: Whether it knows what the classifier of an earlier generator says.
        start: The earlier generator, if there is one.

    Returns:
        The classifier.
    """
    return PointClassifier.fit(real, before=start.classifier if start and settings.prior else None)


class _Run:
    """A training in its present state."""

    def __init__(
        self, real: Points, validation: Points, settings: GanSettings, seed: int, start: Gan | None, pretraining: bool
    ) -> None:
        classifier = fit_classifier(real, settings, start)
        gan = start.go_on(classifier) if start else Gan.new(classifier, real.names, settings)
        self.settings, self.seed, self.gan = settings, seed, gan
        self.real = Points(gan.space.enter(real.vectors), real.labels, real.names)
        begun = hashlib.sha256(save(gan.tensors()) + classifier.weights.tobytes()).hexdigest() if start else ""
        self.identity = stable_hash(real.key, validation.key, vars(settings), seed, pretraining, begun)
        self.steps = settings.pretraining_steps if pretraining else settings.steps
        self.check_every = settings.check_every * (LONGER if pretraining else 1)
        rate = settings.learning_rate if pretraining or start is None else settings.tuning_rate
        self.optimizers = [
            torch.optim.Adam(part.parameters(), lr=rate, betas=(0.5, 0.999), fused=True)
            for part in (gan.generator, gan.discriminator)
        ]
        self.classifier = gan.classifier.freeze()
        count = PRETRAINED if pretraining else max(len(real), LOOKED)
        self.judge = Judge(validation, None if pretraining else real, count, seed)
        self.tuned = start is not None
        self.step, self.waited = 0, 0
        self.best = np.full(len(validation), np.inf)
        self._epoch = (-1, np.zeros(0, dtype=np.int64))
        self.trained = Trained(gan)
        self._look(0.0, 0.0)
        if not self.tuned:
            self.best.fill(np.inf)  # one that was pre-trained may be good as it is; any other has to learn first

    @property
    def done(self) -> bool:
        """Whether all steps are done, or the last looks brought nothing."""
        return self.step >= self.steps or self.waited >= self.settings.patience

    def advance(self) -> None:
        """Train until the next look."""
        ours, theirs = [], []
        for _ in range(min(self.check_every, self.steps - self.step)):
            self.step += 1
            theirs.append(self._train_discriminator())
            ours.append(self._train_generator())
        self._look(float(np.mean(theirs)), float(np.mean(ours)))

    def _draw_real(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Real points of a step, each with fresh noise, and their classes as vectors."""
        count = len(self.real)
        size = min(self.settings.batch_size, count)
        epochs, offsets = np.divmod(np.arange((self.step - 1) * size, self.step * size), count)
        places = np.array([self._order(epoch)[offset] for epoch, offset in zip(epochs, offsets, strict=True)])
        points = torch.from_numpy(self.real.vectors[places])
        if self.settings.real_noise:
            points = points + self.settings.real_noise * torch.randn_like(points)
        classes = torch.nn.functional.one_hot(torch.from_numpy(self.real.labels[places]), len(self.real.names))
        return points, classes.float()

    def _order(self, epoch: int) -> NDArray[np.int64]:
        """The order of the real points in an epoch; the last one is kept."""
        if self._epoch[0] != epoch:
            self._epoch = (epoch, rng(self.seed, "epoch", int(epoch)).permutation(len(self.real)))
        return self._epoch[1]

    def _make(self, count: int) -> tuple[torch.Tensor, torch.Tensor]:
        made: tuple[torch.Tensor, torch.Tensor] = self.gan.generator(torch.randn(count, self.gan.generator.noise_size))
        return made

    def _train_discriminator(self) -> float:
        points, classes = self._draw_real()
        penalty = 0.0 if self.step % PENALTY_EVERY else PENALTY_EVERY * self.settings.penalty
        points.requires_grad_(bool(penalty))
        with torch.no_grad():
            made, logits = self._make(len(points))
        believed = self.gan.discriminator(points, classes)
        loss = discriminator_loss(believed, self.gan.discriminator(made, logits.softmax(dim=1)), self.settings)
        if penalty:
            loss = loss + penalty / 2 * gradient_penalty(believed, points)
        return _improve(loss, self.optimizers[1])

    def _train_generator(self) -> float:
        made, logits = self._make(min(self.settings.batch_size, len(self.real)))
        loss = generator_loss(self.gan.discriminator(made, logits.softmax(dim=1)), self.settings)
        if self.settings.consistency:
            loss = loss + self.settings.consistency * consistency_loss(self.classifier(made), logits)
        return _improve(loss, self.optimizers[0])

    def _look(self, discriminator: float, generator: float) -> None:
        """Judge the generator, and keep it if it is better than ever."""
        self.gan.discriminator.eval()
        losses = self.judge.losses(self.gan)
        vectors, chances = self.gan.draw(self.judge.count, self.seed)
        points = self.gan.space.enter(vectors)
        told = self.classifier(torch.from_numpy(points)).argmax(dim=1).numpy()
        entry = {
            "step": float(self.step),
            "validation": float(losses.mean()),
            "discriminator": discriminator,
            "generator": generator,
            "agreement": float((told == chances.argmax(axis=1)).mean()),
            "spread": float((points.var(axis=0).sum() / self.real.vectors.var(axis=0).sum()) ** 0.5),
        }
        self.trained.history.append(entry)
        self.gan.discriminator.train()
        if not self.step or is_better(losses, self.best, surely=self.tuned):
            self.best, self.waited = losses, 0
            self.trained.gan, self.trained.best_step = copy.deepcopy(self.gan), self.step
        else:
            self.waited += 1

    def save(self, path: Path) -> None:
        """Write the state, so that a training that is stopped goes on as if it had not been."""
        path.parent.mkdir(parents=True, exist_ok=True)
        tensors = self.gan.tensors("now.") | self.trained.gan.tensors("kept.") | {"random": torch.get_rng_state()}
        for number, optimizer in enumerate(self.optimizers):
            for place, state in optimizer.state_dict()["state"].items():
                tensors |= {f"optimizers.{number}.{place}.{name}": value for name, value in state.items()}
        told: dict[str, Any] = {
            "step": self.step,
            "waited": self.waited,
            "best": self.best.tolist(),
            "best_step": self.trained.best_step,
        }
        told |= {"identity": self.identity, "history": self.trained.history}
        temporary = path.with_suffix(".tmp")
        save_file(tensors, temporary, {"state": json.dumps(told)})
        temporary.replace(path)

    def load(self, path: Path) -> None:
        """Go on from a state."""
        with safe_open(path, "pt") as file:
            told = json.loads(file.metadata()["state"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}
        if told["identity"] != self.identity:
            raise ConfigError(f"{path} is the state of another training", hint="Remove it, or choose another folder.")
        self.trained.gan = copy.deepcopy(self.gan)
        self.gan.take_tensors(tensors, "now.")
        self.trained.gan.take_tensors(tensors, "kept.")
        for number, optimizer in enumerate(self.optimizers):
            states: dict[int, dict[str, torch.Tensor]] = {}
            for name, value in tensors.items():
                if name.startswith(f"optimizers.{number}."):
                    place, part = name.split(".")[2:]
                    states.setdefault(int(place), {})[part] = value
            optimizer.load_state_dict({**optimizer.state_dict(), "state": states})
        self.step, self.waited, self.best = told["step"], told["waited"], np.array(told["best"])
        self.trained.history, self.trained.best_step = told["history"], told["best_step"]
        torch.set_rng_state(tensors["random"])


def _improve(loss: torch.Tensor, optimizer: torch.optim.Optimizer) -> float:
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return float(loss.detach())
