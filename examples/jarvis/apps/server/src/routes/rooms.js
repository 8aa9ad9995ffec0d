// Rooms and their members; what a person is no member of does not exist for that person.

import { forbidden, notFound } from '../lib/errors.js';

const ROOM = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 120 },
    topic: { type: 'string', maxLength: 500 },
  },
};
const MEMBER = { type: 'object', required: ['userId'], properties: { userId: { type: 'string', format: 'uuid' } } };
const COLUMNS = 'r."id", r."name", r."topic", r."createdAt"';

export async function roomRoutes(app, { db, redis }) {
  app.addHook('onRequest', app.authenticate);

  async function owned(request) {
    const role = await app.membership(request.params.roomId, request.user.id);
    if (role !== 'owner') throw forbidden('only the owner of the room may do that');
  }

  app.get('/users', async (request) => {
    const found = await db.rows(
      `SELECT "id", "name", "email", "lastSeenAt" FROM "User"
       WHERE "name" ILIKE '%' || $1 || '%' ORDER BY "name", "id" LIMIT 50`,
      [request.query.q ?? ''],
    );
    return { users: found };
  });
  app.get('/users/:userId', async (request) => {
    const user = await db.one('SELECT "id", "name", "lastSeenAt" FROM "User" WHERE "id" = $1', [request.params.userId]);
    if (!user) throw notFound('user');
    return user;
  });

  app.get('/rooms', async (request) => ({
    rooms: await db.rows(
      `SELECT ${COLUMNS} FROM "Room" r JOIN "RoomMember" m ON m."roomId" = r."id"
       WHERE m."userId" = $1 ORDER BY r."createdAt" DESC LIMIT 100`,
      [request.user.id],
    ),
  }));
  app.post('/rooms', { schema: { body: ROOM } }, async (request, reply) => {
    const room = await db.one(
      `WITH r AS (INSERT INTO "Room" ("name", "topic") VALUES ($1, $2) RETURNING *),
            m AS (INSERT INTO "RoomMember" ("roomId", "userId", "role") SELECT "id", $3, 'owner' FROM r)
       SELECT ${COLUMNS} FROM r`,
      [request.body.name, request.body.topic ?? '', request.user.id],
    );
    reply.status(201);
    return room;
  });
  app.get('/rooms/:roomId', async (request) => {
    await app.membership(request.params.roomId, request.user.id);
    return db.one(`SELECT ${COLUMNS} FROM "Room" r WHERE r."id" = $1`, [request.params.roomId]);
  });
  app.patch('/rooms/:roomId', { schema: { body: { ...ROOM, required: [] } } }, async (request) => {
    await owned(request);
    return db.one(
      `UPDATE "Room" r SET "name" = coalesce($2, "name"), "topic" = coalesce($3, "topic")
       WHERE "id" = $1 RETURNING ${COLUMNS}`,
      [request.params.roomId, request.body.name ?? null, request.body.topic ?? null],
    );
  });
  app.delete('/rooms/:roomId', async (request, reply) => {
    await owned(request);
    await db.rows('DELETE FROM "Room" WHERE "id" = $1', [request.params.roomId]);
    reply.status(204);
  });

  app.get('/rooms/:roomId/members', async (request) => {
    await app.membership(request.params.roomId, request.user.id);
    return {
      members: await db.rows(
        `SELECT u."id", u."name", m."role" FROM "RoomMember" m JOIN "User" u ON u."id" = m."userId"
         WHERE m."roomId" = $1 ORDER BY m."joinedAt"`,
        [request.params.roomId],
      ),
    };
  });
  app.post('/rooms/:roomId/members', { schema: { body: MEMBER } }, async (request, reply) => {
    const { roomId } = request.params;
    await owned(request);
    await db.rows(
      'INSERT INTO "RoomMember" ("roomId", "userId", "role") VALUES ($1, $2, \'member\')',
      [roomId, request.body.userId],
    );
    await redis.publish({ type: 'member.added', roomId, userId: request.body.userId });
    reply.status(201);
    return { roomId, userId: request.body.userId, role: 'member' };
  });
  app.delete('/rooms/:roomId/members/:userId', async (request, reply) => {
    const { roomId, userId } = request.params;
    if (userId !== request.user.id) await owned(request);
    await db.rows('DELETE FROM "RoomMember" WHERE "roomId" = $1 AND "userId" = $2', [roomId, userId]);
    await redis.publish({ type: 'member.removed', roomId, userId });
    reply.status(204);
  });
}
