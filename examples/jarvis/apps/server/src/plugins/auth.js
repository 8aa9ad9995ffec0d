// Who asks: a JWT signed by us, in the Authorization header.

import jwt from '@fastify/jwt';

import { Refused } from '../lib/errors.js';

export const TOKEN_S = 12 * 3600;

export async function useAuth(app, { env, db }) {
  await app.register(jwt, { secret: env.jwtSecret, sign: { algorithm: 'HS256' } });

  // Return the claims of a token; refuse any other with one answer, whatever is wrong with it.
  app.decorate('claimsOf', (token) => {
    try {
      return app.jwt.verify(token, { algorithms: ['HS256'] });
    } catch {
      throw new Refused(401, 'unauthorized', 'a valid token is needed');
    }
  });
  app.decorate('authenticate', async (request) => {
    const [scheme, token] = (request.headers.authorization ?? '').split(' ');
    if (scheme !== 'Bearer' || !token) {
      throw new Refused(401, 'unauthorized', 'a valid token is needed');
    }
    const claims = app.claimsOf(token);
    request.user = { id: claims.sub, name: claims.name };
  });
  app.decorate('membership', async (roomId, userId) => {
    const member = await db.one(
      'SELECT "role" FROM "RoomMember" WHERE "roomId" = $1 AND "userId" = $2', [roomId, userId],
    );
    if (!member) throw new Refused(404, 'not_found', 'there is no such room');
    return member.role;
  });
}
