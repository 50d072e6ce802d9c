"""The rule language: query text -> tree -> compiled rules -> matches with evidence."""
