// Every error leaves as { error, code, message }: what went wrong, and nothing from inside.

export class Refused extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const notFound = (what) => new Refused(404, 'not_found', `there is no such ${what}`);
export const forbidden = (why) => new Refused(403, 'forbidden', why);

const DUPLICATE = '23505';
const REFERENCE = '23503';
const MALFORMED = new Set(['22P02', '22003', '23514']);
const DATABASE_STOPPING = /^(08|53|57)/;
const REDIS_GONE = /^(Connection is closed|Command timed out|Stream isn't writeable)/;
const UNREACHABLE = new Set([
  'ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EPIPE',
]);

// Return status, code and message of any error that a route may end with.
export function judge(error) {
  if (error instanceof Refused) return [error.status, error.code, error.message];
  if (error.code === DUPLICATE) return [409, 'P2002', 'there is one like this already'];
  if (error.code === REFERENCE) return [404, 'P2003', 'what it refers to does not exist'];
  if (MALFORMED.has(error.code)) return [400, 'malformed', 'a value has the wrong form'];
  // What the database itself says has a severity; without one it was not reached.
  if (error.fromDatabase && (!error.severity || DATABASE_STOPPING.test(error.code))) {
    return [503, 'database_unavailable', 'the database cannot be reached'];
  }
  if (error.name === 'MaxRetriesPerRequestError' || REDIS_GONE.test(error.message)) {
    return [503, 'redis_unavailable', 'Redis cannot be reached'];
  }
  if (UNREACHABLE.has(error.code)) return [503, 'store_unavailable', 'a store cannot be reached'];
  if (error.validation) return [400, 'invalid', error.message];
  if (error.statusCode && error.statusCode < 500) {
    return [error.statusCode, String(error.code ?? 'refused').toLowerCase(), error.message];
  }
  return [500, 'internal', 'something went wrong here'];
}
