"""Alembic's environment: runs the migrations of one schema part on the connection and transaction it is handed."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table=context.config.attributes["version_table"],
    transactional_ddl=True,  # Alembic holds that SQLite has none; with a BEGIN of our own it does
)
context.run_migrations()
