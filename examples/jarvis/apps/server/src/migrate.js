// Applies prisma/migrations once each, in order, and keeps account in _prisma_migrations as
// `prisma migrate deploy` does; without Prisma's engine, which is a download of 20 MB.
//
//   node src/migrate.js           apply what is missing
//   node src/migrate.js status    exit code 1 where something is missing or was changed

import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import pg from 'pg';

const FOLDER = fileURLToPath(new URL('../prisma/migrations/', import.meta.url));
const ONE_AT_A_TIME = 72_707_369; // Prisma's own advisory lock

const TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY,
  "checksum" VARCHAR(64) NOT NULL,
  "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT,
  "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "applied_steps_count" INTEGER NOT NULL DEFAULT 0
)`;

async function declared() {
  const names = (await readdir(FOLDER, { withFileTypes: true })).filter((one) => one.isDirectory()).map((one) => one.name);
  return Promise.all(names.sort().map(async (name) => {
    const sql = await readFile(`${FOLDER}${name}/migration.sql`, 'utf8');
    return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
  }));
}

async function main(command) {
  const url = new URL(process.env.DATABASE_URL);
  url.searchParams.delete('schema');
  const client = new pg.Client({ connectionString: url.toString(), application_name: 'jarvis-migrate' });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [ONE_AT_A_TIME]);
    await client.query(TABLE);
    const { rows } = await client.query(
      'SELECT "migration_name" AS name, "checksum" FROM "_prisma_migrations" WHERE "finished_at" IS NOT NULL AND "rolled_back_at" IS NULL',
    );
    const applied = new Map(rows.map(({ name, checksum }) => [name, checksum]));
    const wanted = await declared();
    const changed = wanted.filter(({ name, checksum }) => applied.has(name) && applied.get(name) !== checksum);
    if (changed.length) {
      throw new Error(`changed after it was applied: ${changed.map(({ name }) => name).join(', ')}`);
    }
    const missing = wanted.filter(({ name }) => !applied.has(name));
    if (command === 'status') {
      console.log(`${wanted.length - missing.length} of ${wanted.length} applied`);
      return missing.length ? 1 : 0;
    }
    for (const { name, sql, checksum } of missing) {
      await client.query('BEGIN');
      await client.query(sql);
      await client.query(
        `INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "finished_at", "applied_steps_count")
         VALUES ($1, $2, $3, now(), 1)`,
        [randomUUID(), checksum, name],
      );
      await client.query('COMMIT');
      console.log(`applied ${name}`);
    }
    console.log(missing.length ? `${missing.length} applied` : 'nothing to apply');
    return 0;
  } finally {
    await client.end(); // an open transaction is rolled back with it
  }
}

main(process.argv[2]).then(
  (code) => { process.exitCode = code; },
  (error) => { console.error(error.message); process.exitCode = 1; },
);
