"""The tables of the log: courses that number their exchanges, exchanges, passages, citations, feedback events.

The migrations in `migrations/versions` build the same tables step by step; a test compares the two.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: SQLite keeps no zone, so it is taken off when stored and put back when read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Bring a moment to UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Constraints carry names so that a later migration can drop them on every database.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite counts rows up by itself only where the key is declared INTEGER.
Sequence = BigInteger().with_variant(Integer, "sqlite")

courses = Table(
    "courses",
    metadata,
    Column("name", Text, primary_key=True),
    Column("last_number", Integer, nullable=False),
)

exchanges = Table(
    "exchanges",
    metadata,
    Column("sequence", Sequence, primary_key=True),
    Column("exchange_id", Text, nullable=False),
    Column("course", Text, ForeignKey("courses.name"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("asker", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("conversation_id", Text, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("language", Text, nullable=False),
    Column("lecture_id", Text),
    Column("question_text", Text, nullable=False),
    Column("standalone_text", Text, nullable=False),
    Column("rewriting_method", Text, nullable=False),
    Column("rewriting_model", Text),
    Column("rewriting_prompt_version", Text),
    Column("outcome", Text, nullable=False),
    Column("answer_text", Text, nullable=False),
    Column("reason", Text),
    Column("answerer", Text, nullable=False),
    Column("model", Text),
    Column("prompt_version", Text),
    Column("prompt_tokens", Integer),
    Column("completion_tokens", Integer),
    Column("requests", Integer, nullable=False),
    Column("cost_usd", Double),
    Column("embedder", Text, nullable=False),
    Column("index_fingerprint", Text, nullable=False),
    Column("answerable", Double),
    Column("rewrite_ms", Double),
    Column("retrieve_ms", Double),
    Column("answer_ms", Double),
    Column("total_ms", Double, nullable=False),
    Column("first_text_ms", Double),
    Column("warnings", JSON, nullable=False),
    UniqueConstraint("exchange_id"),
    UniqueConstraint("course", "number"),
    Index(None, "asker"),
    Index(None, "conversation_id"),
    sqlite_autoincrement=True,  # a deleted exchange's place in the order is never given again
)

passages = Table(
    "passages",
    metadata,
    Column("exchange_id", Text, ForeignKey("exchanges.exchange_id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("rank", Integer, nullable=False),
    Column("score", Double),
    Column("fused_score", Double, nullable=False),
    Column("rank_by_meaning", Integer),
    Column("rank_by_words", Integer),
    Column("corpus_id", BigInteger, nullable=False),
    Column("start_seconds", Double, nullable=False),
    Column("end_seconds", Double, nullable=False),
    Column("text", Text, nullable=False),
    Column("lecture_id", Text, nullable=False),
    Column("lecture_title", Text, nullable=False),
    Column("lecture_url", Text, nullable=False),
    Column("lecture_language", Text, nullable=False),
    Column("lecture_date", Date),
    Column("lecture_visible_from", UtcDateTime),
)

citations = Table(
    "citations",
    metadata,
    Column("exchange_id", Text, ForeignKey("exchanges.exchange_id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("corpus_id", BigInteger, nullable=False),
    Column("lecture_id", Text, nullable=False),
    Column("lecture_title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("start_seconds", Double, nullable=False),
    Column("end_seconds", Double, nullable=False),
    Column("second", Double, nullable=False),
    Column("until_second", Double, nullable=False),
    Column("quote", Text, nullable=False),
    Column("link", Text, nullable=False),
)

feedback_events = Table(
    "feedback_events",
    metadata,
    Column("sequence", Sequence, primary_key=True),
    Column("event_id", Text, nullable=False),
    Column("exchange_id", Text, ForeignKey("exchanges.exchange_id", ondelete="CASCADE"), nullable=False),
    Column("rater", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("thumb", Text, nullable=False),
    Column("given", Boolean, nullable=False),
    Column("reason", Text),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("event_id"),
    Index(None, "exchange_id"),
    Index(None, "rater"),
    sqlite_autoincrement=True,
)
