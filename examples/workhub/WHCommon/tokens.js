// Tokens: the hub manager signs with the private key, every hub verifies with the public one.

import { readFileSync } from "node:fs";
import { SignJWT, errors, importPKCS8, importSPKI, jwtVerify } from "jose";
import { required } from "./settings.js";

const ALGORITHM = "RS256";
const publicKey = await importSPKI(readFileSync(required("JWT_PUBLIC_KEY_PATH"), "utf8"), ALGORITHM);

export async function signer(hours) {
  const text = readFileSync(required("JWT_PRIVATE_KEY_PATH"), "utf8");
  const privateKey = await importPKCS8(text, ALGORITHM);
  return (user) =>
    new SignJWT({ name: user.name })
      .setProtectedHeader({ alg: ALGORITHM })
      .setSubject(String(user.id))
      .setIssuer("WBHubManager")
      .setIssuedAt()
      .setExpirationTime(`${hours}h`)
      .sign(privateKey);
}

export async function userOf(token) {
  const { payload } = await jwtVerify(token, publicKey, {
    algorithms: [ALGORITHM],
    issuer: "WBHubManager",
  });
  return { id: Number(payload.sub), name: payload.name };
}

/** A hook for fastify: refuses who brings no good token. */
export async function loggedIn(request, reply) {
  const [, token] = /^Bearer (.+)$/.exec(request.headers.authorization ?? "") ?? [];
  if (!token) return reply.code(401).send({ error: "log in at the hub manager first" });
  try {
    request.user = await userOf(token);
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    const why = error instanceof errors.JWTExpired ? "has expired" : "is not valid";
    return reply.code(401).send({ error: `the token ${why}` });
  }
}
