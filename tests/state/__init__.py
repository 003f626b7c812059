"""Tests of what is known and of the verbs that change it."""
