"""Finding the DCE in a list of series: names, numbers and counts, without geometry or pixels."""
