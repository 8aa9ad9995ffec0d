// Translation, speech, holidays, insights: what helps outside of any one room.

import { createHash } from 'node:crypto';

import { Refused } from '../lib/errors.js';

const CACHED_S = 7 * 24 * 3600;
const TRANSLATE = {
  type: 'object',
  required: ['text', 'to'],
  properties: {
    text: { type: 'string', minLength: 1, maxLength: 4000 },
    to: { type: 'string', pattern: '^[a-z]{2}$' },
  },
};
const YEAR = { type: 'object', properties: { year: { type: 'integer', minimum: 2000, maximum: 2100 } } };

export async function helperRoutes(app, { db, redis, ai, env, news, holidays }) {
  app.addHook('onRequest', app.authenticate);
  app.addContentTypeParser(/^audio\//, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  // The cache spares a call, and never stands in its way: without Redis it is asked anew.
  app.post('/translate', { schema: { body: TRANSLATE } }, async (request) => {
    const { text, to } = request.body;
    const key = `jarvis:translation:${to}:${createHash('sha256').update(text).digest('hex')}`;
    const known = await redis.commands.get(key).catch(() => null);
    if (known !== null) return { text: known, to, cached: true };
    const translated = await ai.translate(text, to);
    await redis.commands.set(key, translated, 'EX', CACHED_S).catch(() => null);
    return { text: translated, to, cached: false };
  });

  app.post('/speech/transcribe', async (request) => {
    if (!Buffer.isBuffer(request.body) || !request.body.length) {
      throw new Refused(415, 'no_audio', 'send audio: Content-Type: audio/…');
    }
    return { text: await ai.transcribe(request.body, request.headers['content-type']) };
  });

  app.get('/holidays', { schema: { querystring: YEAR } }, async (request) => {
    const year = request.query.year ?? new Date().getFullYear();
    return { year, holidays: await holidays(year) };
  });

  app.get('/insights', async (request) => {
    const row = await db.one(
      `SELECT (SELECT count(*)::int FROM "RoomMember" WHERE "userId" = $1) AS "rooms",
              (SELECT count(*)::int FROM "Message" WHERE "authorId" = $1) AS "messages",
              (SELECT count(*)::int FROM "IdeaCard" WHERE "authorId" = $1) AS "cards",
              (SELECT count(*)::int FROM "CalendarEvent" WHERE "ownerId" = $1) AS "events"`,
      [request.user.id],
    );
    return row;
  });

  // Whether each outside service takes its key: the cheapest call that tells.
  app.get('/integrations', async () => {
    async function state(asked, mock) {
      if (mock) return 'mock';
      try {
        await asked();
        return 'key accepted';
      } catch (error) {
        return error.code?.endsWith('_refused') ? 'key refused' : 'unreachable';
      }
    }
    const [openai, naver, holiday] = await Promise.all([
      state(() => ai.probe(), ai.name === 'mock'),
      state(() => news('서울', 1), env.news.provider === 'mock'),
      state(() => holidays(2026), env.holidays.provider === 'mock'),
    ]);
    return { openai, naver, holiday };
  });
}
