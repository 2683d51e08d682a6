"""The styles that tastes are made of."""

STYLES = ("cosy", "modern", "playful", "natural", "elegant", "vintage", "adventurous", "creative")
