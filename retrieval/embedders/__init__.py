"""The embedders: bundled E5, sentence-transformers, and an OpenAI-compatible endpoint."""
