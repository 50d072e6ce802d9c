"""Servers as bad as they come: one that does as it is told, and a catalogue of what to tell it."""
