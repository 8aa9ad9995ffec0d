// PostgreSQL: one bounded pool a process.

import pg from 'pg';

const CONNECT_MS = 3000;

export function openDatabase(env, log) {
  const url = new URL(env.databaseUrl);
  url.searchParams.delete('schema'); // Prisma's word; PostgreSQL does not know it
  const pool = new pg.Pool({
    connectionString: url.toString(),
    max: env.poolMax,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: 30_000,
    statement_timeout: 15_000,
    application_name: 'jarvis-server',
  });
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection was lost'));

  async function rows(sql, values = []) {
    try {
      return (await pool.query(sql, values)).rows;
    } catch (error) {
      error.fromDatabase = true;
      throw error;
    }
  }
  return {
    rows,
    one: async (sql, values) => (await rows(sql, values))[0] ?? null,
    close: () => pool.end(),
  };
}
