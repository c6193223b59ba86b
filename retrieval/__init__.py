"""From captions to the passage and second that answer a question."""
