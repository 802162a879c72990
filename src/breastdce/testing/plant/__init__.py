"""Artifacts planted into clean images, one kind a file: what the detectors of `qc` are tried on."""
