"""Array primitives that several sciences share, and the ITK bridge."""
