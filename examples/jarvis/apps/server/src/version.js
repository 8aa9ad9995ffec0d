// What /health calls this version of the server.
export const VERSION = 'v1';
