import pytest
import torch

from hf_synth.pseudo_labels.losses import distillation_loss, label_loss, negative_loss, weigh_epoch


def test_label_loss_is_the_sum_over_labels_of_the_cross_entropy():
    logits, targets = torch.tensor([[2.0, -1.0], [0.5, 3.0]]), torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    chances = torch.sigmoid(logits)
    wanted = -(targets * chances.log() + (1 - targets) * (1 - chances).log()).sum(1).mean()
    assert torch.isclose(label_loss(logits, targets), wanted)


def test_a_row_without_labels_teaches_nothing_there():
    logits = torch.tensor([[2.0, -1.0], [0.5, 3.0]], requires_grad=True)
    label_loss(logits, torch.tensor([[1.0, 0.0], [torch.nan, torch.nan]])).backward()
    assert logits.grad[1].tolist() == [0, 0]
    assert logits.grad[0].abs().sum() > 0


def test_a_negative_counts_only_where_it_is_the_top_prediction():
    logits = torch.tensor([[3.0, 1.0], [1.0, 3.0]], requires_grad=True)
    negatives = torch.tensor([[True, False], [True, False]])
    loss = negative_loss(logits, negatives)
    loss.backward()
    assert torch.isclose(loss, torch.nn.functional.softplus(torch.tensor(3.0)) / 2)
    assert logits.grad[1].tolist() == [0, 0]
    assert logits.grad[0, 0] > 0
    assert logits.grad[0, 1] == 0


def test_one_of_several_negatives_on_top_is_enough():
    logits = torch.tensor([[1.0, 3.0, 2.0]])
    assert negative_loss(logits, torch.tensor([[True, True, False]])) > 3
    assert negative_loss(logits, torch.tensor([[True, False, True]])) == 0


@pytest.mark.parametrize("size", [1.0, 80.0, 1e4])
def test_losses_stay_finite(size):
    logits = torch.tensor([[size, -size, size]], requires_grad=True)
    loss = (
        label_loss(logits, torch.tensor([[0.0, 1.0, 1.0]]))
        + negative_loss(logits, torch.tensor([[True, False, False]]))
        + distillation_loss(logits, -logits.detach(), 1.0)
    )
    loss.backward()
    assert loss.isfinite()
    assert logits.grad.isfinite().all()


def test_gradients_are_those_of_autograd_in_float64():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(5, 4, generator=generator, dtype=torch.float64, requires_grad=True)
    targets = torch.rand(5, 4, generator=generator, dtype=torch.float64)
    wrong = torch.rand(5, 4, generator=generator) > 0.5
    earlier = torch.randn(5, 4, generator=generator, dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda z: label_loss(z, targets), logits)
    assert torch.autograd.gradcheck(lambda z: negative_loss(z, wrong), logits)
    assert torch.autograd.gradcheck(lambda z: distillation_loss(z, earlier, 16.0), logits)


def test_distillation_pulls_towards_what_was_said_whatever_the_temperature():
    for temperature in (1.0, 4.0, 16.0):
        logits = torch.tensor([[1.0, -1.0]], requires_grad=True)
        distillation_loss(logits, torch.tensor([[2.0, -1.0]]), temperature).backward()
        assert logits.grad[0, 0] < -0.1
        assert abs(logits.grad[0, 1]) < 1e-6


def test_rows_of_which_nothing_was_said_are_left_out():
    logits = torch.tensor([[1.0, -1.0]], requires_grad=True)
    loss = distillation_loss(logits, torch.full((1, 2), torch.nan), 16.0)
    loss.backward()
    assert loss == 0
    assert logits.grad.tolist() == [[0, 0]]


def test_weights_of_epochs():
    assert [weigh_epoch(epoch, 0.0) for epoch in (0, 1, 2)] == [0, 1, 1]
    assert [weigh_epoch(epoch, 1.0) for epoch in (0, 1, 2)] == [0, 0, 0]
