"""A frozen issue -> the bytes of a mail or another output."""
