"""Draw the demo shop, its people and their year from a seed: numpy and Pillow, no Django."""
