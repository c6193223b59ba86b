"""The caption formats, one module each, and what is mended in their cues."""
