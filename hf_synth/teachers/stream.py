"""One stream of requests: a bound on how many are under way, repeats after faults, no draining between batches.

Requests run on an event loop in a thread of its own, so that the stream works inside another loop, too.
"""

from __future__ import annotations

import asyncio
import logging
import random
import threading
import time
from collections import deque
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from hf_synth.errors import TeacherError
from hf_synth.generation import Answer, Answered, Draw, Reject, Sampling, Spent
from hf_synth.teachers.budget import Budget
from hf_synth.teachers.fault import LONGEST_WAIT, Fault, Refusal, read_status

if TYPE_CHECKING:
    from hf_synth.teachers.endpoint import Ask, EndpointTeacher

logger = logging.getLogger(__name__)

# Connections that the Hub's HTTP session keeps open between requests.
KEPT_OPEN = 20
PATIENCE = 10
CONNECT = 20.0  # seconds to wait for a connection
# Seconds in which answers are gathered: one transaction on disk for all of them, not one each.
GATHERED = 0.02


class RequestStream:
    """Ask an endpoint for draws, and hand out answers as they come.

    A request that fails is repeated after a wait, while others go on; when its attempts are used up, its draws are
    rejects. After `PATIENCE` such rejects (or as many as may be under way) without an answer between them, after an
    answer that every request would get, or when the budget is used up, the stream ends: what is under way is waited
    for and handed out, then `receive` raises the error.

    Args:
        teacher: Writes requests and reads responses.
        sampling: How completions are drawn.
        budget: What may be spent.
    """

    def __init__(self, teacher: EndpointTeacher, sampling: Sampling, budget: Budget) -> None:
        self._teacher, self._sampling, self._budget = teacher, sampling, budget
        self._ended: SimpleQueue[Answered | BaseException] = SimpleQueue()
        self._error: BaseException | None = None
        self._failure: BaseException | None = None
        self._waiting: deque[Ask] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._sessions: list[Any] = []
        self._busy: list[int] = []
        self._told: set[str] = set()
        self._not_before = 0.0
        self._answered, self._failed_in_a_row = False, 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="hf-synth-requests", daemon=True)
        self._thread.start()

    def submit(self, draws: Sequence[tuple[int, Draw]]) -> None:
        """Ask for draws, each with a number of the caller's; returns at once."""
        self._loop.call_soon_threadsafe(self._add, list(draws))

    def receive(self) -> list[Answered]:
        """Wait for at least one request to end, and return all that have ended shortly after.

        Returns:
            What requests brought, in the order they ended.

        Raises:
            TeacherError: The server refuses everything, or does not answer any more.
            BudgetError: The budget is used up.
        """
        if self._error:
            raise self._error
        first = self._ended.get()
        time.sleep(GATHERED)
        items = [first, *self._drain()]
        found = [item for item in items if isinstance(item, Answered)]
        self._error = next((item for item in items if isinstance(item, BaseException)), None)
        if self._error and not found:
            raise self._error
        return found

    def close(self) -> None:
        """Give up what is under way; `receive` then returns what had ended, and raises after that."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._ended.put(TeacherError("the line to the teacher was closed"))

    def _drain(self) -> list[Answered | BaseException]:
        items: list[Answered | BaseException] = []
        while True:
            try:
                items.append(self._ended.get_nowait())
            except Empty:
                return items

    # What follows runs in the thread of the loop.

    def _run(self) -> None:
        try:
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(self._shut())
            self._loop.close()

    async def _shut(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for session in self._sessions:
            await session.aclose()

    def _add(self, draws: Sequence[tuple[int, Draw]]) -> None:
        self._waiting.extend(self._teacher.group(draws))
        self._pump()

    def _pump(self) -> None:
        """Send what may be sent now."""
        now = self._loop.time()
        if self._failure and not self._tasks:
            self._ended.put(self._failure)
        if self._failure or not self._waiting:
            return
        if now < self._not_before:
            self._loop.call_at(self._not_before, self._pump)
            return
        while self._waiting and len(self._tasks) < self._teacher.settings.concurrency:
            most = self._teacher.estimate(self._waiting[0], self._sampling)
            if not self._budget.reserve(most):
                if not self._tasks:
                    self._end(self._budget.refuse())
                return
            task = self._loop.create_task(self._request(self._waiting.popleft(), most))
            self._tasks.add(task)
            task.add_done_callback(self._finish)

    def _finish(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            if error := task.exception():
                self._failure = self._failure or error
            self._pump()

    def _end(self, error: BaseException) -> None:
        """Send nothing more; the error is handed out once nothing is under way."""
        self._failure = self._failure or error
        self._waiting.clear()
        if not self._tasks:
            self._ended.put(self._failure)

    async def _request(self, ask: Ask, most: Spent) -> None:
        ask.attempts += 1
        try:
            content = await self._post(self._teacher.write_body(ask, self._sampling))
            answers, spent = self._teacher.read_body(content, ask, self._sampling)
        except Fault as fault:
            self._fail(ask, most, fault)
        except Refusal as refusal:
            self._budget.settle(most, Spent(1, 1))
            self._ended.put(Answered((), Spent(1, 1)))
            place = f"{self._teacher.url} (model {self._teacher.address.served_model!r})"
            self._end(TeacherError(f"{place}: {self._teacher.redact(refusal.message)}", hint=refusal.hint))
        else:
            self._succeed(ask, most, answers, spent)

    def _succeed(self, ask: Ask, most: Spent, answers: Sequence[Answer], spent: Spent) -> None:
        self._answered, self._failed_in_a_row = True, 0
        self._budget.settle(most, spent)
        numbers = [number for number, _ in ask.draws]
        self._ended.put(Answered(tuple(zip(numbers, answers, strict=False)), spent))
        left = ask.draws[len(answers) :]
        self._waiting.extendleft(type(ask)(ask.prompt, [draw]) for draw in reversed(left))

    def _fail(self, ask: Ask, most: Spent, fault: Fault) -> None:
        """Repeat a request later, or make rejects of its draws."""
        spent = Spent(1, 1, most.prompt_tokens, most.completion_tokens) if fault.lost else Spent(1, 1)
        self._budget.settle(most, spent)
        settings = self._teacher.settings
        if fault.repeat and ask.attempts < settings.attempts:
            self._ended.put(Answered((), spent))
            self._tell(fault)
            growing = min(settings.backoff * 2 ** (ask.attempts - 1), LONGEST_WAIT)
            wait = max(fault.wait or 0.0, growing * random.uniform(0.5, 1.0))
            if fault.wait:  # the server speaks to all of its client's requests
                self._not_before = max(self._not_before, self._loop.time() + fault.wait)
            self._loop.call_later(wait, self._again, ask)
            return
        detail = self._teacher.redact(fault.detail)
        reject = Reject(fault.reason, "", f"{detail} (after {ask.attempts} attempts)")
        self._ended.put(Answered(tuple((number, reject) for number, _ in ask.draws), spent))
        self._failed_in_a_row += fault.repeat
        if self._failed_in_a_row >= max(PATIENCE, settings.concurrency):
            self._end(
                TeacherError(
                    f"{self._teacher.url} does not answer any more: {detail}",
                    hint="All answers are kept: run the same command again to go on.",
                )
            )

    def _tell(self, fault: Fault) -> None:
        """Say what goes wrong, once for each kind: a stream that waits looks like one that hangs."""
        if fault.reason not in self._told:
            self._told.add(fault.reason)
            detail = self._teacher.redact(fault.detail)
            logger.warning("%s: %s; asking again, here and whenever it happens", fault.reason, detail)

    def _again(self, ask: Ask) -> None:
        if not self._failure:
            self._waiting.appendleft(ask)
            self._pump()

    async def _post(self, body: bytes) -> bytes:
        """Send a request and return the body of a response with status 200."""
        import httpx2
        from huggingface_hub.errors import OfflineModeIsEnabled

        if not self._sessions:
            self._open_sessions()
        place = min(range(len(self._sessions)), key=self._busy.__getitem__)
        self._busy[place] += 1
        seconds = self._teacher.settings.timeout
        try:
            response = await self._sessions[place].post(
                self._teacher.url,
                content=body,
                headers=self._teacher.headers,
                timeout=httpx2.Timeout(seconds, connect=CONNECT),
            )
        except OfflineModeIsEnabled:
            raise Refusal("HF_HUB_OFFLINE is set, and providers are reached through the Hub") from None
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            if not self._answered:
                told = str(error) or f"no connection in {CONNECT} s"
                raise Refusal(f"cannot be reached ({told})", "Start the server, or check the address.") from None
            raise Fault("connection", str(error)) from None
        except httpx2.TimeoutException:
            raise Fault("timeout", f"no answer in {seconds} s", lost=True) from None
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise Fault("connection", f"{type(error).__name__}: {error}", lost=True) from None
        finally:
            self._busy[place] -= 1
        if response.status_code != 200:
            problem = read_status(response.status_code, response.headers, response.text)
            raise problem
        return bytes(response.content)

    def _open_sessions(self) -> None:
        from huggingface_hub import get_async_session

        for _ in range(-(-self._teacher.settings.concurrency // KEPT_OPEN)):
            session = get_async_session()
            if not self._teacher.address.provider:
                session.event_hooks = {}  # offline mode and trace ids are for the Hub, not for other servers
            self._sessions.append(session)
            self._busy.append(0)
