"""`hf-synth push`: a dataset, its card and its manifest in one commit."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import get_token

from hf_synth import __version__
from hf_synth.errors import HubError
from hf_synth.hub.card import DEFAULT
from hf_synth.hub.checks import find_refusals, tell_review
from hf_synth.hub.folder import CARD, find_dataset
from hf_synth.hub.publication import Publication
from hf_synth.hub.repository import MovedError, Repository, State

logger = logging.getLogger(__name__)

ATTEMPTS = 3


@dataclass(frozen=True)
class Pushed:
    """What a push did, or what it would do.

    Args:
        url: Address of the dataset.
        commit: The new commit; None if nothing was written.
        uploaded: Files that are new or changed, with their size in bytes.
        unchanged: Files that stand there already.
        deleted: Files of an earlier push that the dataset no longer has.
        created: Whether the repo or the branch is new.
        review: What a review by people found.
        refusals: Why a push would be refused; only a dry run gives them.
        unread: Why a dry run could not compare with the Hub; empty if it could.
    """

    url: str
    commit: str | None
    uploaded: Mapping[str, int]
    unchanged: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    created: bool = False
    review: str = "not reviewed"
    refusals: tuple[str, ...] = ()
    unread: str = ""


def push_to_hub(
    folder: str | Path,
    repo_id: str,
    *,
    config_name: str = DEFAULT,
    private: bool = False,
    rejects: bool = False,
    branch: str = "main",
    replace: bool = False,
    dry_run: bool = False,
) -> Pushed:
    """Publish a dataset on the Hugging Face Hub: rows, card and manifest in one commit.

    Only what has changed is sent; the card is merged with the README of the repo, whose other text, keys and configs
    stay. Nothing is sent as long as the dataset is not ready: the licence of the human rows, the teacher and its
    licence and the languages must be stated, all held-out rows must be human, and no review may have failed. The token
    is that of `hf auth login` or `HF_TOKEN`.

    Args:
        folder: The folder of a dataset, or of a run with one dataset.
        repo_id: `user/name`; made if it is not there.
        config_name: Config of the repo that the rows become. Another one than `default` has its files in a folder of
            its name, so that several datasets can share a repo.
        private: Make a new repo private.
        rejects: Publish the rejects, too; without, those of an earlier push are deleted.
        branch: Branch to write to; made if it is not there.
        replace: Take the place of a config or of files that hf-synth did not write.
        dry_run: Write nothing, and say what would be done.

    Returns:
        What was written, and what stood there already.

    Raises:
        HubError: The dataset is not ready, there is no token, or the Hub does not take it; nothing is half published.
        ConfigError: There is no such dataset, or the repo or the config have no possible name.

    Examples:
        >>> push_to_hub("runs/none", "me/alarms", dry_run=True)
        Traceback (most recent call last):
        hf_synth.errors.ConfigError: runs/none holds no dataset of hf-synth
        Hint: Give the --out folder of hf-synth run or build, or a dataset folder with README.md.
    """
    token = get_token()
    repository = Repository(repo_id, branch, token)
    place = find_dataset(Path(folder))
    publication = Publication.read(place, config_name, rejects)
    refusals = find_refusals(place)
    if dry_run:
        return _plan(repository, publication, place, refusals, private, replace)
    if refusals:
        raise HubError(
            f"{place} is not ready to be published:\n" + "\n".join(f"- {reason}" for reason in refusals),
            hint="Mend these, and push again; nothing was sent.",
        )
    if not token:
        raise HubError("no token: the Hub does not know who you are", hint="Run: hf auth login, or set HF_TOKEN.")
    state = repository.read(publication.folder)
    if reason := publication.find_objection(state, private, replace):
        raise HubError(f"{repository.url}: {reason}", hint="Nothing was sent.")
    created = not state.commit
    if created:
        repository.create(private)
        state = repository.read(publication.folder)
        if not state.commit:
            raise HubError(f"{repository.url} has no branch {branch}", hint="Write to main, or make the branch first.")
    done = _commit(repository, publication, state)
    return dataclasses.replace(done, created=created, review=tell_review(place))


def _plan(
    repository: Repository,
    publication: Publication,
    place: Path,
    refusals: tuple[str, ...],
    private: bool,
    replace: bool,
) -> Pushed:
    """What a push would do, as far as the Hub can be read."""
    state, unread = State(exists=True), ""
    try:
        state = repository.read(publication.folder)
    except HubError as error:
        unread = error.message
    if reason := publication.find_objection(state, private and not unread, replace):
        refusals = (*refusals, reason)
    changed, deleted = publication.find_changes(state)
    planned = _report(repository, publication, changed, deleted, None)
    created = not state.commit and not unread
    return dataclasses.replace(planned, created=created, review=tell_review(place), refusals=refusals, unread=unread)


def _commit(repository: Repository, publication: Publication, state: State) -> Pushed:
    """Write what has changed; a commit of others that does not touch our files is no obstacle."""
    for attempt in range(ATTEMPTS):
        changed, deleted = publication.find_changes(state)
        if not changed and not deleted:
            return _report(repository, publication, changed, deleted, None)
        message = f"Push {publication.config} with hf-synth {__version__}"
        try:
            commit = repository.commit(changed, deleted, message, state.commit)
            return _report(repository, publication, changed, deleted, commit)
        except MovedError:
            before, state = state, repository.read(publication.folder)
            written = (*publication.files, *deleted)
            touched = [path for path in written if before.oids.get(path) != state.oids.get(path)]
            touched += [CARD] if before.card != state.card else []
            if touched:
                raise HubError(
                    f"{repository.url}: someone else has changed {', '.join(touched)} meanwhile; nothing was written",
                    hint="Look at their change, and push again: it is merged with what stands there then.",
                ) from None
            logger.warning("The branch has moved; trying again on its new head (%d of %d)", attempt + 1, ATTEMPTS)
    raise HubError(f"{repository.url}: the branch moves all the time; nothing was written", hint="Push again later.")


def _report(
    repository: Repository,
    publication: Publication,
    changed: Mapping[str, Path | bytes],
    deleted: Sequence[str],
    commit: str | None,
) -> Pushed:
    sizes = {
        name: len(content) if isinstance(content, bytes) else content.stat().st_size
        for name, content in changed.items()
    }
    unchanged = tuple(name for name in publication.paths if name not in changed)
    return Pushed(repository.url, commit, sizes, unchanged, tuple(deleted))
