"""The rules of the contract (4 and 5) once more, over plain values: what a workspace is after any calls.

Inputs are those of the wire, with a `Ref` where an id stands and milliseconds where a time does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from tests.server.calling import Refused
from tests.server.model_customers import Customers
from tests.server.model_records import NOTE, Customer, Deed, Member, Ref, Said, Talk, Told, added, merged
from tests.server.model_words import HOSTS, filled_in

T = TypeVar("T")
Wanted = dict[str, Any]
Made = tuple[T, Ref]


class Model:
    """One workspace. A mutation is named as in the contract and returns what it made, and what the audit log names."""

    def __init__(self, members: list[Member], new: Callable[[str], Ref]) -> None:
        self.now = 0
        self.members = {member.ref: member for member in members}
        self.customers = Customers()
        self.channels: dict[Ref, str] = {}
        self.talks: dict[Ref, Talk] = {}
        self.templates: dict[Ref, dict[str, Any]] = {}
        self.told: list[Told] = []
        self.deeds: list[Deed] = []
        self._new = new
        self._key: tuple[Ref, str] | None = None

    def call(self, by: Member, procedure: str, wanted: Wanted, key: str | None = None) -> Any:
        """What a mutation makes. Raises Refused, and then nothing has changed."""
        self._key = (by.ref, key) if key else None
        made, target = getattr(self, procedure)(by, wanted)
        self.deeds.append(Deed(by.ref, procedure, target))
        return made

    def getOrCreateConversation(self, by: Member, wanted: Wanted) -> Made[Talk]:
        """The matching customer's oldest top-level conversation, or that of exactly these members, or a new one."""
        if not (wanted.get("customerId") or wanted.get("customer") is not None or wanted.get("memberIds")):
            raise Refused(400, "customerId, customer or memberIds is required")
        at = self._imported(by, wanted)
        members = self._members(by, wanted)
        self.customers.check(wanted)
        self._check_channels(wanted)
        customer = self._recognised(wanted)
        channels = self._channels(wanted)
        tops = [one for one in self.by_age() if one.parent is None and one.customer is customer]
        if customer is None:
            tops = [one for one in tops if {ref for kind, ref in one.people if kind == "member"} == set(members)]
        if tops:
            self._reuse(tops[0], wanted, members, channels)
            return tops[0], tops[0].ref
        kind = wanted.get("type") or ("GROUP" if customer is None and len(members) > 2 else "DIRECT")
        made = self._make(wanted, kind, customer, members, at)
        made.channels = channels
        return made, made.ref

    def createSubConversation(self, by: Member, wanted: Wanted) -> Made[Talk]:
        """A conversation below another: with its customer and on its channels, where it names none of its own."""
        at = self._imported(by, wanted)
        parent = self._talk(wanted["parentId"])
        members = self._members(by, wanted)
        self.customers.check(wanted)
        self._check_channels(wanted)
        customer = self._recognised(wanted) or parent.customer
        made = self._make(wanted, wanted.get("type") or "DIRECT", customer, members, at)
        names_own = "channelIds" in wanted or "channelIdentifier" in wanted
        made.parent, made.channels = parent, self._channels(wanted) if names_own else list(parent.channels)
        self._tell("conversation.updated", parent)
        return made, made.ref

    def updateConversation(self, _by: Member, wanted: Wanted) -> Made[Talk]:
        """Name, place, metadata: what is not given stays."""
        talk = self._talk(wanted["id"])
        before = after = talk.parent
        if "parentId" in wanted:
            after = self._talk(wanted["parentId"]) if wanted["parentId"] else None
        if after is not before and after is not None and talk in after.path():
            raise Refused(400, "A conversation cannot be moved below itself.")
        talk.parent, talk.updated = after, self.now
        talk.name = wanted.get("name", talk.name)
        self._set_metadata(talk, merged(talk.metadata, wanted.get("metadata")))
        moved = [one for one in self.by_age() if one in (before, after)] if before is not after else []
        for one in (talk, *moved):
            self._tell("conversation.updated", one)
        return talk, talk.ref

    def deleteConversation(self, by: Member, wanted: Wanted) -> Made[Any]:
        """It and all below it are gone."""
        if not by.is_admin:
            raise Refused(403, "Missing permission: connect360:conversation:delete")
        talk = self._talk(wanted["id"])
        gone = [one.ref for one in self.talks.values() if talk in one.path()]
        self.talks = {ref: one for ref, one in self.talks.items() if ref not in gone}
        self.told.append(Told(self.now, "conversation.deleted", ids=tuple(gone)))
        self._tell("conversation.updated", talk.parent)
        return {"id": talk.ref, "deleted": len(gone)}, talk.ref

    def send(self, by: Member, wanted: Wanted) -> Made[Said]:
        """A message and what it does: a reader, a person, a channel more; a customer's opens what was shut."""
        at = self._imported(by, wanted)
        talk = self._talk(wanted["conversationId"])
        content = self._content(wanted)
        parent, template = wanted.get("parentId"), wanted.get("templateId")
        if parent is not None and parent not in [one.ref for one in talk.thread]:
            raise Refused(404, "Message not found.")
        is_customer = wanted.get("sender") == "customer"
        self._check_sender(talk, wanted, is_customer)
        self._check_channels(wanted)
        customer = (self._recognised(wanted) or talk.customer) if is_customer else None
        kind, sender = ("customer", customer.ref) if customer else ("member", by.ref)
        channels = self._channels(wanted)
        flags = list(dict.fromkeys(wanted.get("flags") or ()))
        at = self.now if at is None else at
        channel = channels[0] if channels else None
        message = Said(self._new("message"), at, kind, sender, content, flags, parent, channel, template)
        talk.thread = sorted([*talk.thread, message], key=lambda one: one.place)
        talk.updated = max(talk.updated, at)
        added(talk.channels, channels)
        added(talk.people, [(kind, sender)])
        talk.marks[sender] = max(talk.marks.get(sender, (0, 0)), message.place)
        self._tell("message.created", talk, message=message.ref, key=self._key)
        if kind == "customer" and talk.status != "open" and at >= talk.status_at:
            talk.metadata = merged(talk.metadata, {"status": None, "snoozedUntil": None})
            talk.status_at = at
            self._tell("conversation.updated", talk)
        return message, message.ref

    def markRead(self, by: Member, wanted: Wanted) -> Made[Any]:
        """The member has read up to there, be it less far than before."""
        talk = self._talk(wanted["conversationId"])
        place = next((one.place for one in talk.thread if one.ref == wanted["messageId"]), None)
        if place is None:
            raise Refused(404, "Message not found.")
        if talk.marks.get(by.ref) != place:
            talk.marks[by.ref] = place
            self._tell("read.updated", talk, message=wanted["messageId"], member=by.ref)
        return {"unreadCount": talk.unread(by.ref)}, talk.ref

    def claimGuestConversations(self, _by: Member, wanted: Wanted) -> Made[Any]:
        """The customer takes the place of the guests in all that is with them; the rest stays as it is."""
        if not wanted.get("customerId") and wanted.get("customer") is None:
            raise Refused(400, "customerId or customer is required")
        target = self._talk(wanted["targetParentId"]) if wanted.get("targetParentId") else None
        self.customers.check(wanted)
        customer = self._recognised(wanted)
        assert customer is not None
        guests = self.customers.guests(wanted, customer)
        theirs = [one for one in self.by_age() if one.customer in guests]
        claimed = [one for one in theirs if one.ref == wanted.get("guestLocalConversationId")] or theirs
        reparented = 0
        for talk in claimed:
            self._claim(talk, {guest.ref for guest in guests}, customer, wanted.get("claimMetadata"))
            if target is not None and talk.parent is None and talk not in target.path():
                talk.parent = target
                reparented += 1
            self._tell("conversation.updated", talk)
        self._tell("conversation.updated", target if reparented else None)
        return {"claimed": len(claimed), "reparented": reparented}, customer.ref

    def saveTemplate(self, by: Member, wanted: Wanted) -> Made[Any]:
        """A template, new or changed."""
        if not by.is_admin:
            raise Refused(403, "Missing permission: connect360:workspace:manage")
        ref = wanted.get("id")
        if ref is not None and ref not in self.templates:
            raise Refused(404, "Template not found.")
        created = self.templates[ref]["createdAt"] if ref else self.now
        ref = ref or self._new("template")
        said = {"id": ref, "name": wanted["name"], "content": wanted["content"]}
        self.templates[ref] = said | {"createdAt": created, "updatedAt": self.now}
        return self.templates[ref], ref

    def by_age(self) -> list[Talk]:
        """All conversations, the oldest first."""
        return sorted(self.talks.values(), key=lambda one: (one.created, one.ref))

    def _recognised(self, wanted: Wanted) -> Customer | None:
        """Who is meant. What changed in the record is told wherever it shows."""
        customer, changed = self.customers.recognised(wanted, self._new)
        if customer is not None and changed:
            person = ("customer", customer.ref)
            for talk in self.by_age():
                if talk.customer is customer or ("name" in changed and person in talk.people):
                    self._tell("conversation.updated", talk)
        return customer

    def _reuse(self, talk: Talk, wanted: Wanted, members: list[Ref], channels: list[Ref]) -> None:
        """Add what the call brings and the conversation lacks."""
        metadata = merged(talk.metadata, wanted.get("metadata"))
        name = talk.name if talk.name is not None else (wanted.get("name") or None)
        changes = metadata != talk.metadata or name != talk.name
        self._set_metadata(talk, metadata)
        talk.name, talk.updated = name, self.now if changes else talk.updated
        changes |= added(talk.people, [("member", one) for one in members])
        changes |= added(talk.channels, channels)
        self._tell("conversation.updated", talk if changes else None)

    def _make(self, wanted: Wanted, kind: str, customer: Customer | None, members: list[Ref], at: int | None) -> Talk:
        at = self.now if at is None else at
        metadata = merged({}, wanted.get("metadata"))
        made = Talk(self._new("conversation"), wanted.get("name"), kind, None, customer, metadata, at, at, at)
        made.people = [("member", one) for one in members] + ([("customer", customer.ref)] if customer else [])
        self.talks[made.ref] = made
        self._tell("conversation.created", made)
        return made

    def _claim(self, talk: Talk, guests: set[Ref], customer: Customer, metadata: Wanted | None) -> None:
        self._set_metadata(talk, merged(talk.metadata, metadata))
        talk.customer, talk.updated = customer, self.now
        talk.people = [one for one in talk.people if one[1] not in guests]
        added(talk.people, [("customer", customer.ref)])
        for message in talk.thread:
            message.sender = customer.ref if message.sender in guests else message.sender

    def _set_metadata(self, talk: Talk, metadata: dict[str, Any]) -> None:
        before, talk.metadata = talk.status, metadata
        talk.status_at = talk.status_at if talk.status == before else self.now

    def _content(self, wanted: Wanted) -> dict[str, str]:
        """The template filled in, over it what was written; languages that say nothing are left out."""
        template = wanted.get("templateId")
        if template is not None and template not in self.templates:
            raise Refused(404, "Template not found.")
        said = filled_in(self.templates[template]["content"]) if template else {}
        content = {language: text for language, text in (said | (wanted.get("content") or {})).items() if text}
        if not content:
            raise Refused(400, "content, attachmentIds or templateId is required")
        return content

    def _check_sender(self, talk: Talk, wanted: Wanted, is_customer: bool) -> None:
        names_one = wanted.get("customerId") or wanted.get("customer") is not None
        if not is_customer:
            if names_one:
                raise Refused(400, 'customerId and customer need sender "customer"')
            return
        if NOTE in (wanted.get("flags") or ()):
            raise Refused(400, "A customer's message cannot be an internal note.")
        self.customers.check(wanted)
        if not names_one and talk.customer is None:
            raise Refused(400, "customerId or customer is required: the conversation has no customer")

    def _named(self, wanted: Wanted) -> list[Ref]:
        return list(wanted.get("channelIds") or [one for one in (wanted.get("channelId"),) if one])

    def _check_channels(self, wanted: Wanted) -> None:
        if not self.channels.keys() >= set(self._named(wanted)):
            raise Refused(404, "Channel not found.")
        if wanted.get("channelIdentifier") and HOSTS[wanted["channelIdentifier"]] is None:
            raise Refused(400, "channelIdentifier must be the host of a website, such as shop.example.com")

    def _channels(self, wanted: Wanted) -> list[Ref]:
        """Those that are named, each once; a website's is made if it is new."""
        refs = self._named(wanted)
        if wanted.get("channelIdentifier"):
            host = HOSTS[wanted["channelIdentifier"]]
            assert host is not None
            known = [ref for ref, one in self.channels.items() if one == host]
            refs += known or [self._new("channel")]
            self.channels[refs[-1]] = host
        return list(dict.fromkeys(refs))

    def _members(self, by: Member, wanted: Wanted) -> list[Ref]:
        """The caller, and those that are named."""
        named = wanted.get("memberIds") or []
        if not self.members.keys() >= set(named):
            raise Refused(404, "Member not found.")
        return list(dict.fromkeys((by.ref, *named)))

    def _imported(self, by: Member, wanted: Wanted) -> int | None:
        at: int | None = wanted.get("createdAt")
        if at is not None and not by.is_admin:
            raise Refused(403, "Missing permission: connect360:workspace:manage")
        if at is not None and at > self.now:
            raise Refused(400, "createdAt must not be in the future")
        return at

    def _talk(self, ref: Ref) -> Talk:
        if ref not in self.talks:
            raise Refused(404, "Conversation not found.")
        return self.talks[ref]

    def _tell(self, kind: str, talk: Talk | None, **named: Any) -> None:
        if talk is not None:
            self.told.append(Told(self.now, kind, talk.ref, **named))
