"""What each procedure of the contract does: tables for what reads, what writes and what is kept in memory alone.

`events` is a stream and stands in none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from console.contract import procedures as contract
from console.contract.procedures import Procedure
from console.server.procedures import (
    audit,
    claims,
    conversations,
    directory,
    listing,
    messages,
    presence,
    search,
)
from console.server.procedures.calls import Momentary, Mutation, Query

QUERIES: Mapping[str, Query] = {
    contract.SESSION.name: directory.session,
    contract.LIST_CONVERSATIONS.name: listing.list_conversations,
    contract.GET_CONVERSATION.name: listing.get_conversation,
    contract.SEARCH_MESSAGES.name: search.search_messages,
    contract.GET_CUSTOMER.name: listing.get_customer,
    contract.LIST_MEMBERS.name: directory.list_members,
    contract.LIST_CHANNELS.name: directory.list_channels,
    contract.LIST_AGENTS.name: directory.list_agents,
    contract.LIST_TEMPLATES.name: directory.list_templates,
    contract.LIST_MESSAGES.name: messages.list_messages,
    contract.LIST_AUDIT_LOG.name: audit.list_audit_log,
}
MUTATIONS: Mapping[str, Mutation] = {
    contract.GET_OR_CREATE_CONVERSATION.name: conversations.get_or_create,
    contract.CREATE_SUB_CONVERSATION.name: conversations.create_sub,
    contract.UPDATE_CONVERSATION.name: conversations.update_conversation,
    contract.DELETE_CONVERSATION.name: conversations.delete_conversation,
    contract.SEND.name: messages.send,
    contract.CLAIM_GUEST_CONVERSATIONS.name: claims.claim_guest_conversations,
    contract.SAVE_TEMPLATE.name: directory.save_template,
    contract.SAVE_ARTICLE.name: directory.save_article,
    contract.MARK_READ.name: messages.mark_read,
}
MOMENTARY: Mapping[str, Momentary] = {contract.SET_PRESENCE.name: presence.set_presence}

BY_PATH: Mapping[str, Procedure[Any, Any]] = {one.path: one for one in contract.PROCEDURES.values()}
"""The contract's procedures by what stands in the address."""
