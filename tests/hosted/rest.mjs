// The documented REST half: files up and down, and the AI stream. `workspace` decides; this is HTTP alone.
import { Readable } from 'node:stream';

import { Refused } from './workspace.mjs';

const MOST_FILES = 5;
const MOST_BYTES = 25 * 1024 * 1024;
const STATUS = { BAD_REQUEST: 400, UNAUTHORIZED: 401, FORBIDDEN: 403, NOT_FOUND: 404, PAYLOAD_TOO_LARGE: 413 };
const NO_PAGE = '<!DOCTYPE html><html><head><title>404</title></head><body>This page could not be found.</body></html>';
const ASSETS = '/api/v1/connect/assets/';

const READ = 'connect360:conversation:read';
const ENGAGE = 'connect360:conversation:engage';

/** Answers what is not tRPC's. `aiInput` reads the body of an AI request or throws Refused. */
export function restOf(workspace, aiInput) {
  const served = {
    'POST /api/v1/connect/attachments': async (request, response) => {
      workspace.demand(ENGAGE);
      const files = await filesIn(request);
      const kept = files.map(([file, bytes]) => workspace.keep(file.name, file.type, bytes));
      await workspace.pause('answers');
      answer(response, 200, { files: kept });
    },
    'POST /api/v1/connect/ai-stream': async (request, response) => {
      workspace.demand(ENGAGE);
      await streamed(workspace, aiInput(await jsonIn(request)), response);
    },
  };

  const asset = async (path, response) => {
    workspace.demand(READ, ENGAGE);
    const { type, bytes } = workspace.asset(unescaped(path.slice(ASSETS.length)));
    response.writeHead(200, { 'content-type': type, 'content-length': bytes.length });
    response.end(bytes);
  };

  return async (request, response, path) => {
    const serve = served[`${request.method} ${path}`];
    try {
      if (!serve && !(request.method === 'GET' && path.startsWith(ASSETS))) {
        nothing(response);
        return;
      }
      workspace.enter(request.headers);
      await (serve ? serve(request, response) : asset(path, response));
    } catch (error) {
      if (request.errored) return; // the line broke before all of it came
      if (!(error instanceof Refused)) throw error;
      request.resume();
      // The key's two sentences come under two names.
      const name = error.message.startsWith('Unauthorized') ? 'error' : 'message';
      answer(response, STATUS[error.code], { [name]: error.message });
    }
  };
}

async function filesIn(request) {
  const tooLarge = new Refused('PAYLOAD_TOO_LARGE', 'Each file can be up to 25 MB.');
  if (Number(request.headers['content-length'] ?? 0) > (MOST_FILES + 1) * MOST_BYTES) throw tooLarge;
  const body = Readable.toWeb(request);
  const sent = new Request('http://localhost', { method: 'POST', headers: request.headers, body, duplex: 'half' });
  const form = await sent.formData().catch(() => {
    throw new Refused('BAD_REQUEST', 'The request must be multipart/form-data.');
  });
  const files = [...form.values()].filter((one) => typeof one !== 'string');
  if (files.length < 1) throw new Refused('BAD_REQUEST', 'No file was sent.');
  if (files.length > MOST_FILES) throw new Refused('BAD_REQUEST', 'Upload up to 5 files per request.');
  if (files.some((one) => one.size > MOST_BYTES)) throw tooLarge;
  return Promise.all(files.map(async (file) => [file, Buffer.from(await file.arrayBuffer())]));
}

async function jsonIn(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  try {
    return JSON.parse(Buffer.concat(pieces).toString());
  } catch {
    throw new Refused('BAD_REQUEST', 'Invalid JSON body.');
  }
}

/** What is missing in the request is refused by status; what is not there, in the stream itself. */
async function streamed(workspace, input, response) {
  const tell = (event) => response.destroyed || response.write(`data: ${JSON.stringify(event)}\n\n`);
  const begin = () => response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  let conversation;
  try {
    conversation = workspace.asked(input);
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== 'NOT_FOUND') throw error;
    begin();
    tell({ type: 'error', error: error.message });
    response.end();
    return;
  }
  begin();
  response.flushHeaders();
  tell(await workspace.answer(conversation, tell));
  response.end();
}

function unescaped(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new Refused('BAD_REQUEST', 'Invalid path.');
  }
}

function answer(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function nothing(response) {
  response.writeHead(404, { 'content-type': 'text/html; charset=utf-8' });
  response.end(NO_PAGE);
}
