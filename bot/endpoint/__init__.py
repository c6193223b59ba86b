"""A language model behind an OpenAI-compatible endpoint; the only folder that imports openai and its httpx2."""
