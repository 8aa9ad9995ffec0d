// Messages over HTTP, and requests to the AI worker.

import { randomUUID } from 'node:crypto';

import { notFound } from '../lib/errors.js';
import { messagesOf } from '../lib/messages.js';

const TEXT = { type: 'string', minLength: 1, maxLength: 8000 };
const MESSAGE = {
  type: 'object',
  required: ['text'],
  properties: {
    text: TEXT,
    attachments: {
      type: 'array',
      maxItems: 10,
      items: {
        type: 'object',
        required: ['name', 'url'],
        properties: { name: { type: 'string', maxLength: 200 }, url: { type: 'string', maxLength: 2000 } },
      },
    },
  },
};
const ASKED = {
  type: 'object',
  required: ['prompt'],
  properties: { prompt: TEXT, visibility: { enum: ['private', 'public'], default: 'public' } },
};
const PAGE = {
  type: 'object',
  properties: { limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 }, before: { type: 'string' } },
};

export async function messageRoutes(app, { db, redis, queue }) {
  app.addHook('onRequest', app.authenticate);
  const messages = messagesOf({ db, redis });

  app.get('/rooms/:roomId/messages', { schema: { querystring: PAGE } }, async (request) => {
    await app.membership(request.params.roomId, request.user.id);
    return { messages: await messages.list(request.params.roomId, request.query) };
  });
  app.post('/rooms/:roomId/messages', { schema: { body: MESSAGE } }, async (request, reply) => {
    await app.membership(request.params.roomId, request.user.id);
    reply.status(201);
    const { text, attachments } = request.body;
    return messages.send(request.params.roomId, request.user.id, text, attachments);
  });
  app.patch('/rooms/:roomId/messages/:id', { schema: { body: MESSAGE } }, async (request) => (
    messages.edit(request.params.id, request.user.id, request.body.text)
  ));
  app.delete('/rooms/:roomId/messages/:id', async (request, reply) => {
    await messages.remove(request.params.id, request.user.id);
    reply.status(204);
  });

  async function enqueue(request, reply, kind, { prompt, visibility }) {
    const { roomId } = request.params;
    await app.membership(roomId, request.user.id);
    const requestId = randomUUID();
    await db.rows(
      `INSERT INTO "AiRequest" ("id", "roomId", "userId", "kind", "visibility", "prompt", "state")
       VALUES ($1, $2, $3, $4, $5, $6, 'waiting')`,
      [requestId, roomId, request.user.id, kind, visibility, prompt],
    );
    await queue.add(kind, { requestId });
    reply.status(202);
    return { requestId, state: 'waiting' };
  }
  app.post('/rooms/:roomId/ai', { schema: { body: ASKED } }, async (request, reply) => (
    enqueue(request, reply, 'chat', request.body)
  ));
  app.post('/rooms/:roomId/minutes', async (request, reply) => (
    enqueue(request, reply, 'minutes', { prompt: 'minutes', visibility: 'public' })
  ));
  app.get('/ai/:requestId', async (request) => {
    const found = await db.one(
      `SELECT "id", "roomId", "userId", "kind", "visibility", "state", "chunks", "result" FROM "AiRequest" WHERE "id" = $1`,
      [request.params.requestId],
    );
    if (!found) throw notFound('request');
    if (found.userId !== request.user.id) {
      if (found.visibility === 'private') throw notFound('request');
      await app.membership(found.roomId, request.user.id);
    }
    return found;
  });
}
