// The calendar: each person's own events.

import { notFound } from '../lib/errors.js';

const EVENT = {
  type: 'object',
  required: ['title', 'startsAt', 'endsAt'],
  properties: {
    title: { type: 'string', minLength: 1, maxLength: 200 },
    startsAt: { type: 'string', format: 'date-time' },
    endsAt: { type: 'string', format: 'date-time' },
  },
};
const COLUMNS = '"id", "title", "startsAt", "endsAt"';

export async function calendarRoutes(app, { db }) {
  app.addHook('onRequest', app.authenticate);

  app.get('/calendar/events', async (request) => ({
    events: await db.rows(
      `SELECT ${COLUMNS} FROM "CalendarEvent"
       WHERE "ownerId" = $1 AND "startsAt" >= coalesce($2::timestamptz, '-infinity')
       ORDER BY "startsAt" LIMIT 200`,
      [request.user.id, request.query.from ?? null],
    ),
  }));
  app.post('/calendar/events', { schema: { body: EVENT } }, async (request, reply) => {
    const { title, startsAt, endsAt } = request.body;
    reply.status(201);
    return db.one(
      `INSERT INTO "CalendarEvent" ("ownerId", "title", "startsAt", "endsAt") VALUES ($1, $2, $3, $4) RETURNING ${COLUMNS}`,
      [request.user.id, title, startsAt, endsAt],
    );
  });
  app.get('/calendar/events/:id', async (request) => {
    const event = await db.one(
      `SELECT ${COLUMNS} FROM "CalendarEvent" WHERE "id" = $1 AND "ownerId" = $2`, [request.params.id, request.user.id],
    );
    if (!event) throw notFound('event');
    return event;
  });
  app.patch('/calendar/events/:id', { schema: { body: { ...EVENT, required: [] } } }, async (request) => {
    const { title = null, startsAt = null, endsAt = null } = request.body;
    const event = await db.one(
      `UPDATE "CalendarEvent" SET "title" = coalesce($3, "title"),
         "startsAt" = coalesce($4, "startsAt"), "endsAt" = coalesce($5, "endsAt")
       WHERE "id" = $1 AND "ownerId" = $2 RETURNING ${COLUMNS}`,
      [request.params.id, request.user.id, title, startsAt, endsAt],
    );
    if (!event) throw notFound('event');
    return event;
  });
  app.delete('/calendar/events/:id', async (request, reply) => {
    const gone = await db.one(
      'DELETE FROM "CalendarEvent" WHERE "id" = $1 AND "ownerId" = $2 RETURNING "id"', [request.params.id, request.user.id],
    );
    if (!gone) throw notFound('event');
    reply.status(204);
  });
}
