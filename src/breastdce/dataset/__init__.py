"""The data set on disk: names, tables, dictionaries, cards, validation."""
