"""Judging in a terminal, with scripted answers."""

from dataclasses import replace

import pytest
from hub.ready import FACTS, splits, write_run
from parsed import human_splits, read, record

from hf_synth.review.session import Session
from hf_synth.review.terminal import judge_in_terminal, show_item
from hf_synth.schema import Provenance, Row, Span, Utterance

from .reviewed import write_dataset


@pytest.fixture
def run(tmp_path):
    return write_dataset(tmp_path / "run", made=3)


def answer(run, *lines, **settings):
    """Answer with some lines, then leave as Ctrl-D does; gives what was said of the rows in their order."""
    session, told = Session(run, **settings), iter(lines)

    def read(prompt):
        line = next(told, None)
        if line is None:
            raise EOFError
        return line

    judge_in_terminal(session, read)
    assert next(told, None) is None, "all answers were asked for"
    return [said and (said.verdict, said.note) for said in (session.judgements.get(i.key) for i in session.items)]


def test_judge_leave_and_go_on(run):
    assert answer(run, "1", "q") == [("right", ""), None, None]
    assert answer(run, "2 the city is a date") == [("right", ""), ("wrong_label", "the city is a date"), None]
    assert answer(run, "5") == [("right", ""), ("wrong_label", "the city is a date"), ("not_sure", "")]


def test_back_forward_and_nonsense(run, capsys):
    said = answer(run, "n", "3", "b", "4", "1", "\x1b[2J", "0", "6", "²", "")
    assert said == [None, ("unnatural", ""), ("right", "")]
    assert "\x1b" not in capsys.readouterr().out.replace("\x1b[1m", "").replace("\x1b[0m", "").replace("\x1b[36m", "")


def test_the_last_row_can_be_taken_back(run):
    assert answer(run, "1", "1", "2", "b", "b", "1", "1 good", "q")[1:] == [("right", ""), ("right", "good")]


def test_rows_passed_over_come_at_the_end(run):
    assert None not in answer(run, "n", "1", "1", "1", "q")


def test_control_c_keeps_everything(run):
    def read(prompt):
        raise KeyboardInterrupt

    answer(run, "1")
    judge_in_terminal(Session(run), read)
    assert Session(run).judged == 1


def test_two_reviewers(run):
    assert answer(run, "1", "1", "1", reviewer="ann") == answer(run, "1", "1", "1", reviewer="bob")
    review = Session(run, "ann", seed=7).finish()
    assert (review.reviewers, review.agreement[0].rows, review.seed) == (("ann", "bob"), 3, 7)


def test_a_hostile_row_does_not_steer_the_terminal(tmp_path):
    rows = splits(made=0)
    hostile = Utterance(("\x1b]0;x\x07", "\u202egnp", "ok"), (Span(1, 2, "a\x1b[31m"),), "in\x1btent")
    rows["train"].append(Row(hostile, Provenance("synthetic", "linguist@1", "tiny@ab12", ())))
    shown = show_item(Session(write_run(tmp_path / "run", rows, review=None)), 0)
    assert "\\u001b]0;x\\u0007 " in shown
    assert "\u202e" not in shown
    assert "\\u001b[31m" in shown


def test_a_parse_is_shown_beside_its_text(tmp_path):
    made = read([record("", ("two red pots", "(SHOP (POT (COUNT two ) (COLOUR red ) ) )"), "")])
    rows = {
        "train": [
            *map(Row.human, human_splits().train),
            Row(made[0], Provenance("synthetic", "clasp_rs@1", "t", ("seed-4",))),
        ]
    }
    facts = replace(FACTS, task="semantic_parsing", targets=("SHOP",))
    session = Session(write_run(tmp_path / "run", rows, facts, review=None))
    shown = show_item(session, 0)
    assert "(SHOP (POT (COUNT two ) (COLOUR red ) ) )" in shown
    assert "two red pots" in shown
    assert "seed (SHOP (POT (COUNT a ) ) )   a pot" in shown
