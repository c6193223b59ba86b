"""How good the answers are: metrics, labels, judges, reports."""
