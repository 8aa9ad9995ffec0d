// The hub: rooms in real time.  Events go through Redis, so that members are reached whatever
// instance or release holds their socket.
//
//   → join, leave, message.send, message.edit, message.delete, rtc.offer|answer|ice, ping
//   ← hello, joined, left, message.*, presence, member.*, card.*, ai.*, rtc.*, pong, error

import { randomUUID } from 'node:crypto';

import { judge, notFound, Refused } from '../lib/errors.js';
import { messagesOf } from '../lib/messages.js';

const RESTARTING = 1012;
const UNAUTHORIZED = 4401;
const LOGIN_MS = 10_000;
const PRESENT_MS = 60_000;
const HEARTBEAT_MS = 20_000;
const QUEUED_BYTES_MAX = 1024 * 1024;
const PRESENCE = 'jarvis:presence';
const RTC = new Set(['rtc.offer', 'rtc.answer', 'rtc.ice']);

export async function useHub(app, { env, db, redis }) {
  const messages = messagesOf({ db, redis });
  const clients = new Set();

  function tell(client, event) {
    if (client.socket.readyState !== 1) return;
    if (client.socket.bufferedAmount > QUEUED_BYTES_MAX) client.socket.terminate(); // it does not read
    else client.socket.send(JSON.stringify(event));
  }

  // An event goes to one person (`to`), or to whoever has joined the room.
  redis.listener.on('message', (_channel, text) => {
    const { to, ...event } = JSON.parse(text);
    for (const client of clients) {
      const meant = to ? client.user?.id === to : client.rooms.has(event.roomId);
      if (meant) tell(client, event);
      if (event.type === 'member.removed' && client.user?.id === event.userId) client.rooms.delete(event.roomId);
    }
  });
  redis.listener.subscribe(env.channel).catch((error) => app.log.error({ err: error }, 'the hub cannot listen'));

  // A socket counts as present for a minute after its last heartbeat, so that those of an
  // instance that was killed are forgotten.
  const present = (client) => redis.commands.zadd(PRESENCE, Date.now() + PRESENT_MS, `${client.user.id}:${client.id}`);
  async function online(userId) {
    await redis.commands.zremrangebyscore(PRESENCE, 0, Date.now());
    const found = await redis.commands.zrange(PRESENCE, 0, -1);
    return found.some((entry) => entry.startsWith(`${userId}:`));
  }
  async function tellPresence(userId, isOnline) {
    const rooms = await db.rows('SELECT "roomId" FROM "RoomMember" WHERE "userId" = $1', [userId]);
    for (const { roomId } of rooms) await redis.publish({ type: 'presence', roomId, userId, online: isOnline });
  }
  const heartbeat = setInterval(() => {
    for (const client of clients) {
      if (!client.user) continue;
      client.socket.ping();
      present(client).catch(() => null);
    }
  }, HEARTBEAT_MS);

  async function login(client, token) {
    const claims = app.claimsOf(token);
    client.user = { id: claims.sub, name: claims.name };
    await present(client);
    await tellPresence(client.user.id, true);
    tell(client, { type: 'hello', user: client.user, release: env.release });
  }

  const acts = {
    ping: (client) => tell(client, { type: 'pong' }),
    async join(client, { roomId }) {
      await app.membership(roomId, client.user.id);
      client.rooms.add(roomId);
      const members = await db.rows('SELECT "userId" FROM "RoomMember" WHERE "roomId" = $1', [roomId]);
      const there = await Promise.all(members.map(async ({ userId }) => ((await online(userId)) ? userId : null)));
      tell(client, { type: 'joined', roomId, online: there.filter(Boolean) });
      await redis.publish({ type: 'room.entered', roomId, userId: client.user.id });
    },
    async leave(client, { roomId }) {
      client.rooms.delete(roomId);
      tell(client, { type: 'left', roomId });
      await redis.publish({ type: 'room.left', roomId, userId: client.user.id });
    },
    async 'message.send'(client, { roomId, text }) {
      await app.membership(roomId, client.user.id);
      await messages.send(roomId, client.user.id, checked(text));
    },
    'message.edit': (client, { id, text }) => messages.edit(id, client.user.id, checked(text)),
    'message.delete': (client, { id }) => messages.remove(id, client.user.id),
  };
  async function signal(client, { type, roomId, to, payload }) {
    await app.membership(roomId, client.user.id);
    await app.membership(roomId, to);
    await redis.publish({ type, roomId, to, from: client.user.id, payload });
  }

  async function received(client, raw) {
    let event;
    try {
      event = JSON.parse(raw);
      if (!client.user) {
        if (event.type !== 'auth') throw new Refused(401, 'unauthorized', 'a valid token is needed');
        await login(client, String(event.token));
        return;
      }
      const act = RTC.has(event.type) ? signal : acts[event.type];
      if (!act) throw notFound(`event ${String(event.type).slice(0, 40)}`);
      await act(client, event);
    } catch (error) {
      const [status, code, message] = error instanceof SyntaxError ? [400, 'malformed', 'this is no JSON'] : judge(error);
      if (status >= 500) app.log.error({ err: error }, code);
      tell(client, { type: 'error', about: event?.type, code, message });
      if (!client.user) client.socket.close(UNAUTHORIZED, code);
    }
  }

  async function gone(client) {
    clients.delete(client);
    clearTimeout(client.timer);
    if (!client.user) return;
    await redis.commands.zrem(PRESENCE, `${client.user.id}:${client.id}`);
    await db.rows('UPDATE "User" SET "lastSeenAt" = now() WHERE "id" = $1', [client.user.id]);
    if (!(await online(client.user.id))) await tellPresence(client.user.id, false);
  }

  app.get('/ws', { websocket: true }, (socket, request) => {
    const client = { id: randomUUID(), socket, user: null, rooms: new Set(), tail: Promise.resolve() };
    clients.add(client);
    client.timer = setTimeout(() => client.user ?? socket.close(UNAUTHORIZED, 'unauthorized'), LOGIN_MS);
    // One event after the other, in the order in which they came.
    const next = (work) => { client.tail = client.tail.then(work).catch((error) => app.log.warn({ err: error }, 'a socket')); };
    socket.on('message', (raw) => next(() => received(client, raw)));
    socket.on('close', () => next(() => gone(client)));
    socket.on('error', () => socket.terminate());
    const [scheme, token] = (request.headers.authorization ?? '').split(' ');
    if (scheme === 'Bearer') next(() => received(client, JSON.stringify({ type: 'auth', token })));
  });

  async function end() {
    clearInterval(heartbeat);
    const ending = [...clients];
    for (const { socket } of ending) socket.close(RESTARTING, 'the server restarts');
    await Promise.race([
      Promise.all(ending.map((client) => new Promise((done) => { client.socket.once('close', done); }))),
      new Promise((done) => { setTimeout(done, 2000); }),
    ]);
    await Promise.all(ending.map((client) => client.tail));
  }
  return { size: () => clients.size, end };
}

function checked(text) {
  if (typeof text !== 'string' || !text || text.length > 8000) {
    throw new Refused(400, 'invalid', 'a message has 1 to 8000 characters');
  }
  return text;
}
