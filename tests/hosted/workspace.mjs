// What the stand-in keeps, and the documented rules by which it changes. In memory; knows neither HTTP nor tRPC.
import { randomUUID } from 'node:crypto';

export const PERMISSIONS = ['read', 'engage', 'delete'].map((what) => `connect360:conversation:${what}`);
const AGENT = { kind: 'agent', id: 'agent_support', name: 'Support' };
const COLLEAGUE = { kind: 'member', id: 'member_omar', name: 'Omar Haddad' };
const REPLY = 'Hello, how can I help?';
const TOLD = { bare: ['id', 'name', 'customer', 'metadata', 'parentId'], id: ['id'] };
const BARE_MESSAGE = ['id', 'conversationId', 'sender', 'content', 'attachments', 'createdAt'];
const DOCUMENTED_FILE = ['id', 'name', 's3Key', 'type', 'url'];

/** What is refused: tRPC's word for it, and the sentence. */
export class Refused extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

const missing = (what) => new Refused('NOT_FOUND', `${what} not found.`);
const only = (record, fields) =>
  Object.fromEntries(fields.filter((one) => one in record).map((one) => [one, record[one]]));
const given = (record) => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
const merged = (before, patch) =>
  Object.fromEntries(Object.entries({ ...before, ...patch }).filter(([, value]) => value !== null));
const textOf = (content) => Object.values(content).find((value) => typeof value === 'string') ?? '';

export class Workspace {
  constructor(answers) {
    this.key = `plato_${randomUUID().replaceAll('-', '')}`;
    this.me = { kind: 'member', id: 'member_maya', name: 'Maya Okafor' };
    this.allowed = new Set(PERMISSIONS);
    this.delays = { answers: 0, ai: 0 };
    this.requests = [];
    this.conversations = new Map();
    this.messages = new Map();
    this.files = new Map();
    this.customers = [];
    this.channels = [];
    this.answers = answers;
    this.isBare = answers !== 'full';
    this.last = 0;
  }

  /** Whose key it is. */
  enter(headers) {
    const [scheme, bearer] = (headers.authorization ?? '').split(' ');
    const key = scheme.toLowerCase() === 'bearer' ? bearer : headers['x-api-key'];
    if (!key) throw new Refused('UNAUTHORIZED', 'No apiKey provided.');
    if (key !== this.key) throw new Refused('UNAUTHORIZED', 'Unauthorized API key.');
  }

  /** Refuse a key that has none of these permissions. */
  demand(...permissions) {
    if (!permissions.some((one) => this.allowed.has(one)))
      throw new Refused('FORBIDDEN', `Missing permission: ${permissions[0]}`);
  }

  getOrCreateConversation(input) {
    const customer = this.customer(input);
    const known = [...this.conversations.values()].find(
      (one) => customer && one.customer === customer && one.parentId === null,
    );
    if (known) return this.shown(known);
    return this.shown(this.create(input, { customer, parentId: null, channels: this.channelsOf(input) ?? [] }));
  }

  createSubConversation(input) {
    const parent = this.conversation(input.parentId);
    const channels = this.channelsOf(input) ?? parent.channels;
    return this.shown(this.create(input, { customer: this.customer(input), parentId: parent.id, channels }));
  }

  updateConversation({ id, name, metadata, parentId }) {
    const conversation = this.conversation(id);
    if (parentId !== undefined) {
      for (let at = parentId; at !== null; at = this.conversation(at).parentId)
        if (at === id) throw new Refused('BAD_REQUEST', 'A conversation cannot be below itself.');
      Object.assign(conversation, { parentId });
    }
    if (name !== undefined) conversation.name = name;
    if (metadata) conversation.metadata = merged(conversation.metadata, metadata);
    conversation.updatedAt = this.now();
    return this.shown(conversation);
  }

  deleteConversation({ id }) {
    this.conversation(id);
    const gone = new Set([id]);
    for (const above of gone)
      for (const one of this.conversations.values()) if (one.parentId === above) gone.add(one.id); // grows while walked
    for (const one of gone) this.conversations.delete(one);
    for (const one of [...this.messages.values()]) if (gone.has(one.conversationId)) this.messages.delete(one.id);
    return this.isBare ? { id } : { id, deleted: gone.size };
  }

  send(input) {
    const conversation = this.conversation(input.conversationId);
    if (input.templateId) throw missing('Template');
    if (input.parentId && this.messages.get(input.parentId)?.conversationId !== conversation.id)
      throw missing('Message');
    if (input.ai && input.ai.agentId !== AGENT.id) throw missing('Agent');
    const attachments = (input.attachmentIds ?? []).map((id) => this.file(id));
    const [channel] = this.channelsOf(input) ?? conversation.channels;
    const { flags, parentId } = input;
    const more = { attachments, flags, parentId, channelId: channel?.id };
    const message = this.say(conversation, this.senderOf(input, conversation), input.content ?? {}, more);
    if (input.ai) this.answer(conversation);
    return this.told(message);
  }

  listMessages({ conversationId, limit, cursor }) {
    this.conversation(conversationId);
    const newestFirst = [...this.messages.values()].filter((one) => one.conversationId === conversationId).reverse();
    const from = cursor ? newestFirst.findIndex((one) => one.id === cursor) : 0;
    if (from < 0) throw new Refused('BAD_REQUEST', 'Invalid cursor.');
    const nextCursor = newestFirst[from + limit]?.id ?? null;
    return { items: newestFirst.slice(from, from + limit).map((one) => this.told(one)), nextCursor };
  }

  claimGuestConversations(input) {
    const target = input.targetParentId ? this.conversation(input.targetParentId) : null;
    const claimed = [...this.conversations.values()].filter(
      ({ id, customer }) =>
        customer?.metadata?.fingerprint === input.fingerprint ||
        (input.guestExternalId && customer?.externalId === input.guestExternalId) ||
        id === input.guestLocalConversationId,
    );
    const customer = this.customer(input);
    const moved = claimed.filter((one) => target && one !== target);
    for (const one of claimed) Object.assign(one, { customer, metadata: merged(one.metadata, input.claimMetadata) });
    for (const one of moved) one.parentId = target.id;
    return { claimed: claimed.length, reparented: moved.length };
  }

  /** The conversation that the agent is to answer in, once everything that it needs is known. */
  asked({ agentId, conversationId, channelId, lastMessageId, senderId }) {
    const conversation = this.conversation(conversationId);
    if (agentId !== AGENT.id) throw missing('Agent');
    const last = lastMessageId ? this.messages.get(lastMessageId) : null;
    if (lastMessageId && last?.conversationId !== conversationId) throw missing('Message');
    if (!(senderId ?? last?.sender.id)) throw new Refused('BAD_REQUEST', 'senderId is required.');
    if (!(channelId ?? last?.channelId ?? conversation.channels[0]))
      throw new Refused('BAD_REQUEST', 'channelId is required.');
    return conversation;
  }

  /** The agent's answer word by word, then posted, whether or not anybody still listens. */
  async answer(conversation, onWord = () => {}) {
    let text = '';
    for (const delta of REPLY.split(/(?<= )/)) {
      await this.pause('ai');
      text += delta;
      onWord({ type: 'delta', delta, text });
    }
    if (!this.conversations.has(conversation.id)) return { type: 'error', error: 'Conversation not found.' };
    return { type: 'done', messageId: this.say(conversation, AGENT, { en: text }).id, text };
  }

  /** A message of somebody else's, not sent with the key. */
  write(conversationId, text, sender, language) {
    const conversation = this.conversation(conversationId);
    const others = { member: COLLEAGUE, agent: AGENT };
    const by = others[sender] ?? this.senderOf({ sender }, conversation);
    return this.say(conversation, by, { [language]: text }).id;
  }

  keep(name, type, bytes) {
    const id = `file_${randomUUID()}`;
    const tidy = name.normalize('NFC').split(/[/\\]/).at(-1).replaceAll(/[^\p{L}\p{M}\p{N}._-]+/gu, '-') || 'file';
    const s3Key = `workspace_northwind/connect360/${id}/${tidy}`;
    const url = `https://app.example.com/api/assets/${encodeURIComponent(s3Key)}`;
    this.files.set(id, { id, name: tidy, s3Key, type, url, size: bytes.length, bytes });
    return this.fileTold(this.file(id));
  }

  asset(s3Key) {
    const file = [...this.files.values()].find((one) => one.s3Key === s3Key);
    if (!file) throw missing('File');
    return file;
  }

  /** Everything there is, whatever the answers show of it. */
  stored() {
    const conversations = [...this.conversations.values()].map((one) => this.whole(one));
    const messages = [...this.messages.values()];
    const files = [...this.files.values()].map(({ bytes, ...file }) => file);
    return { conversations, messages, files, requests: this.requests };
  }

  pause(what) {
    const seconds = this.delays[what];
    return seconds ? new Promise((resolve) => setTimeout(resolve, seconds * 1000)) : undefined;
  }

  shown(conversation) {
    return this.isBare ? only(conversation, TOLD[this.answers]) : this.whole(conversation);
  }

  whole(conversation) {
    const messages = [...this.messages.values()].filter((one) => one.conversationId === conversation.id);
    const answered = messages.findLastIndex((one) => one.sender.kind === 'member' || one.sender.kind === 'agent');
    const waiting = messages.slice(answered + 1).find((one) => one.sender.kind === 'customer');
    const last = messages.at(-1);
    const { customer = null } = conversation;
    const other = customer && { kind: 'customer', id: customer.id, name: customer.name ?? null };
    return {
      ...{ name: null, metadata: {}, ...conversation, customer },
      participants: other ? [this.me, other] : [this.me],
      childCount: [...this.conversations.values()].filter((one) => one.parentId === conversation.id).length,
      unreadCount: 0,
      waitingSince: waiting?.createdAt ?? null,
      lastMessage: last
        ? { id: last.id, senderKind: last.sender.kind, text: textOf(last.content), createdAt: last.createdAt }
        : null,
    };
  }

  told(message) {
    return this.isBare ? only(message, BARE_MESSAGE) : message;
  }

  fileTold(file) {
    return only(file, this.isBare ? DOCUMENTED_FILE : [...DOCUMENTED_FILE, 'size']);
  }

  conversation(id) {
    const conversation = this.conversations.get(id);
    if (!conversation) throw missing('Conversation');
    return conversation;
  }

  file(id) {
    const file = this.files.get(id);
    if (!file) throw missing('File');
    return file;
  }

  create({ name, type = 'DIRECT', metadata, memberIds }, { customer, parentId, channels }) {
    for (const id of memberIds ?? []) if (![this.me.id, COLLEAGUE.id].includes(id)) throw missing('Member');
    const at = this.now();
    const told = given({ name, customer: customer ?? undefined, metadata: metadata ?? undefined });
    const conversation = { id: randomUUID(), ...told, type, parentId, channels, createdAt: at, updatedAt: at };
    this.conversations.set(conversation.id, conversation);
    return conversation;
  }

  say(conversation, sender, content, { attachments = [], flags, parentId, channelId } = {}) {
    const message = {
      id: randomUUID(),
      conversationId: conversation.id,
      parentId: parentId ?? null,
      sender,
      content,
      attachments: attachments.map((one) => this.fileTold(one)),
      flags: flags ?? [],
      channelId: channelId ?? null,
      templateId: null,
      createdAt: this.now(),
    };
    this.messages.set(message.id, message);
    conversation.updatedAt = message.createdAt;
    return message;
  }

  senderOf(input, conversation) {
    if (input.sender !== 'customer') return this.me;
    const customer = this.customer(input) ?? conversation.customer;
    if (!customer) throw new Refused('BAD_REQUEST', 'customerId or customer is required.');
    return { kind: 'customer', id: customer.id, name: customer.name ?? null };
  }

  /** The customer that is meant: found by id, external id, e-mail or phone and filled in, else made. */
  customer({ customerId, customer }) {
    const wanted = customerId ? { id: customerId } : customer;
    if (!wanted) return undefined;
    const marks = ['id', 'externalId', 'email', 'phone'].filter((mark) => wanted[mark]);
    const matches = marks.map((mark) => this.customers.find((one) => one[mark] === wanted[mark]));
    const known = matches.find((one) => one);
    if (!known) return this.admit(wanted);
    for (const [field, value] of Object.entries(wanted)) known[field] ??= value;
    if (wanted.metadata) known.metadata = merged(known.metadata, wanted.metadata);
    return known;
  }

  admit(customer) {
    if (customer.id) throw missing('Customer');
    const made = { ...customer, id: randomUUID() };
    this.customers.push(made);
    return made;
  }

  /** The channels that are named, null if none is. */
  channelsOf({ channelIds, channelId, channelIdentifier }) {
    const ids = channelIds ?? (channelId ? [channelId] : null);
    if (ids) return ids.map((id) => this.channel(id));
    if (!channelIdentifier) return null;
    const url = channelIdentifier.includes('://') ? channelIdentifier : `https://${channelIdentifier}`;
    if (!URL.canParse(url)) throw new Refused('BAD_REQUEST', 'channelIdentifier is no host.');
    const identifier = new URL(url).hostname.replace(/^www\./, '');
    const known = this.channels.find((one) => one.identifier === identifier);
    if (known) return [known];
    this.channels.push({ id: randomUUID(), kind: 'website', identifier, name: identifier });
    return this.channels.slice(-1);
  }

  channel(id) {
    const channel = this.channels.find((one) => one.id === id);
    if (!channel) throw missing('Channel');
    return channel;
  }

  /** Now, and later than the last time, so that no two messages are of one moment. */
  now() {
    this.last = Math.max(Date.now(), this.last + 1);
    return new Date(this.last);
  }
}
