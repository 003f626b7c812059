// The hosted product's stand-in: the real tRPC server with the documented procedures and nothing else.
// Told by lines of JSON what to do, first to listen; ends when they end.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

import { initTRPC, TRPCError } from '@trpc/server';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import superjson from 'superjson';
import { z } from 'zod';

const beside = (name) => import(new URL(name, process.argv[1]));
const { Refused, Workspace } = await beside('workspace.mjs');
const { restOf } = await beside('rest.mjs');

const MOST_BODY = 1024 * 1024;
const READ = 'connect360:conversation:read';
const ENGAGE = 'connect360:conversation:engage';
const DELETE = 'connect360:conversation:delete';

const id = z.string().min(1);
const ids = z.array(id).nullish();
const words = z.string().nullish();
const metadata = z.record(z.string(), z.unknown()).nullish();
const customer = z
  .strictObject({ id: words, externalId: words, name: words, email: words, phone: words, image: words, metadata })
  .nullish();
const type = z.enum(['DIRECT', 'GROUP']).optional();
const either = { customerId: words, customer };
const held = { memberIds: ids, channelIds: ids, channelIdentifier: words };
const isSomeone = (input) => Boolean(input.customerId ?? input.customer);

const INPUTS = {
  getOrCreateConversation: z
    .strictObject({ name: words, type, metadata, ...either, ...held })
    .refine(
      (input) => isSomeone(input) || input.memberIds?.length,
      'At least one of customerId, customer and memberIds is required.',
    ),
  createSubConversation: z.strictObject({ parentId: id, name: words, type, metadata, ...either, ...held }),
  updateConversation: z.strictObject({ id, name: words, metadata, parentId: words }),
  deleteConversation: z.strictObject({ id }),
  send: z
    .strictObject({
      conversationId: id,
      content: z.partialRecord(z.enum(['en', 'ar', 'tr']), z.unknown()).nullish(),
      attachmentIds: ids,
      flags: z.array(z.string()).nullish(),
      parentId: words,
      templateId: words,
      templateContext: z.unknown().optional(),
      channelId: words,
      channelIdentifier: words,
      sender: z.enum(['workspace', 'customer']).optional(),
      ...either,
      ai: z.strictObject({ agentId: id, channelId: words }).nullish(),
    })
    .refine(
      ({ content, attachmentIds, templateId }) =>
        Object.keys(content ?? {}).length || attachmentIds?.length || templateId,
      'content, attachmentIds or templateId is required.',
    ),
  listMessages: z.strictObject({
    conversationId: id,
    limit: z.number().int().min(1).max(100).default(50),
    cursor: words,
  }),
  claimGuestConversations: z
    .strictObject({
      fingerprint: z.string().min(8),
      guestExternalId: words,
      guestLocalConversationId: words,
      targetParentId: words,
      ...either,
      claimMetadata: metadata,
    })
    .refine(isSomeone, 'Either customerId or customer is required.'),
};
const AI_INPUT = z.strictObject({
  agentId: id,
  conversationId: id,
  channelId: words,
  lastMessageId: words,
  senderId: words,
});

function aiInput(body) {
  const read = AI_INPUT.safeParse(body);
  if (!read.success) throw new Refused('BAD_REQUEST', z.prettifyError(read.error));
  return read.data;
}

function routerOf(workspace, transformer) {
  const t = initTRPC.create({ transformer: transformer === 'superjson' ? superjson : undefined, isDev: false });

  const telling = async (call) => {
    try {
      return await call();
    } catch (error) {
      if (error instanceof Refused) throw new TRPCError({ code: error.code, message: error.message });
      throw error;
    }
  };
  // The API key is looked at before the input, as middleware is wont to.
  const served = (kind, name, permission) =>
    t.procedure
      .use(({ ctx, next }) =>
        telling(() => {
          workspace.enter(ctx.headers);
          workspace.demand(permission);
          return next();
        }),
      )
      .input(INPUTS[name])
      [kind](({ input }) =>
        telling(async () => {
          const value = workspace[name](input);
          await workspace.pause('answers');
          return value;
        }),
      );

  const connect = t.router({
    getOrCreateConversation: served('mutation', 'getOrCreateConversation', ENGAGE),
    createSubConversation: served('mutation', 'createSubConversation', ENGAGE),
    updateConversation: served('mutation', 'updateConversation', ENGAGE),
    deleteConversation: served('mutation', 'deleteConversation', DELETE),
    send: served('mutation', 'send', ENGAGE),
    listMessages: served('query', 'listMessages', READ),
    claimGuestConversations: served('mutation', 'claimGuestConversations', ENGAGE),
  });
  return t.router({ v1: t.router({ connect }) });
}

const workspaces = [];

const DOING = {
  /** One more stand-in, with a workspace of its own. */
  listen: ({ path, transformer, answers }) => {
    const workspace = new Workspace(answers);
    workspaces.push(workspace);
    const trpc = createHTTPHandler({
      router: routerOf(workspace, transformer),
      basePath: path,
      createContext: ({ req }) => ({ headers: req.headers }),
      maxBodySize: MOST_BODY,
    });
    const rest = restOf(workspace, aiInput);
    const server = createServer((request, response) => {
      const [at] = request.url.split('?');
      workspace.requests.push(`${request.method} ${at}`);
      return at.startsWith(`${path}/`) ? trpc(request, response) : rest(request, response, at);
    });
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const url = `http://127.0.0.1:${server.address().port}`;
        resolve({ url, key: workspace.key, number: workspaces.indexOf(workspace) });
      });
    });
  },
  permit: ({ permission, allowed }, { allowed: permissions }) => {
    permissions[allowed ? 'add' : 'delete'](permission);
    return {};
  },
  write: ({ conversationId, text, sender, language }, workspace) => ({
    messageId: workspace.write(conversationId, text, sender, language),
  }),
  delay: ({ answers, ai }, workspace) => {
    workspace.delays = { answers, ai };
    return {};
  },
  stored: (_, workspace) => workspace.stored(),
};

const tell = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

for await (const line of createInterface({ input: process.stdin })) {
  const told = JSON.parse(line);
  tell({ id: told.id, ...(await DOING[told.do](told, workspaces[told.number])) });
}
process.exit(0);
