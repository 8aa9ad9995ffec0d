CREATE TABLE "PulseReport" (
    "roomId" UUID PRIMARY KEY REFERENCES "Room"("id") ON DELETE CASCADE,
    "messages" INTEGER NOT NULL,
    "summary" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT now()
);
