"""Text in, facts out."""

ENGINE = 1
"""The number of what reads pages here: raise it when a change makes kept pages worth reading again (`reextract`)."""
