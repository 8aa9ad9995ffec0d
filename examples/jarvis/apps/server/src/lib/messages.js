// Messages: written in one place, whether they come by a route or over the hub.

import { notFound } from './errors.js';

const COLUMNS = '"id", "roomId", "authorId", "kind", "text", "editedAt", "createdAt"';

export function messagesOf({ db, redis }) {
  return {
    list: (roomId, { before, limit }) => db.rows(
      `SELECT ${COLUMNS} FROM "Message"
       WHERE "roomId" = $1 AND ($2::timestamptz IS NULL OR "createdAt" < $2)
       ORDER BY "createdAt" DESC LIMIT $3`,
      [roomId, before ?? null, limit],
    ),
    // The newest words of a room, oldest first: what an AI is given to read.
    words: async (roomId, limit = 50) => (await db.rows(
      'SELECT "text" FROM "Message" WHERE "roomId" = $1 ORDER BY "createdAt" DESC LIMIT $2', [roomId, limit],
    )).map((row) => row.text).reverse(),
    async send(roomId, userId, text, attachments = []) {
      const message = await db.one(
        `INSERT INTO "Message" ("roomId", "authorId", "kind", "text") VALUES ($1, $2, 'user', $3) RETURNING ${COLUMNS}`,
        [roomId, userId, text],
      );
      for (const { name, url } of attachments) {
        await db.rows(
          'INSERT INTO "MessageAttachment" ("messageId", "name", "url") VALUES ($1, $2, $3)', [message.id, name, url],
        );
      }
      await redis.publish({ type: 'message.created', roomId, message });
      return { ...message, attachments };
    },
    async edit(id, userId, text) {
      const message = await db.one(
        `UPDATE "Message" SET "text" = $3, "editedAt" = now() WHERE "id" = $1 AND "authorId" = $2 RETURNING ${COLUMNS}`,
        [id, userId, text],
      );
      if (!message) throw notFound('message of yours');
      await redis.publish({ type: 'message.edited', roomId: message.roomId, message });
      return message;
    },
    async remove(id, userId) {
      const message = await db.one(
        'DELETE FROM "Message" WHERE "id" = $1 AND "authorId" = $2 RETURNING "id", "roomId"', [id, userId],
      );
      if (!message) throw notFound('message of yours');
      await redis.publish({ type: 'message.deleted', roomId: message.roomId, message });
    },
  };
}
