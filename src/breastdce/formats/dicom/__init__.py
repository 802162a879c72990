"""The only place that knows pydicom."""
