"""Courses, exchanges with passages and citations, feedback events."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "courses",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("last_number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_courses"),
    )
    _create_exchanges()
    _create_passages()
    _create_citations()
    _create_feedback_events()


def _create_exchanges() -> None:
    op.create_table(
        "exchanges",
        _sequence(),
        sa.Column("exchange_id", sa.Text, nullable=False),
        sa.Column("course", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        *_asked(),
        *_answered(),
        sa.Column("embedder", sa.Text, nullable=False),
        sa.Column("index_fingerprint", sa.Text, nullable=False),
        sa.Column("answerable", sa.Double),
        *(sa.Column(f"{stage}_ms", sa.Double) for stage in ("rewrite", "retrieve", "answer")),
        sa.Column("total_ms", sa.Double, nullable=False),
        sa.Column("first_text_ms", sa.Double),
        sa.Column("warnings", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(["course"], ["courses.name"], name="fk_exchanges_course"),
        sa.PrimaryKeyConstraint("sequence", name="pk_exchanges"),
        sa.UniqueConstraint("exchange_id", name="uq_exchanges_exchange_id"),
        sa.UniqueConstraint("course", "number", name="uq_exchanges_course_number"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_exchanges_asker", "exchanges", ["asker"])
    op.create_index("ix_exchanges_conversation_id", "exchanges", ["conversation_id"])


def _asked() -> list[sa.Column[object]]:
    return [
        sa.Column("asker", sa.Text, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("lecture_id", sa.Text),
        sa.Column("question_text", sa.Text, nullable=False),
        sa.Column("standalone_text", sa.Text, nullable=False),
        sa.Column("rewriting_method", sa.Text, nullable=False),
        sa.Column("rewriting_model", sa.Text),
        sa.Column("rewriting_prompt_version", sa.Text),
    ]


def _answered() -> list[sa.Column[object]]:
    return [
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("answer_text", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("answerer", sa.Text, nullable=False),
        sa.Column("model", sa.Text),
        sa.Column("prompt_version", sa.Text),
        sa.Column("prompt_tokens", sa.Integer),
        sa.Column("completion_tokens", sa.Integer),
        sa.Column("requests", sa.Integer, nullable=False),
        sa.Column("cost_usd", sa.Double),
    ]


def _create_passages() -> None:
    op.create_table(
        "passages",
        *_place_in_exchange("passages"),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("score", sa.Double),
        sa.Column("fused_score", sa.Double, nullable=False),
        sa.Column("rank_by_meaning", sa.Integer),
        sa.Column("rank_by_words", sa.Integer),
        sa.Column("corpus_id", sa.BigInteger, nullable=False),
        sa.Column("start_seconds", sa.Double, nullable=False),
        sa.Column("end_seconds", sa.Double, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("lecture_id", sa.Text, nullable=False),
        sa.Column("lecture_title", sa.Text, nullable=False),
        sa.Column("lecture_url", sa.Text, nullable=False),
        sa.Column("lecture_language", sa.Text, nullable=False),
        sa.Column("lecture_date", sa.Date),
        sa.Column("lecture_visible_from", sa.DateTime(timezone=True)),
    )


def _create_citations() -> None:
    op.create_table(
        "citations",
        *_place_in_exchange("citations"),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("corpus_id", sa.BigInteger, nullable=False),
        sa.Column("lecture_id", sa.Text, nullable=False),
        sa.Column("lecture_title", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("start_seconds", sa.Double, nullable=False),
        sa.Column("end_seconds", sa.Double, nullable=False),
        sa.Column("second", sa.Double, nullable=False),
        sa.Column("until_second", sa.Double, nullable=False),
        sa.Column("quote", sa.Text, nullable=False),
        sa.Column("link", sa.Text, nullable=False),
    )


def _create_feedback_events() -> None:
    op.create_table(
        "feedback_events",
        _sequence(),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("exchange_id", sa.Text, nullable=False),
        sa.Column("rater", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("thumb", sa.Text, nullable=False),
        sa.Column("given", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_feedback_events"),
        sa.UniqueConstraint("event_id", name="uq_feedback_events_event_id"),
        _of_exchange("feedback_events"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feedback_events_exchange_id", "feedback_events", ["exchange_id"])
    op.create_index("ix_feedback_events_rater", "feedback_events", ["rater"])


def _sequence() -> sa.Column[int]:
    return sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def _place_in_exchange(table: str) -> list[SchemaItem]:
    return [
        sa.Column("exchange_id", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("exchange_id", "position", name=f"pk_{table}"),
        _of_exchange(table),
    ]


def _of_exchange(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_exchange_id"
    return sa.ForeignKeyConstraint(["exchange_id"], ["exchanges.exchange_id"], name=name, ondelete="CASCADE")
