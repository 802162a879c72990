"""One measure of image quality each; a file is a check."""
