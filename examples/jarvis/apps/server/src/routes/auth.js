// Logins.  /auth/dev gives a token to anybody: it is mounted only where DEV_LOGIN is true.

import { TOKEN_S } from '../plugins/auth.js';

const WHO = {
  type: 'object',
  required: ['email'],
  properties: {
    email: { type: 'string', minLength: 3, maxLength: 200, pattern: '@' },
    name: { type: 'string', minLength: 1, maxLength: 100 },
    ttl: { type: 'integer', minimum: -86400, maximum: 86400 },
  },
};

export async function authRoutes(app, { env, db }) {
  app.get('/auth/me', { onRequest: app.authenticate }, async (request) => request.user);

  if (!env.devLogin) return;
  app.post('/auth/dev', { schema: { body: WHO } }, async (request, reply) => {
    const { email, name = email.split('@')[0], ttl = TOKEN_S } = request.body;
    const user = await db.one(
      `INSERT INTO "User" ("email", "name") VALUES (lower($1), $2)
       ON CONFLICT ("email") DO UPDATE SET "name" = excluded."name"
       RETURNING "id", "email", "name"`,
      [email, name],
    );
    const now = Math.floor(Date.now() / 1000);
    const token = app.jwt.sign({ sub: user.id, name: user.name, iat: Math.min(now, now + ttl), exp: now + ttl });
    reply.status(201);
    return { token, user };
  });
}
