"""An OpenAI-compatible server for tests: answers LINGUIST requests in good form, late, badly, or not at all.

What it answers depends on the prompt, the seed and the number of the choice alone; which requests fail is drawn anew
each time it runs. Started as a program it prints its address, and writes a line to a log for each good answer.
"""

import argparse
import asyncio
import collections
import hashlib
import json
import math
import random
import re
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

KINDS = ("limit", "error", "overload", "silence", "drop", "cut", "garbage", "empty")
WORDS = "please could you now then for me today again quickly soon tell show what is the".split()
REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 429: "Too Many", 500: "Error"}


def write_completion(text, seed, number):
    """Write an utterance with the slots that the last request of a prompt asks for, one in ten out of form."""
    chance = random.Random(f"{text}|{seed}|{number}")
    asked = re.findall(r"<include>(.*?)</include>", text)
    slots = [part.strip() for part in asked[-1].split(" , ")] if asked and asked[-1].strip() else []
    if chance.random() < 0.1:
        return "[ something else"
    words = chance.sample(WORDS, 3)
    for slot in slots:
        value = f"thing {chance.randrange(1000)}"
        words += [slot.replace("*", value), chance.choice(WORDS)]
    return " ".join(words)


@dataclass
class Reply:
    """What the server sends: a status with a body, or a fault."""

    body: object = None
    status: int = 200
    headers: dict = field(default_factory=dict)
    fault: str = ""
    wait: float = 0.0


def answer(request, choices=None, content=write_completion):
    """Answer a chat or completion request as a server does that honours all its fields."""
    text = request["prompt"] if "prompt" in request else request["messages"][-1]["content"]
    texts = [content(text, request.get("seed"), n) for n in range(choices or request.get("n") or 1)]
    listed = [
        {"index": n, "finish_reason": "stop"}
        | ({"text": each} if "prompt" in request else {"message": {"role": "assistant", "content": each}})
        for n, each in enumerate(texts)
    ]
    written = sum(len(each.split()) for each in texts)
    usage = {"prompt_tokens": len(text.split()), "completion_tokens": written}
    return Reply({"id": "1", "object": "x", "model": request["model"], "choices": listed, "usage": usage})


class Connection(asyncio.Protocol):
    """Reads requests from a connection, one after the other."""

    def __init__(self, server):
        self.server, self.buffer = server, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, _, rest = self.buffer.partition(b"\r\n\r\n")
            lines = head.decode().split("\r\n")
            headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
            size = int(headers.get("content-length", 0))
            if len(rest) < size:
                return
            self.buffer = rest[size:]
            method, path, _ = lines[0].split(" ")
            self.server.take(self.transport, method, path, headers, rest[:size])


class EndpointServer:
    """A server in a thread; `reply(request, path, headers)` says what it sends.

    `requests` holds what came (body, path, headers), `flights` when each began and ended, `served` how many were
    answered well.
    """

    def __init__(self, reply=lambda request, path, headers: answer(request), port=0, log=None):
        self.reply, self.port, self.log = reply, port, log
        self.requests, self.flights, self.served = [], [], collections.Counter()
        self.loop = asyncio.new_event_loop()

    def __enter__(self):
        ready = threading.Event()
        self.thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        self.thread.start()
        ready.wait()
        self.url = f"http://127.0.0.1:{self.port}/v1"
        return self

    def __exit__(self, *error):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.server.close()
        self.loop.close()

    def _serve(self, ready):
        asyncio.set_event_loop(self.loop)
        made = self.loop.create_server(lambda: Connection(self), "127.0.0.1", self.port, backlog=1024)
        self.server = self.loop.run_until_complete(made)
        self.port = self.server.sockets[0].getsockname()[1]
        ready.set()
        self.loop.run_forever()

    def take(self, transport, method, path, headers, body):
        if method == "GET":
            reply, request = self.reply({}, path, headers), None
        else:
            request = json.loads(body)
            reply = self.reply(request, path, headers)
        self.requests.append((request, path, headers))
        began = time.monotonic()
        self.loop.call_later(reply.wait, self.send, transport, reply, request, began)

    def send(self, transport, reply, request, began):
        self.flights.append((began, time.monotonic()))
        if reply.fault == "silence":  # the connection stays open, and nothing comes
            return
        if reply.fault == "drop" or transport.is_closing():
            transport.abort()
            return
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), **reply.headers}
        lines = [f"HTTP/1.1 {reply.status} {REASONS.get(reply.status, 'Status')}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if reply.fault == "cut":
            transport.write("\r\n".join([*lines, "", ""]).encode() + body[: len(body) // 2])
            transport.close()
            return
        if reply.status == 200 and not reply.fault and request:
            self.served[self.name(request)] += 1
            if self.log:
                self.log.write(self.name(request) + "\n")
                self.log.flush()
        transport.write("\r\n".join([*lines, "", ""]).encode() + body)

    @staticmethod
    def name(request):
        asked = json.dumps([request.get("messages") or request["prompt"], request.get("seed")])
        return hashlib.sha256(asked.encode()).hexdigest()[:16]

    def busy(self, bound):
        """Mean share of the bound that was under way, until fewer requests than that were left."""
        flights = sorted(self.flights)
        start, end = flights[0][0], sorted(end for _, end in flights)[-bound]
        time_under_way = sum(max(0.0, min(last, end) - max(first, start)) for first, last in flights)
        return time_under_way / (end - start) / bound


def fail_sometimes(share, wait=0.0, longest=0.0, seed=None):
    """A reply function: some requests fail, in all kinds of ways; the others take from `wait` to `longest` seconds."""
    chance = random.Random(seed)

    def reply(request, path, headers):
        late = math.exp(chance.uniform(math.log(wait), math.log(longest))) if longest > wait > 0 else wait
        if chance.random() >= share:
            made = answer(request)
            made.wait = late
            return made
        kind = chance.choice(KINDS)
        if kind == "limit":
            return Reply({"error": "slow down"}, 429, {"Retry-After": "0.02"}, wait=late)
        if kind in ("error", "overload"):
            return Reply({"error": "oh"}, 500 if kind == "error" else 503, wait=late)
        if kind == "garbage":
            return Reply(b'{"choices": [{"mess', fault=kind, wait=late)
        if kind == "empty":
            return Reply({"choices": []}, fault=kind, wait=late)
        return Reply(answer(request).body, fault=kind, wait=late)

    return reply


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--longest", type=float, default=0.0)
    parser.add_argument("--faults", type=float, default=0.0)
    parser.add_argument("--log", type=Path)
    options = parser.parse_args()
    log = options.log.open("a") if options.log else None
    with EndpointServer(fail_sometimes(options.faults, options.latency, options.longest), log=log) as server:
        sys.stdout.write(server.url + "\n")
        sys.stdout.flush()
        server.thread.join()


if __name__ == "__main__":
    main()
