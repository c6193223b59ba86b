"""Parts of the index: rows, Arrow columns, the current generation, normalised words and the course's profile."""
