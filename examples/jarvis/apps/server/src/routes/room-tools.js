// What a room offers beside its messages: news, idea cards, the Pulse report, the graph.

import { messagesOf } from '../lib/messages.js';

const WORD = /[\p{L}\p{N}]{2,}/gu;
const NODES_MAX = 40;

export async function roomToolRoutes(app, { db, redis, ai, news }) {
  app.addHook('onRequest', app.authenticate);
  const messages = messagesOf({ db, redis });
  const member = (request) => app.membership(request.params.roomId, request.user.id);

  app.get('/rooms/:roomId/news', async (request) => {
    await member(request);
    const room = await db.one('SELECT "name" FROM "Room" WHERE "id" = $1', [request.params.roomId]);
    return { items: await news(request.query.q || room.name) };
  });

  app.get('/rooms/:roomId/cards', async (request) => {
    await member(request);
    return {
      cards: await db.rows(
        'SELECT "id", "title", "body", "createdAt" FROM "IdeaCard" WHERE "roomId" = $1 ORDER BY "createdAt" DESC LIMIT 100',
        [request.params.roomId],
      ),
    };
  });
  app.post('/rooms/:roomId/cards', async (request, reply) => {
    await member(request);
    const { roomId } = request.params;
    const { title, body } = await ai.idea(await messages.words(roomId));
    const card = await db.one(
      'INSERT INTO "IdeaCard" ("roomId", "authorId", "title", "body") VALUES ($1, $2, $3, $4) RETURNING "id", "title", "body"',
      [roomId, request.user.id, title, body],
    );
    await redis.publish({ type: 'card.created', roomId, card });
    reply.status(201);
    return card;
  });

  app.get('/rooms/:roomId/pulse-report', async (request) => {
    await member(request);
    const { roomId } = request.params;
    const words = await messages.words(roomId);
    return db.one(
      `INSERT INTO "PulseReport" ("roomId", "messages", "summary") VALUES ($1, $2, $3)
       ON CONFLICT ("roomId") DO UPDATE SET "messages" = excluded."messages",
         "summary" = excluded."summary", "createdAt" = now()
       RETURNING "roomId", "messages", "summary", "createdAt"`,
      [roomId, words.length, await ai.pulse(words)],
    );
  });

  // Words that were said in the same message are neighbours.
  app.get('/rooms/:roomId/graph', async (request) => {
    await member(request);
    const said = await messages.words(request.params.roomId, 200);
    const nodes = new Map();
    const edges = new Map();
    for (const text of said) {
      const words = [...new Set((text.match(WORD) ?? []).map((word) => word.toLowerCase()))].slice(0, 12);
      for (const word of words) nodes.set(word, (nodes.get(word) ?? 0) + 1);
      words.slice(1).forEach((word, at) => {
        const edge = `${words[at]}\u0000${word}`;
        edges.set(edge, (edges.get(edge) ?? 0) + 1);
      });
    }
    const kept = [...nodes].sort((a, b) => b[1] - a[1]).slice(0, NODES_MAX);
    const names = new Set(kept.map(([word]) => word));
    return {
      nodes: kept.map(([id, count]) => ({ id, count })),
      edges: [...edges]
        .map(([edge, count]) => ({ from: edge.split('\u0000')[0], to: edge.split('\u0000')[1], count }))
        .filter(({ from, to }) => names.has(from) && names.has(to)),
    };
  });
}
