"""The errors of the project, one tree. Each one's text is fit to show: what happened, then what to do.

Connect360Error
├── SettingsError          a setting, argument or file of ours that cannot be used
├── FileError              a file that cannot be read, written, or is too large
├── StateError             a draft or an unsent message that could not be written down
└── ApiError               a call that did not succeed (console.client.errors has the rest of this branch)
"""

from __future__ import annotations


class Connect360Error(Exception):
    """Anything that we tell a person instead of failing."""


class SettingsError(Connect360Error):
    """A setting, argument or file of ours cannot be used."""


class FileError(Connect360Error):
    """A file of the person's cannot be read or written."""


class StateError(Connect360Error):
    """What must not be lost could not be written down."""
