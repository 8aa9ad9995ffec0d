// The pool of connections to PostgreSQL; each hub has a schema of its own.

import pg from "pg";
import { optional, required } from "./settings.js";

export const pool = new pg.Pool({
  connectionString: required("DATABASE_URL"),
  max: 5, // of a hundred, for five hubs of two releases in each environment
  connectionTimeoutMillis: 3000,
  application_name: `workhub ${optional("SHIPWAY_RELEASE", "dev")}`,
});
pool.on("error", (error) => console.error(`workhub: an idle connection: ${error.message}`));

export async function rows(sql, values = []) {
  return (await pool.query(sql, values)).rows;
}

export async function row(sql, values = []) {
  return (await rows(sql, values))[0];
}
