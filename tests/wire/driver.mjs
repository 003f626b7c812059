// Does with the real packages what it is told: a line of JSON in, a line of JSON out. Values travel as superjson.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

import * as newest from '@trpc/client';
import { EventSource } from 'eventsource';
import superjson from 'superjson';

const VERSIONS = { newest, oldest: createRequire(`${process.cwd()}/oldest/`)('@trpc/client') };
globalThis.EventSource ??= EventSource; // 11.0.0 reads its constants there, whatever class it was given
const RETRY = new TextEncoder().encode('retry: 20\n\n');
const following = new Map();

const tell = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const described = (error) => ({
  name: error?.name,
  message: error?.message,
  data: error?.data ?? null,
  number: error?.shape?.code ?? null,
  cause: error?.cause?.name ?? null,
});

function clientOf({ version, link, transformer, url, headers, options }, requests, onSent) {
  const trpc = VERSIONS[version];
  const shared = { url, transformer: transformer === 'superjson' ? superjson : undefined, ...options };
  const watched = async (address, init) => {
    const request = { method: init?.method ?? 'GET', url: String(address), status: null, headers: {} };
    for (const [name, value] of Object.entries(init?.headers ?? {})) request.headers[name.toLowerCase()] = value;
    requests.push(request);
    const answering = fetch(address, init);
    onSent?.();
    const answer = await answering;
    request.status = answer.status;
    return answer;
  };
  if (link !== 'httpSubscriptionLink')
    return trpc.createTRPCUntypedClient({ links: [trpc[link]({ ...shared, headers, fetch: watched })] });
  const eventSourceOptions = {
    // The header that a browser's EventSource cannot send, and a shorter wait than its three seconds.
    fetch: async (address, init) => {
      const answer = await watched(address, { ...init, headers: { ...init.headers, ...headers } });
      return answer.body ? hurried(answer) : answer;
    },
  };
  return trpc.createTRPCUntypedClient({ links: [trpc.httpSubscriptionLink({ ...shared, EventSource, eventSourceOptions })] });
}

function hurried(answer) {
  const reader = answer.body.getReader();
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(RETRY),
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  const hurriedAnswer = new Response(body, { status: answer.status, headers: answer.headers });
  Object.defineProperty(hurriedAnswer, 'url', { value: answer.url });
  return hurriedAnswer;
}

const valueOf = (wire) => (wire === undefined ? undefined : superjson.deserialize(wire));

const DOING = {
  // Calls of one tick, so that a batching link makes them one request. Those with `leave` are given up once sent.
  async call({ client, calls }) {
    const requests = [];
    const leaving = new AbortController();
    const called = clientOf(client, requests, () => leaving.abort());
    const settled = await Promise.allSettled(
      calls.map(({ kind, path, input, leave }) =>
        called[kind](path, valueOf(input), leave ? { signal: leaving.signal } : {}),
      ),
    );
    const outcomes = settled.map((one) =>
      one.status === 'fulfilled' ? { value: superjson.serialize(one.value) } : { error: described(one.reason) },
    );
    return { outcomes, requests };
  },

  // What becomes of a subscription is told as it becomes.
  follow({ id, client, path, input }) {
    const requests = [];
    const told = (what, more) => tell({ id, told: what, ...more });
    const subscription = clientOf(client, requests).subscription(path, valueOf(input), {
      onStarted: () => told('started', { request: requests.at(-1) }),
      onData: (value) => told('data', { value: superjson.serialize(value) }),
      onError: (error) => told('error', { error: described(error) }),
      onStopped: () => told('stopped'),
      onComplete: () => told('complete'),
      onConnectionStateChange: ({ state, error }) => told('state', { state, error: error && described(error) }),
    });
    following.set(id, subscription);
  },

  leave({ followed }) {
    following.get(followed).unsubscribe();
    following.delete(followed);
    return {};
  },

  // Each wire form as JavaScript means it, told apart by kind, and as the library writes it again.
  superjson({ wires }) {
    return {
      values: wires.map((wire) => {
        const value = superjson.deserialize(structuredClone(wire));
        return { js: kinds(value), wire: superjson.serialize(value) };
      }),
    };
  },
};

const KINDS = [
  [(one) => one === undefined, () => ({ $: 'undefined' })],
  [(one) => typeof one === 'bigint', (one) => ({ $: 'bigint', v: String(one) })],
  [
    (one) => typeof one === 'number' && (!Number.isFinite(one) || Object.is(one, -0)),
    (one) => ({ $: 'number', v: Object.is(one, -0) ? '-0' : String(one) }),
  ],
  [(one) => one instanceof Date, (one) => ({ $: 'Date', ms: one.getTime() })],
  [(one) => one instanceof Map, (one) => ({ $: 'Map', v: [...one].map((pair) => pair.map(kinds)) })],
  [(one) => one instanceof Set, (one) => ({ $: 'Set', v: [...one].map(kinds) })],
  [(one) => one instanceof RegExp, (one) => ({ $: 'RegExp', v: String(one) })],
  [(one) => one instanceof URL, (one) => ({ $: 'URL', v: String(one) })],
  [(one) => one instanceof Error, (one) => ({ $: 'Error', name: one.name, message: one.message })],
  [ArrayBuffer.isView, (one) => ({ $: one.constructor.name, v: [...one] })],
  [Array.isArray, (one) => one.map(kinds)],
  [
    (one) => one !== null && typeof one === 'object',
    (one) => Object.fromEntries(Object.entries(one).map(([key, value]) => [key, kinds(value)])),
  ],
];

function kinds(value) {
  const kind = KINDS.find(([is]) => is(value));
  return kind ? kind[1](value) : value;
}

for await (const line of createInterface({ input: process.stdin })) {
  const told = JSON.parse(line);
  Promise.resolve(DOING[told.do](told)).then((done) => done && tell({ id: told.id, ...done }));
}
process.exit(0);
