"""Networks, their training and their use: the only place that knows torch."""
