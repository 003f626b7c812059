// The real server with the procedures that were recorded: a line with requests in, a line with its answers out.
import { createInterface } from 'node:readline';

import { initTRPC, TRPCError } from '@trpc/server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import superjson from 'superjson';

const ORIGIN = 'http://127.0.0.1';
const got = ({ input }) => ({ got: input === undefined ? 'nothing' : input });

function routerOf(transformer) {
  const t = initTRPC.create({ transformer, isDev: false });
  const given = t.procedure.input((input) => input);
  const secret = ({ ctx }) => {
    if (!ctx.key) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Unauthorized API key.' });
    return 's';
  };
  const connect = t.router({
    noInput: t.procedure.query(() => 'ok'),
    nul: t.procedure.query(() => null),
    secret: t.procedure.query(secret),
    echo: given.query(got),
    echoM: given.mutation(got),
    noInputM: t.procedure.mutation(() => 'ok'),
    // biome-ignore lint: it never says anything
    ticks: t.procedure.subscription(async function* () {}),
  });
  return t.router({ v1: t.router({ connect }) });
}

const ROUTERS = { plain: routerOf(undefined), superjson: routerOf(superjson) };

async function answered({ form, method, target, headers, body }) {
  const request = new Request(ORIGIN + target, { method, headers, body: body ?? undefined });
  // A body of text brings a content-type of its own where none was meant.
  if (!('content-type' in headers)) request.headers.delete('content-type');
  const answer = await fetchRequestHandler({
    endpoint: '/api/trpc',
    req: request,
    router: ROUTERS[form],
    createContext: () => ({ key: headers.authorization }),
    maxBatchSize: 5,
  });
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
}

for await (const line of createInterface({ input: process.stdin })) {
  const answers = await Promise.all(JSON.parse(line).map(answered));
  process.stdout.write(`${JSON.stringify(answers)}\n`);
}
