// What the environment says; a missing variable stops the process with its name.

export function required(name) {
  const value = process.env[name];
  if (!value) {
    console.error(`workhub: the environment variable ${name} is not set`);
    process.exit(1);
  }
  return value;
}

export function optional(name, otherwise = "") {
  return process.env[name] || otherwise;
}
