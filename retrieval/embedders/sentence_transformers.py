"""Embedder on the library sentence-transformers: any E5 by name or folder, CPU or GPU, torch or ONNX Runtime."""

import copy
import hashlib
import importlib.util
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from retrieval.embedders.waiting_threads import sleep_while_waiting
from retrieval.embedding import Vectors, as_passage, as_query, embeddable, unit_vectors
from retrieval.segment import EmbedderUnavailable

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Backend = Literal["torch", "onnx"]

# What the library, torch, transformers and the hub's client raise for a model that is missing, damaged or misplaced.
_LOADING_FAULTS = (ImportError, OSError, ValueError, RuntimeError, AssertionError, KeyError)


class SentenceTransformersE5:
    """A model of sentence-transformers. `prefixes` off is for models other than E5, such as all-MiniLM."""

    def __init__(
        self,
        model: str,
        *,
        device: str = "auto",
        backend: Backend = "torch",
        onnx_file: str = "",
        prefixes: bool = True,
        batch_size: int = 16,
    ) -> None:
        """Load `model`, a name on the Hugging Face hub (downloaded once) or a folder, onto `device` (auto, cpu, cuda).

        `onnx_file` picks one of several exports, such as an int8 one: onnx/model_qint8_avx512_vnni.onnx.

        Raises:
            EmbedderUnavailable: the extra is not installed, or the model cannot be found or loaded.
        """
        self._model = _load(model, device=device, backend=backend, onnx_file=onnx_file)
        self._batch_size = batch_size
        self._as_query: Callable[[str], str] = as_query if prefixes else embeddable
        self._as_passage: Callable[[str], str] = as_passage if prefixes else embeddable
        export = f":{onnx_file}" if onnx_file else ""
        self._name = f"{_identity(self._model, model, backend)}/{backend}{export}{'' if prefixes else '/bare'}"
        # Counting switches a tokenizer's truncation off, which must not happen while another thread embeds with it.
        self._tokenizer = copy.deepcopy(self._model.tokenizer)
        self._tokenizer_lock = threading.Lock()
        # The first run sets up the tokenizer's padding; later runs only read, so threads may embed at once.
        self._dimension = int(self._encode([self._as_passage("")]).shape[1])

    @property
    def name(self) -> str:
        """Model with its commit or, for a folder, a hash of its layout; backend; `bare` where prefixes are off."""
        return self._name

    @property
    def dimension(self) -> int:
        """As the model answers: 384 small, 768 base, 1024 large."""
        return self._dimension

    @property
    def max_tokens(self) -> int:
        """The model's own limit (256 for all-MiniLM); 512 where it names none."""
        return int(self._model.max_seq_length or 512)

    def count_tokens(self, text: str) -> int:
        """Tokens of `text` as a passage by the model's own tokenizer, nothing cut off."""
        with self._tokenizer_lock:
            return len(self._tokenizer(self._as_passage(text), truncation=False, verbose=False)["input_ids"])

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed texts, longest first, in batches of `batch_size`."""
        if not texts:
            return np.empty((0, self._dimension), dtype=np.float32)
        return self._encode([self._as_passage(text) for text in texts])

    def embed_query(self, text: str) -> Vectors:
        """Embed one question."""
        vector: Vectors = self._encode([self._as_query(text)])[0]
        return vector

    def _encode(self, texts: list[str]) -> Vectors:
        try:
            # prompt="": a model's configured default prompt would come on top of our prefix.
            raw = self._model.encode(texts, prompt="", batch_size=self._batch_size, show_progress_bar=False)
        except RuntimeError as error:
            raise EmbedderUnavailable(
                f"{self._name} failed: {error}.", fix="Out of memory? Choose a smaller batch, or device cpu."
            ) from error
        return unit_vectors(raw, rows=len(texts), source=self._name)


def _load(model: str, *, device: str, backend: Backend, onnx_file: str) -> "SentenceTransformer":
    fix = f"Run: pip install -e '.[{'onnx' if backend == 'onnx' else 'sentence-transformers'}]'"
    if backend == "onnx" and importlib.util.find_spec("optimum") is None:
        raise EmbedderUnavailable("The ONNX backend of sentence-transformers is not installed.", fix=fix)
    try:
        with sleep_while_waiting():
            from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise EmbedderUnavailable(f"sentence-transformers is not installed: {error}.", fix=fix) from error
    chosen = {"file_name": onnx_file} if onnx_file else None
    try:
        return SentenceTransformer(
            model, device=None if device == "auto" else device, backend=backend, model_kwargs=chosen
        )
    except _LOADING_FAULTS as error:
        raise EmbedderUnavailable(
            f"The model {model!r} cannot be loaded on device {device} ({backend}): {_first_line(error)}",
            fix="Name a folder that holds the model, or connect once so that it can be downloaded.",
        ) from error


def _first_line(error: BaseException) -> str:
    """The fault without the list of every known architecture that may follow it."""
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _identity(loaded: "SentenceTransformer", model: str, backend: Backend) -> str:
    folder = Path(model)
    if folder.is_dir():
        return f"sentence-transformers/{folder.resolve().name}@{_layout_hash(folder, backend)}"
    commit = getattr(getattr(loaded.transformers_model, "config", None), "_commit_hash", None)
    return f"sentence-transformers/{model}" + (f"@{commit[:12]}" if commit else "")


def _layout_hash(folder: Path, backend: Backend) -> str:
    """Hash the JSON of a model and names and sizes of its weights: cheap, and the same wherever the folder lies."""
    weights = {".onnx", ".safetensors", ".bin"} if backend == "onnx" else {".safetensors", ".bin"}
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in weights | {".json"}):
        digest.update(f"{path.relative_to(folder).as_posix()} {path.stat().st_size}\n".encode())
        if path.suffix == ".json":
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
