"""One item's way from a source to a digest, and the nouns it is told in."""
