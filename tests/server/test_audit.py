"""The audit log: every mutation, in its own transaction, told by ids and settings and never by words."""

from __future__ import annotations

from console.contract.procedures import PROCEDURES
from console.server.procedures import MOMENTARY, MUTATIONS
from console.server.procedures.auditing import AUDITED


def test_every_mutation_of_the_contract_is_recorded_but_what_is_kept_nowhere() -> None:
    mutations = {procedure.name for procedure in PROCEDURES.values() if procedure.kind == "mutation"}
    assert mutations == AUDITED | MOMENTARY.keys()
    assert MUTATIONS.keys() == AUDITED
    assert MOMENTARY.keys() == {"setPresence"}
