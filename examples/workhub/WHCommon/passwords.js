// Passwords, by scrypt as Node brings it.

import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const derive = promisify(scrypt);
const BYTES = 32;

export async function hashed(password) {
  const salt = randomBytes(16);
  const key = await derive(password, salt, BYTES);
  return `${salt.toString("hex")}:${key.toString("hex")}`;
}

export async function isPassword(password, kept) {
  const [salt, key] = kept.split(":").map((part) => Buffer.from(part, "hex"));
  return timingSafeEqual(await derive(password, salt, BYTES), key);
}
