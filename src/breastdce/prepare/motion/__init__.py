"""Motion between the phases of an exam: found, judged, and undone where that helps."""
