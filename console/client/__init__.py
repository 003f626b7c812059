"""The wire: HTTP calls in, values of the contract or typed errors out. It knows no state and no screen."""

import sys

# httpx tries to import its command line, which brings rich's progress bars and pygments, and does without where it is
# not there.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
