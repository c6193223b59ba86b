"""Settings, their defaults, and the sample course."""
