// Makes the first administrator, once: address and password come from the environment.

import { pool, row } from "whcommon/database";
import { hashed } from "whcommon/passwords";
import { required } from "whcommon/settings";

const email = required("ADMIN_EMAIL");
const password = required("ADMIN_PASSWORD");
const there = await row("SELECT email FROM manager.users WHERE is_administrator LIMIT 1");
if (there) {
  console.log("there is an administrator already: nothing to do");
} else {
  await row(
    "INSERT INTO manager.users (email, name, password_hash, is_administrator) VALUES (lower($1), 'admin', $2, true)",
    [email, await hashed(password)],
  );
  console.log(`${email} is the first administrator`);
}
await pool.end();
