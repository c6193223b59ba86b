"""The way of a question, from a platform to the log and back."""
