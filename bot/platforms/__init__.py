"""Where people chat: one module a platform."""
