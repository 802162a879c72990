"""One kind of artifact each; a file is a detector."""
